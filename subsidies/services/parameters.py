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
        # Sorted by date, so that of two rows in force the later one stands.
        self._values = {(row.region_id, row.name): row.value for row in self.rows}
        self._regions = sorted({row.region_id for row in self.rows}, key=len)

    def for_policy(self, policy: LoadedPolicy, region: str) -> dict[str, str]:
        """name → value as typed, for one policy and an enterprise's region.

        Of a city's and a district's figure the district's wins. Only what the policy leaves to
        the bureau is given; the evaluator checks ranges.
        """
        left_open = {name for name, p in policy.file.parameters.items() if p.local is not None}
        chosen = {}
        for code in self._regions:
            if not region.startswith(code):
                continue
            chosen.update(
                {n: v for (r, n), v in self._values.items() if r == code and n in left_open}
            )
        return chosen

    def as_json(self) -> dict:
        """All rows for the record of a run: {region: {name: {"value", "document"}}}."""
        book = {}
        for row in self.rows:
            book.setdefault(row.region_id, {})[row.name] = {
                "value": row.value,
                "document": row.document,
            }
        return book
