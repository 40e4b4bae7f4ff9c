"""The filters beside a search: options with what each would find, chips of those that hold."""

from dataclasses import dataclass

from django.db.models import Count, Q

from portal.places.models import Division
from portal.ui.parts import Chip, FilterGroup, Option

from .enums import Education
from .rows import place_words
from .search_params import EXPERIENCE, ONLY, PAY_STEPS
from .search_results import (
    capped_counts,
    conditions,
    education_q,
    experience_q,
    filtered,
    only_q,
    pay_q,
    region_q,
)

MOST_STREETS = 12


@dataclass(frozen=True)
class Places:
    """What a search says of places. districts: all of the city; chosen: the divisions of the
    address, in its order, with parents loaded; streets: those of the one district searched in."""

    districts: list
    chosen: list
    streets: list

    @property
    def district_codes(self):
        """The districts the chosen places lie in."""
        return list(dict.fromkeys(place.code[:6] for place in self.chosen))

    def band_options(self):
        """The choices of the band's select; several places are one choice of their own."""
        codes = [place.code for place in self.chosen]
        options = [Option(d.code, d.name, chosen=codes == [d.code]) for d in self.districts]
        if self.chosen and not any(option.chosen for option in options):
            words = "、".join(place_words(place) for place in self.chosen)
            options.insert(0, Option(",".join(codes), words, chosen=True))
        return options


def places_of(params, districts):
    """The places of a search; codes that are no division are left out."""
    found = {d.code: d for d in districts}
    unknown = [code for code in params.regions if code not in found]
    if unknown:
        rows = Division.objects.filter(pk__in=unknown).select_related("parent")
        found |= {division.code: division for division in rows}
    chosen = [found[code] for code in params.regions if code in found]
    streets = []
    if len({place.code[:6] for place in chosen}) == 1:
        streets = list(Division.objects.filter(parent_id=chosen[0].code[:6]).order_by("code"))
    return Places(districts, chosen, streets)


def filter_groups(params, places):
    """(groups, streets): at each option what it would find under the other filters.

    One round trip for all counts. Streets without any post are not listed: they are many; None
    when there are none to choose from.
    """
    levels = [level for level in Education if level != Education.NONE]
    options_of = {
        "regions": [region_q([place.code]) for place in places.districts],
        "pay": [Q(), *map(pay_q, PAY_STEPS)],
        "experience": [Q(), *map(experience_q, EXPERIENCE)],
        "education": [Q(), *map(education_q, levels)],
        "only": [only_q(key) for key in ONLY],
        "streets": [region_q([place.code]) for place in places.streets],
    }
    counts = iter(_counts(params, options_of))

    def options(pairs, chosen):
        return tuple(
            Option(str(value), label, next(counts), str(value) in chosen) for value, label in pairs
        )

    any_of = [("", "不限")]
    groups = [
        FilterGroup(
            "region",
            "工作地点",
            options([(d.code, d.name) for d in places.districts], places.district_codes),
        ),
        FilterGroup(
            "pay",
            "月薪",
            options(
                any_of + [(step, f"{step:,} 元以上") for step in PAY_STEPS],
                {str(params.pay or "")},
            ),
            "radio",
        ),
        FilterGroup(
            "experience",
            "我的工作经验",
            options(
                any_of + [(key, label) for key, (label, _) in EXPERIENCE.items()],
                {params.experience},
            ),
            "radio",
        ),
        FilterGroup(
            "education",
            "我的学历",
            options(
                any_of + [(level.value, level.label) for level in levels],
                {"" if params.education is None else str(params.education)},
            ),
            "radio",
        ),
        FilterGroup("only", "只看", options(ONLY.items(), params.only)),
    ]
    streets = options([(s.code, s.name) for s in places.streets], params.regions)
    return groups, _streets_group(streets)


def _counts(params, options_of):
    """How many posts each option would find, in the order of `options_of` (part → conditions).

    What is asked for is looked for once, and all options counted in what it leaves. Of all posts
    most options find many: there each count of its own, which stops at the cap, reads less.
    """
    if not params.is_narrowed:
        every = filtered(params)
        return capped_counts([every.filter(q) for options in options_of.values() for q in options])
    chosen = conditions(params)
    asked = {}
    for part, options in options_of.items():
        # A switch adds to what holds; any other option is counted in the place of its like.
        replaced = "regions" if part == "streets" else part
        others = Q(*(held for name, held in chosen.items() if name != replaced))
        for option in options:
            asked[f"option_{len(asked)}"] = Count("pk", filter=(others & option) or None)
    return filtered(params, skip=tuple(chosen)).aggregate(**asked).values()


def _streets_group(options):
    """The streets with most posts, and those chosen; None when there is nothing to choose."""
    worth = sorted(
        (option for option in options if option.count or option.chosen),
        key=lambda option: (not option.chosen, -option.count),
    )[:MOST_STREETS]
    return FilterGroup("region", "街道、乡镇", tuple(worth)) if len(worth) > 1 else None


def chips(params, places, occupation):
    """The filters that hold, each with the address without it."""
    made = []
    for place in places.chosen:
        without = [code for code in params.regions if code != place.code]
        if len(place.code) > 6 and not any(c.startswith(place.code[:6]) for c in without):
            without.append(place.code[:6])  # a street taken away leaves its district
        made.append(Chip(place_words(place), params.url(regions=tuple(without))))
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
