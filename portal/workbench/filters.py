"""Filters of the seeker register; every choice is in the address."""

import django_filters
from django.conf import settings
from django.db.models import Exists, OuterRef, Subquery

from enterprises.enums import Education
from jobseekers.enums import SeekerGroup, SeekerStatus
from jobseekers.models import JobIntention, JobSeeker, MatchGeneration, Recommendation
from jobseekers.models.recommendation import GenerationState
from portal.places.models import Division

ANY = "全部"


def _regions(request):
    """Districts for the city's staff, streets for a district's."""
    scope = request.user.region_scope or settings.CITY_CODE
    wide = len(scope) <= len(settings.CITY_CODE)
    level = Division.DISTRICT if wide else Division.STREET
    found = Division.objects.filter(code__startswith=scope, level=level, listed=True)
    return list(found.order_by("order", "code").values_list("code", "name"))


class SeekerFilter(django_filters.FilterSet):
    """求职登记."""

    region = django_filters.ChoiceFilter(
        method="by_region", label="居住地区", choices=(), empty_label=ANY
    )
    group = django_filters.ChoiceFilter(
        method="by_group", label="人员类别", choices=SeekerGroup.choices, empty_label=ANY
    )
    education = django_filters.ChoiceFilter(
        field_name="education",
        label="学历",
        choices=[(level.value, level.label) for level in Education if level],
        empty_label=ANY,
    )
    status = django_filters.ChoiceFilter(
        label="求职状态",
        method="by_status",
        choices=[("active", "正在找或可以考虑"), *SeekerStatus.choices],
        empty_label=ANY,
    )
    recommended = django_filters.ChoiceFilter(
        method="by_recommended",
        label="岗位推荐",
        choices=[("yes", "有"), ("no", "没有")],
        empty_label=ANY,
    )

    occupation = django_filters.CharFilter(method="by_occupation", label="第一意向的职业")

    class Meta:
        model = JobSeeker
        fields = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.filters["region"].extra["choices"] = _regions(self.request)

    def by_region(self, queryset, name, value):
        """The district or street and below."""
        return queryset.filter(region__code__startswith=value)

    def by_group(self, queryset, name, value):
        """Of that group, whatever else they are."""
        return queryset.filter(groups__contains=[value])

    def by_status(self, queryset, name, value):
        """One state, or those the matching looks at."""
        return queryset.active() if value == "active" else queryset.filter(status=value)

    def by_recommended(self, queryset, name, value):
        """With or without a recommendation in use; without: only those who were matched."""
        current = Recommendation.objects.current().filter(seeker=OuterRef("pk"))
        if value == "yes":
            return queryset.filter(Exists(current))
        made = MatchGeneration.objects.filter(state=GenerationState.CURRENT).values("created_at")
        return queryset.active().filter(~Exists(current), created_at__lt=Subquery(made))

    def by_occupation(self, queryset, name, value):
        """First wish of that occupation or below; “none”: of no known one."""
        first = JobIntention.objects.filter(seeker=OuterRef("pk"), rank=1, occupation__isnull=False)
        if value == "none":
            return queryset.filter(~Exists(first))
        return queryset.filter(Exists(first.filter(occupation__code__startswith=value)))
