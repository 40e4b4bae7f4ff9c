"""Filters of the staff lists; every choice is in the address."""

import django_filters
from django import forms
from django.db.models import Q
from django.utils import timezone

from enterprises.enums import KeyListKind, LicenceState, ShortageState, SizeClass
from enterprises.forms.fields import place_choices
from enterprises.models import Enterprise, KeyListEntry, ShortageDeclaration
from portal.places.models import Industry

LICENCE_CHOICES = [*LicenceState.choices, ("waiting", "有新执照等核验"), ("due", "到了复查日")]
ANY = "全部"


class EnterpriseFilter(django_filters.FilterSet):
    """企业与重点名录."""

    q = django_filters.CharFilter(method="by_words", label="名称或信用代码")
    region = django_filters.ChoiceFilter(
        method="by_region",
        label="地区",
        choices=lambda: place_choices(districts_only=True),
        empty_label=ANY,
    )
    key = django_filters.ChoiceFilter(
        method="by_key_list",
        label="名录",
        choices=[("any", "任一重点名录"), *KeyListKind.choices],
        empty_label=ANY,
    )
    licence = django_filters.ChoiceFilter(
        method="by_licence", label="执照", choices=LICENCE_CHOICES, empty_label=ANY
    )
    size_class = django_filters.ChoiceFilter(
        label="规模", choices=SizeClass.choices, empty_label=ANY
    )
    industry = django_filters.ChoiceFilter(
        method="by_industry",
        label="行业",
        choices=lambda: Industry.objects.filter(level=1).values_list("code", "name"),
        empty_label=ANY,
    )
    unassigned = django_filters.BooleanFilter(
        method="by_unassigned", label="没有专员", widget=forms.CheckboxInput
    )

    class Meta:
        model = Enterprise
        fields = []

    def by_words(self, queryset, name, value):
        """Part of the name, or the beginning of the code."""
        value = value.strip()
        return queryset.filter(Q(name__contains=value) | Q(credit_code__startswith=value.upper()))

    def by_region(self, queryset, name, value):
        """The district and below."""
        return queryset.filter(region__code__startswith=value)

    def by_key_list(self, queryset, name, value):
        """On any list, or on that one, today."""
        entries = KeyListEntry.objects.on(timezone.localdate())
        if value != "any":
            entries = entries.filter(kind=value)
        return queryset.filter(pk__in=entries.values("enterprise_id"))

    def by_licence(self, queryset, name, value):
        """A state, a file that waits, or past the recheck day."""
        if value == "waiting":
            return queryset.licence_waiting()
        if value == "due":
            return queryset.may_post().filter(licence_recheck_on__lte=timezone.localdate())
        return queryset.filter(licence_state=value)

    def by_industry(self, queryset, name, value):
        """The section and everything in it."""
        return queryset.filter(industry__code__startswith=value)

    def by_unassigned(self, queryset, name, value):
        """Nobody looks after it."""
        if not value:
            return queryset
        return queryset.exclude(assignments__ended_at__isnull=True, assignments__isnull=False)


class ShortageFilter(django_filters.FilterSet):
    """缺工申报."""

    q = django_filters.CharFilter(method="by_words", label="企业或工种")
    region = django_filters.ChoiceFilter(
        method="by_region",
        label="地区",
        choices=lambda: place_choices(districts_only=True),
        empty_label=ANY,
    )
    state = django_filters.ChoiceFilter(
        method="by_state",
        label="状态",
        choices=[("unclosed", "没有销号"), *ShortageState.choices],
        empty_label=ANY,
    )
    emergency = django_filters.BooleanFilter(
        method="by_emergency", label="只看应急", widget=forms.CheckboxInput
    )
    key = django_filters.BooleanFilter(
        method="by_key", label="只看重点企业", widget=forms.CheckboxInput
    )

    class Meta:
        model = ShortageDeclaration
        fields = []

    def by_words(self, queryset, name, value):
        """Part of the employer's name or of a kind of work."""
        value = value.strip()
        return queryset.filter(
            Q(enterprise__name__contains=value)
            | Q(pk__in=ShortageDeclaration.objects.filter(items__title__contains=value))
        )

    def by_region(self, queryset, name, value):
        """The district and below."""
        return queryset.filter(enterprise__region__code__startswith=value)

    def by_state(self, queryset, name, value):
        """One state, or all that are not closed."""
        return queryset.unclosed() if value == "unclosed" else queryset.filter(state=value)

    def by_emergency(self, queryset, name, value):
        """Emergencies only."""
        return queryset.filter(is_emergency=True) if value else queryset

    def by_key(self, queryset, name, value):
        """Of enterprises on a key list today."""
        if not value:
            return queryset
        return queryset.filter(enterprise__in=Enterprise.objects.key_on(timezone.localdate()))
