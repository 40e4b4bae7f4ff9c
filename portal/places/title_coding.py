"""The occupation coder as the product uses it: with the corrections staff made, at once everywhere.

Each use reads one small row of figures from the database: how many corrections there are, how many
have ended, the newest and the latest end. Rows are only added and ended, so any committed change alters it,
and every process, whatever its cache, codes by the corrections in force when it asks. Only when the
figures have changed are the corrections read again.
"""

from collections.abc import Iterable

from django.db.models import Count, Max

from portal.places.coder import Coder, default_coder, occupation_code

from .models import Occupation, OccupationCorrection

_made: tuple[tuple, Coder] | None = None


def coder_in_force() -> Coder:
    """The coder with the corrections in force; one query, two after a change."""
    global _made
    version = tuple(
        OccupationCorrection.objects.aggregate(
            made=Count("pk"), ended=Count("ended_at"), newest=Max("pk"), last=Max("ended_at")
        ).values()
    )
    if _made is None or _made[0] != version:
        _made = version, _with_corrections()
    return _made[1]


def occupation_of_title(title: str, duties: str = "") -> str | None:
    """The finest occupation code a title surely means, None when unsure."""
    return occupation_code(title, duties, coder_in_force())


def occupations_of_titles(titles: Iterable[str]) -> dict[str, str]:
    """{title: code} of those that are sure and in the code table; two queries for any number."""
    coder = coder_in_force()
    found = {title: occupation_code(title, coder=coder) for title in set(titles)}
    codes = {code for code in found.values() if code}
    known = set(Occupation.objects.filter(code__in=codes).values_list("code", flat=True))
    return {title: code for title, code in found.items() if code in known}


def _with_corrections():
    """Kept under the stored key, and under the one the present table of noise words gives."""
    plain = default_coder()
    corrections = {}
    rows = OccupationCorrection.objects.in_force().order_by("pk")
    for key, title, code in rows.values_list("key", "title", "occupation_id"):
        corrections[plain.key(title)] = code
        corrections[key] = code
    return Coder(plain.lexicon, plain.threshold, corrections)
