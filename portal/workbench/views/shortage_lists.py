"""The lists behind the figures: kinds of work missing, people who came, posts nobody fits."""

from django.core.paginator import Paginator
from django.db.models import Exists, F, OuterRef, Sum
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from enterprises.enums import FillChannel
from enterprises.models import ShortageDeclaration, ShortageFill, ShortageItem, Vacancy
from jobseekers.models import MatchGeneration, Recommendation
from jobseekers.models.recommendation import GenerationState
from portal.accounts.access import BUREAU, OFFICERS, allow
from portal.places.models import Division, Occupation
from portal.reports.weeks import Week

PER_PAGE = 30


def _area(request, queryset, path):
    """(narrowed queryset, Division or None) by ?area=, a code prefix; an unknown one has nothing."""
    code = request.GET.get("area", "").strip()
    if not code:
        return queryset, None
    area = Division.objects.filter(pk=code).first()
    if area is None:
        return queryset.none(), None
    if len(code) >= 9:
        return queryset.filter(**{f"{path}__code__startswith": code}), area
    # A district's own code among its streets means: no street written.
    only_itself = request.user.region_id == code
    lookup = f"{path}__code" if only_itself else f"{path}__code__startswith"
    return queryset.filter(**{lookup: code}), area


@allow(BUREAU)
@require_safe
def shortage_items(request):
    """Kinds of work of declarations that are open and not filled; by area and occupation."""
    declarations = (
        ShortageDeclaration.objects.visible_to(request.user)
        .unclosed()
        .filter(missing_total__gt=F("filled_total"))
    )
    items = ShortageItem.objects.filter(declaration__in=declarations)
    items, area = _area(request, items, "declaration__enterprise__region")
    items, occupation, unknown = _occupation(request, items)
    rows = items.select_related("declaration__enterprise__region__parent", "occupation").order_by(
        "-missing", "pk"
    )
    shown = ShortageDeclaration.objects.filter(pk__in=items.values("declaration"))
    totals = shown.aggregate(
        declared=Sum("missing_total", default=0), filled=Sum("filled_total", default=0)
    )
    return render(
        request,
        "workbench/shortage_items.html",
        {
            "page_obj": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
            "area": area,
            "occupation": occupation,
            "unknown_occupation": unknown,
            "missing": items.aggregate(sum=Sum("missing", default=0))["sum"],
            "still": totals["declared"] - totals["filled"],
        },
    )


def _occupation(request, queryset):
    """(narrowed queryset, Occupation or None, whether those of no known one) by ?occupation=."""
    code = request.GET.get("occupation", "").strip()
    if code == "none":
        return queryset.filter(occupation__isnull=True), None, True
    if not code:
        return queryset, None, False
    found = queryset.filter(occupation__code__startswith=code)
    return found, Occupation.objects.filter(pk=code).first(), False


@allow(OFFICERS)
@require_safe
def unmatched_vacancies(request):
    """Live posts for which the generation in use found nobody; by area and occupation."""
    generation = MatchGeneration.objects.filter(state=GenerationState.CURRENT).first()
    posts = Vacancy.objects.none()
    if generation is not None:
        given = Recommendation.objects.current().filter(vacancy=OuterRef("pk"))
        posts = (
            Vacancy.objects.managed_by(request.user)
            .live()
            .filter(~Exists(given), published_at__lt=generation.created_at)
        )
    posts, area = _area(request, posts, "enterprise__region")
    posts, occupation, unknown = _occupation(request, posts)
    rows = posts.select_related("enterprise", "region__parent", "occupation").order_by(
        "-headcount", "pk"
    )
    return render(
        request,
        "workbench/unmatched_vacancies.html",
        {
            "page_obj": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
            "generation": generation,
            "area": area,
            "occupation": occupation,
            "unknown_occupation": unknown,
            "headcount": posts.aggregate(sum=Sum("headcount", default=0))["sum"],
        },
    )


@allow(BUREAU)
@require_safe
def fills(request):
    """People who came in one week, by declaration and channel."""
    week = _week(request)
    declarations = ShortageDeclaration.objects.visible_to(request.user)
    found = ShortageFill.objects.filter(
        declaration__in=declarations, filled_on__gte=week.monday, filled_on__lte=week.sunday
    )
    found, area = _area(request, found, "declaration__enterprise__region")
    channels = dict(
        found.order_by()
        .values_list("channel")
        .annotate(sum=Sum("persons"))
        .values_list("channel", "sum")
    )
    rows = found.select_related("declaration__enterprise__region__parent", "recorded_by").order_by(
        "-filled_on", "-pk"
    )
    return render(
        request,
        "workbench/fills.html",
        {
            "page_obj": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
            "week": week,
            "area": area,
            "total": sum(channels.values()),
            "channels": [
                (channel.label, channels[channel.value])
                for channel in FillChannel
                if channel.value in channels
            ],
        },
    )


def _week(request):
    """The week asked for, else the present one."""
    try:
        return Week.parse(request.GET.get("week", ""))
    except ValueError:
        return Week.of(timezone.localdate())
