"""The public home page."""

from dataclasses import replace

from django.core.cache import cache
from django.db.models import Count, Q, Sum
from django.shortcuts import render
from django.utils import timezone

from enterprises import directory
from enterprises.models import Vacancy
from enterprises.rows import vacancy_row
from enterprises.search_params import SearchParams
from enterprises.search_results import key_labels, only_q
from hotlines.models import Hotline
from hotlines.views.public import open_now
from jobseekers.services.profile import seeker_of
from portal.accounts.access import PUBLIC, allow
from portal.accounts.enums import Role
from portal.outbox.models import Message
from portal.ui.parts import Option
from subsidies.home import home_notices, home_policies

KEY_POSTS = 6
_SECONDS = 300


def _figures():
    """Live posts, openings, new today, posts of key enterprises."""
    today = timezone.localdate()
    return Vacancy.objects.live().aggregate(
        posts=Count("pk"),
        openings=Sum("headcount", default=0),
        new=Count("pk", filter=Q(published_at__date=today)),
        key=Count("pk", filter=only_q("key")),
    )


def _key_vacancies():
    """[(vacancy, kind of its key list)]: of the newest posts of key enterprises one each, those
    with most openings first."""
    newest = (
        Vacancy.objects.live()
        .filter(only_q("key"))
        .select_related("enterprise", "region__parent")
        .order_by("-published_at", "-pk")[: KEY_POSTS * 6]
    )
    chosen = {}
    for vacancy in sorted(newest, key=lambda v: -v.headcount):
        chosen.setdefault(vacancy.enterprise_id, vacancy)
    vacancies = list(chosen.values())[:KEY_POSTS]
    labels = key_labels(vacancies)
    return [(vacancy, labels[vacancy.enterprise_id]) for vacancy in vacancies]


@allow(PUBLIC)
def home(request):
    """Search first, then three doors, the directory, key posts, policies, notices, hotlines."""
    context = {
        "figures": cache.get_or_set("home:figures", _figures, _SECONDS),
        "hotlines": list(Hotline.objects.select_related("region")),
        "open_now": open_now(timezone.localtime()),
    }
    if request.care_mode:
        return render(request, "public/home_care.html", context | _care(request, context))
    cards = [(vacancy_row(v, kind), kind) for v, kind in _key_vacancies()]
    districts = directory.districts()
    context |= {
        "districts": directory.by_district(),
        "groups": directory.by_word(),
        "popular": [(word, SearchParams(text=word).url()) for word in directory.POPULAR],
        "key_rows": [replace(row, key_label=kind) for row, kind in cards],
        "key_url": SearchParams(only=("key",)).url(),
        "band_places": [Option(d.code, d.name) for d in districts],
        "policies": home_policies(),
        "notices": home_notices(),
    }
    return render(request, "public/home.html", context)


def _care(request, context):
    """The home of 关怀版: four things to do, one telephone, work nearby.

    The district is the one chosen here, else the one a signed-in job seeker lives in.
    """
    districts = {district.code: district for district in directory.districts()}
    user = request.user
    seeker = seeker_of(user) if user.is_authenticated and user.role == Role.JOB_SEEKER else None
    home_code = seeker.region_id[:6] if seeker and "region" not in request.GET else ""
    place = districts.get(request.GET.get("region", "") or home_code)
    near = Vacancy.objects.live().select_related("enterprise", "region__parent")
    if place:
        near = near.filter(region__code__startswith=place.code)
    lines = context["hotlines"]
    return {
        "place": place,
        "region_choices": districts.values(),
        "hotline": next((line for line in lines if place and line.region_id == place.code), None)
        or next(iter(lines), None),
        "near": [vacancy_row(v) for v in near.order_by("-published_at", "-pk")[:3]],
        "more_url": SearchParams(regions=(place.code,) if place else ()).url(),
        "answers": Message.objects.visible_to(user).unread().filter(kind="application").count()
        if seeker
        else 0,
    }
