"""The list of doubtful titles: one line a title, its counts over the user's districts."""

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.db.models import F, Max, Min, Sum

from portal.places.models import DoubtfulTitle, TitleDoubt
from portal.places.title_coding import coder_in_force
from portal.runs.models import JobRun, RunState

UNCODED = TitleDoubt.UNCODED.value
VIEWS = {UNCODED: "编不出的", TitleDoubt.CHOSEN_OTHERWISE.value: "单位选的和推荐的不同"}


@dataclass(frozen=True)
class TitleRow:
    """A title; candidates and chosen are (minor code, name, share of certainty or vacancies)."""

    title: str
    vacancies: int
    wishes: int
    candidates: list[tuple[str, str, float]]
    chosen: list[tuple[str, str, int]]


def doubtful_page(user, doubt, words, number, per_page):
    """(page, its TitleRows): most met first."""
    found = DoubtfulTitle.objects.visible_to(user).filter(doubt=doubt)
    if words:
        found = found.filter(title__icontains=words)
    grouped = (
        found.order_by()
        .values("key")
        .annotate(name=Min("title"), posts=Sum("vacancies"), wished=Sum("wishes"))
        .order_by((F("posts") + F("wished")).desc(), "key")
    )
    page = Paginator(grouped, per_page).get_page(number)
    keys = [row["key"] for row in page]
    chosen = {key: {} for key in keys}
    for key, codes in found.filter(key__in=keys).values_list("key", "chosen"):
        for code, count in codes.items():
            chosen[key][code] = chosen[key].get(code, 0) + count
    coder = coder_in_force()
    names = coder.lexicon.minor_names
    rows = [
        TitleRow(
            row["name"],
            row["posts"],
            row["wished"],
            [*coder.code(row["name"]).candidates],
            sorted(
                ((code, names.get(code, ""), n) for code, n in chosen[row["key"]].items()),
                key=lambda one: (-one[2], one[0]),
            ),
        )
        for row in page
    ]
    return page, rows


def counted_at():
    """When the list was last counted, or None."""
    return JobRun.objects.filter(kind="titles", state=RunState.DONE).aggregate(
        last=Max("finished_at")
    )["last"]
