"""Which occupation a post belongs to: suggested from its title, found by words, chosen by a person."""

from dataclasses import dataclass

from django.db.models import Case, IntegerField, Q, Value, When

from enterprises.search import words_of
from portal.places.models import Occupation

SUGGESTED = 3
FOUND = 8


@dataclass(frozen=True)
class Candidate:
    """One occupation offered for choosing."""

    code: str
    name: str
    above: str
    why: str
    chosen: bool


def candidates(title, words="", chosen=""):
    """What the form offers: the chosen one, what is found by `words`, else suggestions for `title`.

    title, words: as typed. chosen: code of the present choice or "". When nothing is chosen, the
    first is marked, so that one press of the button takes the best guess. Returns Candidates.
    """
    rows = []
    if chosen:
        rows += [(row, "您选的") for row in _rows().filter(pk=chosen)]
    if words.strip():
        rows += [(row, f"按“{words.strip()}”找到") for row in find(words)]
    elif title.strip():
        rows += [(row, "按岗位名称推荐") for row in suggest(title)]
    offered = {}
    for row, why in rows:
        offered.setdefault(row.pk, (row, why))
    first = next(iter(offered), "")
    return [
        Candidate(
            row.pk,
            row.name,
            row.parent.name if row.parent_id else "",
            why,
            row.pk == (chosen if chosen in offered else first),
        )
        for row, why in offered.values()
    ]


def find(words, limit=FOUND):
    """Occupations whose name or kinds of work hold the typed words, exact names first."""
    words = words.strip()
    rank = Case(
        When(name=words, then=Value(0)),
        When(name__startswith=words, then=Value(1)),
        When(name__contains=words, then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    matching = Q(name__contains=words) | Q(work_types__contains=words) | Q(pk__startswith=words)
    return list(_rows().filter(matching).annotate(rank=rank).order_by("rank", "pk")[:limit])


def _rows():
    return Occupation.objects.filter(level__gte=Occupation.MINOR).select_related("parent")


def suggest(title, limit=SUGGESTED):
    """Occupations a title may mean, likeliest first."""
    words = {word for word in words_of(title) if len(word) > 1}
    matching = Q(pk__in=[])
    for word in words:
        matching |= Q(name__contains=word) | Q(work_types__contains=word)
    rows = list(_rows().filter(matching, level=Occupation.FINE))
    rows.sort(key=lambda row: (-_likeness(title, words, row), row.pk))
    return rows[:limit]


def best_guess(title):
    """The occupation a title surely means, or None: its name is the title or stands in it."""
    first = next(iter(suggest(title, 1)), None)
    return first if first and (first.name in title or title in first.name) else None


def _likeness(title, words, row):
    if row.name in title:
        return 100 + len(row.name)
    return sum(
        len(word) * (2 if word in row.name else 1)
        for word in words
        if word in row.name or word in row.work_types
    )
