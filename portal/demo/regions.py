"""The streets of the demo city and how much work there is in each district."""

from functools import cache
from typing import NamedTuple

from portal.places.datafiles import read_rows

CITY = "3204"
# Development zones have no division code of their own in credit codes: see the places README.
_CREDIT_COUNTY = {"320471": "320412"}
_DISTRICT_WEIGHTS = {
    "320412": 0.29,
    "320411": 0.24,
    "320471": 0.12,
    "320413": 0.11,
    "320481": 0.10,
    "320402": 0.08,
    "320404": 0.06,
}


class Street(NamedTuple):
    """A street or town of the city; weight is its share of the city's enterprises."""

    code: str
    name: str
    district: str
    weight: float

    @property
    def credit_county(self) -> str:
        """The county code that credit codes issued here carry."""
        return _CREDIT_COUNTY.get(self.district, self.district)


@cache
def streets() -> tuple[Street, ...]:
    """Listed streets of the city by code; towns and zones weigh twice an inner street."""
    rows = [
        (row["code"], row["name"])
        for row in read_rows("divisions.csv.gz")
        if len(row["code"]) == 9 and row["code"].startswith(CITY) and row["listed"] == "1"
    ]
    raw = {code: 1.0 if name.endswith("街道") else 2.0 for code, name in rows}
    sums: dict[str, float] = {}
    for code, weight in raw.items():
        sums[code[:6]] = sums.get(code[:6], 0) + weight
    return tuple(
        Street(code, name, code[:6], _DISTRICT_WEIGHTS[code[:6]] * raw[code] / sums[code[:6]])
        for code, name in rows
    )


@cache
def districts() -> dict[str, str]:
    """District code → name, in the order pages use."""
    rows = [
        (int(row["order"]), row["code"], row["name"])
        for row in read_rows("divisions.csv.gz")
        if len(row["code"]) == 6 and row["code"].startswith(CITY)
    ]
    return {code: name for _, code, name in sorted(rows)}
