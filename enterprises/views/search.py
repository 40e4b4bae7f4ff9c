"""Vacancy search: all of it in the address, works without script."""

from django.shortcuts import render

from enterprises import directory
from enterprises.enums import Education
from enterprises.rows import vacancy_row
from enterprises.search import query_words
from enterprises.search_params import EXPERIENCE, ONLY, PAY_STEPS, SORTS, SearchParams
from enterprises.search_results import (
    capped_counts,
    experience_q,
    filtered,
    key_labels,
    only_q,
    page_of,
    pay_q,
    relaxations,
)
from hotlines.models import Hotline
from portal.accounts.access import PUBLIC, allow
from portal.places.models import Division, Occupation
from portal.ui.parts import Chip, FilterGroup, Option, Relaxation, Slice

FEW = 5


def filter_groups(params, districts):
    """The filters with, at each option, what it would find under the other filters."""
    base = {
        name: filtered(params, skip=(name,))
        for name in ("regions", "pay", "experience", "education", "only")
    }
    asked = [base["regions"].filter(region__code__startswith=d.code) for d in districts]
    asked += [base["pay"]] + [base["pay"].filter(pay_q(step)) for step in PAY_STEPS]
    asked += [base["experience"]] + [
        base["experience"].filter(experience_q(key)) for key in EXPERIENCE
    ]
    levels = [level for level in Education if level != Education.NONE]
    asked += [base["education"]] + [base["education"].filter(education__lte=e) for e in levels]
    asked += [filtered(params, skip=(key,)).filter(only_q(key)) for key in ONLY]
    counts = iter(capped_counts(asked))

    def options(pairs, chosen):
        return tuple(
            Option(str(value), label, next(counts), str(value) in chosen) for value, label in pairs
        )

    return [
        FilterGroup(
            "region", "工作地点", options([(d.code, d.name) for d in districts], params.regions)
        ),
        FilterGroup(
            "pay",
            "月薪",
            options(
                [("", "不限")] + [(step, f"{step:,} 元以上") for step in PAY_STEPS],
                {str(params.pay or "")},
            ),
            "radio",
        ),
        FilterGroup(
            "experience",
            "我的工作经验",
            options(
                [("", "不限")] + [(key, label) for key, (label, _) in EXPERIENCE.items()],
                {params.experience},
            ),
            "radio",
        ),
        FilterGroup(
            "education",
            "我的学历",
            options(
                [("", "不限")] + [(level.value, level.label) for level in levels],
                {"" if params.education is None else str(params.education)},
            ),
            "radio",
        ),
        FilterGroup("only", "只看", options(ONLY.items(), params.only)),
    ]


def chips(params, places, occupation):
    """The filters that hold, each with the address without it."""
    made = [
        Chip(
            places.get(code, code),
            params.url(regions=tuple(c for c in params.regions if c != code)),
        )
        for code in params.regions
    ]
    if occupation:
        made.append(Chip(occupation.name, params.url(occupation="")))
    if params.pay:
        made.append(Chip(f"{params.pay:,} 元以上", params.url(pay=0)))
    if params.experience:
        made.append(Chip(EXPERIENCE[params.experience][0], params.url(experience="")))
    if params.education is not None:
        label = f"我的学历：{Education(params.education).label}"
        made.append(Chip(label, params.url(education=None)))
    made += [
        Chip(ONLY[key], params.url(only=tuple(k for k in params.only if k != key)))
        for key in params.only
    ]
    return made


@allow(PUBLIC)
def search(request):
    """The results page; with htmx only its results part."""
    params = SearchParams.read(request.GET)
    districts = directory.districts()
    page = page_of(params)
    labels = key_labels(page.vacancies)
    places = {d.code: d.name for d in districts}
    streets = [code for code in params.regions if code not in places]
    if streets:
        places |= dict(Division.objects.filter(pk__in=streets).values_list("code", "name"))
    occupation = (
        Occupation.objects.filter(pk=params.occupation).first() if params.occupation else None
    )
    held = chips(params, places, occupation)
    widen = []
    if page.total < FEW and params.is_narrowed:
        widen = [
            Relaxation(changed.url(), label, count, note)
            for changed, label, note, count in relaxations(params, districts)
        ]
    hotline = None
    if not page.total:
        codes = [code[:6] for code in params.regions]
        hotline = Hotline.objects.filter(region_id__in=codes).first() or Hotline.objects.first()
    context = {
        "params": params,
        "page": page,
        "rows": [vacancy_row(v, labels.get(v.enterprise_id, "")) for v in page.vacancies],
        "words": query_words(params.text),
        "groups": filter_groups(params, districts),
        "chips": held,
        "clear_url": SearchParams(text=params.text, sort=params.sort).url(),
        "district_choices": districts,
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
        "relaxations": widen,
        "hotline": hotline,
        "asked": " · ".join(
            ([f"“{params.text}”"] if params.text else []) + [chip.label for chip in held]
        ),
        "filters_held": len(held),
    }
    return render(request, "vacancies/search.html", context)
