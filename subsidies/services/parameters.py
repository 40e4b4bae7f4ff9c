"""The figures a bureau chose, as they were in force on a day."""

from datetime import date

from django.db.models import Q

from subsidies.models import LocalParameter
from subsidies.policy import LoadedPolicy


class ParameterBook:
    """Local parameters in force on one day in and around one region (a code prefix)."""

    def __init__(self, region: str, day: date):
        above = [region[:length] for length in (2, 4, 6, 9, 12) if length <= len(region)]
        rows = (
            LocalParameter.objects.on(day)
            .filter(Q(region_id__in=above) | Q(region__code__startswith=region))
            .order_by("valid_from", "pk")
        )
        self.rows = list(rows)

    def for_policy(self, policy: LoadedPolicy, region: str) -> dict[str, str]:
        """name → value as typed, for one policy and an enterprise's region.

        Of a city's and a district's figure the district's wins. Only what the policy leaves to
        the bureau is given; the evaluator checks ranges.
        """
        return figures_for(policy, region, self.as_json())

    def as_json(self) -> dict:
        """All rows for the record of a run: {region: {name: {"value", "document"}}}."""
        book = {}
        for row in self.rows:
            book.setdefault(row.region_id, {})[row.name] = {
                "value": row.value,
                "document": row.document,
            }
        return book


def figures_for(policy: LoadedPolicy, region: str, book: dict) -> dict[str, str]:
    """As ParameterBook.for_policy, from a book as a run keeps it (ParameterBook.as_json)."""
    left_open = {name for name, p in policy.file.parameters.items() if p.local is not None}
    chosen = {}
    for code in sorted(book, key=len):
        if region.startswith(code):
            chosen |= {n: row["value"] for n, row in book[code].items() if n in left_open}
    return chosen
