"""Vacancy search: all of it in the address, works without script."""

from dataclasses import replace
from urllib.parse import urlencode

from django.shortcuts import render
from django.urls import reverse

from enterprises import directory
from enterprises.rows import vacancy_row
from enterprises.search_filters import chips, filter_groups, places_of
from enterprises.search_params import SORTS, SearchParams
from enterprises.search_results import key_labels, page_of, relaxations
from enterprises.search_words import shown_words
from hotlines.models import Hotline
from jobseekers.services.bookmarks import kept_among
from portal.accounts.access import PUBLIC, allow
from portal.accounts.enums import Role
from portal.places.models import Occupation
from portal.ui.formatting import capped
from portal.ui.parts import Relaxation, Slice

FEW = 5
# What a form changes itself; everything else of the search it carries along.
BAND = ("q", "region")
FILTERS = ("region", "pay", "experience", "education", "only")


def base_of(user):
    """The frame of a public page: a signed-in job seeker keeps the bar of their own pages."""
    seeker = user.is_authenticated and user.role == Role.JOB_SEEKER
    return "base_seeker.html" if seeker else "base_public.html"


def _kept(params, changed):
    return [(name, value) for name, value in params.pairs() if name not in (*changed, "after")]


def rows_of(vacancies, params):
    """The rows of a page of hits; each leads to its post and remembers the search."""
    labels = key_labels(vacancies)
    back = f"?{urlencode({'from': params.query})}" if params.query else ""
    return [vacancy_row(v, labels.get(v.enterprise_id, ""), query=back) for v in vacancies]


def _alert_url(user, params):
    """Where this search can be saved as an alert, "" for those who do not look for work."""
    if user.is_authenticated and user.role != Role.JOB_SEEKER:
        return ""
    query = replace(params, sort="", after="").query
    return reverse("jobseekers:alert_new") + (f"?{query}" if query else "")


def _hotline(places):
    """The telephone of the district searched in, else the city's first."""
    near = Hotline.objects.filter(region_id__in=places.district_codes).first()
    return near or Hotline.objects.first()


@allow(PUBLIC)
def search(request):
    """The results page; htmx takes the main part out of the same page."""
    params = SearchParams.read(request.GET)
    places = places_of(params, directory.districts())
    page = page_of(params)
    occupation = (
        Occupation.objects.filter(pk=params.occupation).first() if params.occupation else None
    )
    held = chips(params, places, occupation)
    groups, streets = filter_groups(params, places)
    few = page.total < FEW and params.is_narrowed
    context = {
        "base": base_of(request.user),
        "params": params,
        "page": page,
        "rows": rows_of(page.vacancies, params),
        "words": shown_words(params.text),
        "bookmarked": kept_among(request.user, page.vacancies),
        "alert_url": _alert_url(request.user, params),
        "groups": [group for group in (groups[0], streets, *groups[1:]) if group],
        "folds": _folds(groups, streets, params),
        "chips": held,
        "clear_url": SearchParams(text=params.text, sort=params.sort).url(),
        "band_places": places.band_options(),
        "band_kept": _kept(params, BAND),
        "filters_kept": _kept(params, FILTERS),
        "sorts": [
            (label, params.url(sort=key), key == params.sort) for key, label in SORTS.items()
        ],
        "slice": Slice(
            page.start + 1,
            page.start + len(page.vacancies),
            page.total,
            "",
            params.url(after=page.next_after) if page.next_after else "",
        ),
        "first_url": params.url() if page.start else "",
        "relaxations": [
            Relaxation(changed.url(), label, count, note)
            for changed, label, note, count in relaxations(params, places.districts)
        ]
        if few
        else [],
        "hotline": _hotline(places) if request.care_mode or not page.total else None,
        "asked": ([f"“{params.text}”"] if params.text else []) + [chip.label for chip in held],
        "announce": f"找到 {capped(page.total)} 个岗位" if page.total else "没有完全符合的岗位",
    }
    response = render(request, "vacancies/search.html", context)
    if request.htmx:
        response["HX-Push-Url"] = params.url(after=params.after)
    return response


def _folds(groups, streets, params):
    """The bar of a phone: (label, how many hold, groups, whether it is the fold for the rest)."""
    region, pay, experience, *rest = groups
    more = len(params.only) + (params.education is not None)
    return [
        ("地区", len(params.regions), [g for g in (region, streets) if g], False),
        ("月薪", 1 if params.pay else 0, [pay], False),
        ("经验", 1 if params.experience else 0, [experience], False),
        ("筛选", more, rest, True),
    ]
