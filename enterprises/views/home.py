"""The public home page."""

from django.core.cache import cache
from django.db.models import Count, Q, Sum
from django.shortcuts import render
from django.utils import timezone

from enterprises import directory
from enterprises.models import KeyListEntry, Vacancy
from enterprises.rows import vacancy_row
from enterprises.search_params import SearchParams
from enterprises.search_results import key_labels
from hotlines.models import Hotline
from portal.accounts.access import PUBLIC, allow
from subsidies.home import home_notices, home_policies

KEY_POSTS = 6
_SECONDS = 300


def _figures():
    """Live posts, openings, new today, posts of key enterprises."""
    today = timezone.localdate()
    entries = KeyListEntry.objects.on(today)
    return Vacancy.objects.live().aggregate(
        posts=Count("pk"),
        openings=Sum("headcount", default=0),
        new=Count("pk", filter=Q(published_at__date=today)),
        key=Count("pk", filter=Q(enterprise_id__in=entries.values("enterprise_id"))),
    )


def _key_vacancies():
    """The newest posts of key enterprises, one per enterprise, most openings first."""
    entries = KeyListEntry.objects.on(timezone.localdate())
    newest = (
        Vacancy.objects.live()
        .filter(enterprise_id__in=entries.values("enterprise_id"))
        .select_related("enterprise", "region__parent")
        .order_by("-published_at", "-pk")[: KEY_POSTS * 6]
    )
    chosen = {}
    for vacancy in newest:
        chosen.setdefault(vacancy.enterprise_id, vacancy)
    return list(chosen.values())[:KEY_POSTS]


@allow(PUBLIC)
def home(request):
    """Search first, then three doors, the directory, key posts, policies, notices, hotlines."""
    figures = cache.get_or_set("home:figures", _figures, _SECONDS)
    hotlines = list(Hotline.objects.select_related("region"))
    context = {
        "figures": figures,
        "districts": directory.by_district(),
        "hotlines": hotlines,
    }
    if request.care_mode:
        region = request.GET.get("region", "")
        near = Vacancy.objects.live().select_related("enterprise", "region__parent")
        if region.isdigit() and len(region) == 6:
            near = near.filter(region__code__startswith=region)
        context |= {
            "near": [vacancy_row(v) for v in near.order_by("-published_at", "-pk")[:3]],
            "hotline": next((h for h in hotlines if h.region_id == region), None)
            or next(iter(hotlines), None),
            "region": region,
            "region_choices": directory.districts(),
            "more_url": SearchParams(regions=(region,) if region else ()).url(),
        }
        return render(request, "public/home_care.html", context)
    vacancies = _key_vacancies()
    labels = key_labels(vacancies)
    context |= {
        "groups": directory.by_word(),
        "popular": [(word, SearchParams(text=word).url()) for word in directory.POPULAR],
        "key_rows": [vacancy_row(v, labels.get(v.enterprise_id, "")) for v in vacancies],
        "key_url": SearchParams(only=("key",)).url(),
        "district_choices": directory.districts(),
        "policies": home_policies(),
        "notices": home_notices(),
    }
    return render(request, "public/home.html", context)
