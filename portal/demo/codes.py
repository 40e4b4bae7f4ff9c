"""Numbers that are well formed and belong to nobody.

* Identity numbers (GB 11643) start with a whole province's code ("320000"). Issued numbers
  always start with a county's code, so none of these can be anybody's; python-stdnum accepts
  them, because the province itself is in its list. 71, 81, 82 and 83 are left out: residence
  permits of Taiwan, Hong Kong and Macao do start with them. 50 too: it exists since 1997 only.
* Mobile numbers start with 154, a prefix that no carrier has given to the public.
* Credit codes (GB 32100) have organisation codes of the series "XN", which is not issued.
"""

import numpy as np

_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_IDENTITY_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
_IDENTITY_CHECK = np.array(list("10X98765432"))
# Where people come from: (province, weight). Local people first, then the sending provinces.
PROVINCES = (
    ("32", 52), ("34", 14), ("41", 9), ("51", 3), ("42", 3), ("37", 3), ("61", 3), ("52", 3),
    ("36", 2), ("43", 2), ("53", 2), ("62", 2), ("14", 1), ("13", 1), ("45", 1),
    ("33", 1), ("23", 1), ("22", 1), ("21", 1), ("15", 0.5), ("64", 0.5), ("35", 0.5),
)  # fmt: skip
PHONE_PREFIX = "154"
_SLOTS, _DAYS = 500, 365
# Birth years by weight; the position in the list makes numbers of different cycles differ.
BIRTH_YEARS = 45
IDENTITY_CAPACITY = _SLOTS * _DAYS * BIRTH_YEARS


def organisation_check(body: str) -> str:
    """Check character of an eight-character organisation code (GB 11714)."""
    total = sum(int(c, 36) * w for c, w in zip(body, _ORGANISATION_WEIGHTS, strict=True))
    check = 11 - total % 11
    return {10: "X", 11: "0"}.get(check, str(check))


def credit_code(number: int, county: str) -> str:
    """The unified social credit code of the ``number``-th invented enterprise of a county."""
    digits, rest = "", (number * 7_368_787 + 104_729) % 31**6
    for _ in range(6):
        rest, digit = divmod(rest, 31)
        digits = _CREDIT_ALPHABET[digit] + digits
    organisation = f"XN{digits}"
    head = f"91{county}{organisation}{organisation_check(organisation)}"
    total = sum(_CREDIT_ALPHABET.index(c) * w for c, w in zip(head, _CREDIT_WEIGHTS, strict=True))
    return head + _CREDIT_ALPHABET[-total % 31]


def identity_numbers(
    first: int, provinces: np.ndarray, ages: np.ndarray, male: np.ndarray, this_year: int
) -> tuple[list[str], np.ndarray]:
    """Identity numbers of rows ``first``, ``first + 1`` …, and the birth years they carry.

    provinces: indexes into PROVINCES; ages: whole years, 16 to 60; male: bool. Numbers of
    different rows differ: rows 182,500 apart have the same day and order but another year.
    """
    rows = np.arange(first, first + ages.size)
    if rows[-1] >= IDENTITY_CAPACITY:
        raise ValueError(f"identity numbers of the test range end at {IDENTITY_CAPACITY:,}")
    cycle = rows // (_SLOTS * _DAYS)
    years = this_year - 16 - (ages - 16 + cycle) % BIRTH_YEARS
    january = np.array([f"{year}-01-01" for year in years], dtype="datetime64[D]")
    dates = january + (rows // _SLOTS % _DAYS).astype("timedelta64[D]")
    order = rows % _SLOTS * 2 + male
    numbers = [
        f"{PROVINCES[province][0]}0000{str(date).replace('-', '')}{number:03d}"
        for province, date, number in zip(provinces, dates, order, strict=True)
    ]
    digits = np.frombuffer("".join(numbers).encode(), dtype=np.uint8).reshape(-1, 17) - 48
    checks = _IDENTITY_CHECK[digits @ _IDENTITY_WEIGHTS % 11]
    return [f"{n}{c}" for n, c in zip(numbers, checks, strict=True)], years


def mobile(number: int, series: int) -> str:
    """The ``number``-th test mobile number of a series (0 seekers, 1 enterprises, 2 staff …)."""
    if not 0 <= number < 20_000_000 or not 0 <= series < 5:
        raise ValueError("test mobile numbers: five series of twenty million")
    scattered = (number * 7_654_321 + 1_234_567) % 20_000_000
    return f"{PHONE_PREFIX}{series * 20_000_000 + scattered:08d}"
