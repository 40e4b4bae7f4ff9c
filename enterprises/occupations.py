"""Which occupation a post belongs to: suggested from its title, found by words, chosen by a person."""

from dataclasses import dataclass

from django.db.models import Case, IntegerField, Q, Value, When

from portal.places.coder import occupation_code
from portal.places.models import Occupation
from portal.places.title_coding import coder_in_force, occupation_of_title

SUGGESTED = 3
FOUND = 8
CORRECTED = 1.0
LEAST_SHARE = 0.2  # below, a suggestion is noise to the person who chooses


@dataclass(frozen=True)
class Candidate:
    """One occupation offered for choosing."""

    code: str
    name: str
    above: str
    why: str
    chosen: bool


def candidates(title, words="", chosen="", duties=""):
    """What the form offers: the chosen one, what is found by `words`, else suggestions for `title`.

    title, words, duties: as typed. chosen: code of the present choice or "". When nothing is chosen, the
    first is marked, so that one press of the button takes the best guess. Returns Candidates.
    """
    rows = []
    if chosen:
        rows += [(row, "您选的") for row in _rows().filter(pk=chosen)]
    if words.strip():
        rows += [(row, f"按“{words.strip()}”找到") for row in find(words)]
    elif title.strip():
        rows += [(row, _why(share)) for row, share in suggest(title, duties)]
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


def _why(share):
    if share == CORRECTED:
        return "这个名称由工作人员确定过"
    return f"按岗位名称推荐，把握 {int(share * 100)}%"


def suggest(title, duties="", limit=SUGGESTED):
    """(Occupation, share of certainty 0–0.98, 1 when staff said so) a title may mean, likeliest
    first.

    The fine occupation goes before its minor class when the wording of the title names it. Duties
    help where the title is silent or unclear.
    """
    coder = coder_in_force()
    coded = coder.code(title, duties)
    sure = {code: share for code, _, share in coded.candidates if share >= LEAST_SHARE}
    best = occupation_code(title, duties, coder)
    codes = [best] if best else []
    codes += [code for code in sure if not (best and best.startswith(code))]
    rows = _rows().in_bulk(codes)
    return [(rows[code], sure.get(code[:7], 0)) for code in codes if code in rows][:limit]


def best_guess(title):
    """The occupation a title surely means, or None when the coder is not sure."""
    code = occupation_of_title(title)
    return _rows().filter(pk=code).first() if code else None


def _rows():
    return Occupation.objects.filter(level__gte=Occupation.MINOR).select_related("parent")
