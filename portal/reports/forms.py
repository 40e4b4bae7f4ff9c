"""What staff ask of the reports: a week, a region."""

from django import forms
from django.conf import settings
from django.utils import timezone

from portal.places.models import Division

from .weeks import Week

EARLIEST_YEARS = 10


class WeekForm(forms.Form):
    """Which week to make; its clean value is a Week that has begun."""

    week = forms.CharField(
        label="哪一周",
        max_length=10,
        help_text="写作 2020-W12，表示 2020 年第 12 周。",
        error_messages={"required": "请写明哪一周，例如 2020-W12。"},
    )

    def clean_week(self):
        """A week that is not to come and not before the portal could know anything."""
        try:
            week = Week.parse(self.cleaned_data["week"])
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error
        this = Week.of(timezone.localdate())
        if week > this:
            raise forms.ValidationError(f"{week.label}还没有开始，最晚可以生成 {this.key}。")
        if week.year < this.year - EARLIEST_YEARS:
            raise forms.ValidationError(f"最早可以生成 {this.year - EARLIEST_YEARS} 年的周报。")
        return week


class RegionForm(forms.Form):
    """Which region's reports to list; only regions the user sees are offered."""

    region = forms.ChoiceField(label="地区", required=False)

    def __init__(self, query, *, user):
        own = user.region_scope or settings.CITY_CODE
        super().__init__({"region": query.get("region") or own})
        self.own = own
        regions = list(Division.objects.filter(pk=own))
        if len(own) <= len(settings.CITY_CODE):
            regions += list(Division.objects.districts_of(settings.CITY_CODE))
        self.fields["region"].choices = [
            (r.code, "全市" if r.level == Division.CITY else r.name) for r in regions
        ]

    def chosen(self) -> str:
        """The code asked for when the user sees it, else the user's own region."""
        self.is_valid()
        return self.cleaned_data.get("region") or self.own
