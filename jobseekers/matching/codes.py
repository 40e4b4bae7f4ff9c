"""Occupation and division codes as integers that can be cut with a division.

Occupations (职业分类大典): "6-31-01-03" is packed as 6310103. Dropping two digits at a time gives
the minor class (63101), the middle class (631) and the major class (6). A code known only to its
minor class ends in 00 ("6-31-01" -> 6310100), to its middle class in 0000.

Divisions (行政区划): 2, 4, 6 or 9 digits; widened to nine digits here so that "lies in" is a range.
"""

import re

import numpy as np

OCCUPATION_PATTERN = re.compile(r"(\d)(?:-(\d\d))?(?:-(\d\d))?(?:-(\d\d))?")

# Depth of a division code in digits; 0 means unknown (of a post) or anywhere (of a wish).
UNKNOWN, PROVINCE, CITY, DISTRICT, STREET = 0, 2, 4, 6, 9

MUNICIPALITIES = (11, 12, 31, 50)
PREFECTURE_CITY_PARTS = ((1, 20), (51, 70))
DIRECTLY_ADMINISTERED = 90


def pack_occupation(code: str) -> int:
    """Return the packed integer of "6-31-01-03", "6-31-01", "6-31" or "6"; "" gives 0.

    Raises ValueError for anything else.
    """
    code = code.strip()
    if not code:
        return 0
    found = OCCUPATION_PATTERN.fullmatch(code)
    if not found:
        raise ValueError(f"职业代码“{code}”不对，应像 6-31-01-03 这样")
    major, middle, minor, fine = (int(part or 0) for part in found.groups())
    return ((major * 100 + middle) * 100 + minor) * 100 + fine


def occupation_text(packed: int) -> str:
    """Return the code of a packed occupation as printed in the catalogue, full length."""
    text = f"{packed:07d}"
    return f"{text[0]}-{text[1:3]}-{text[3:5]}-{text[5:7]}"


def widen_divisions(codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (nine-digit codes int32, depth int8 in digits) of division codes.

    Pseudo divisions are read as what they stand for: "320400" is the city, and so is "320401"
    (市辖区, "the districts of a city") in prefecture-level cities; in leagues, autonomous
    prefectures and directly administered counties …01 is a real county-level city and stays one.
    0 means unknown. Raises ValueError naming the first code of another length.
    """
    codes = np.asarray(codes, dtype=np.int64)
    depth = np.full(codes.shape, -1, dtype=np.int8)
    wide = np.zeros(codes.shape, dtype=np.int64)
    for digits, low, high in (
        (PROVINCE, 10, 99),
        (CITY, 1000, 9999),
        (DISTRICT, 100_000, 999_999),
        (STREET, 100_000_000, 999_999_999),
    ):
        here = (codes >= low) & (codes <= high)
        depth[here] = digits
        wide[here] = codes[here] * 10 ** (9 - digits)
    depth[codes == 0] = UNKNOWN
    if (depth < 0).any():
        raise ValueError(f"行政区划代码“{codes[depth < 0][0]}”不是 2、4、6 或 9 位")

    district_part = wide // 1000 % 100
    city_part = wide // 100_000 % 100
    province = wide // 10_000_000
    in_prefecture_city = np.zeros(codes.shape, dtype=bool)
    for low, high in PREFECTURE_CITY_PARTS:
        in_prefecture_city |= (city_part >= low) & (city_part <= high)
    in_prefecture_city &= ~np.isin(province, MUNICIPALITIES)
    stands_for_city = (depth == DISTRICT) & (
        (district_part == 0) | ((district_part == 1) & in_prefecture_city)
    )
    depth[stands_for_city] = CITY
    wide[stands_for_city] = wide[stands_for_city] // 100_000 * 100_000
    stands_for_province = (depth == CITY) & (wide // 100_000 % 100 == 0)
    depth[stands_for_province] = PROVINCE
    return wide.astype(np.int32), depth


def division_ranges(codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return half-open nine-digit ranges (low, high), int32, of the places each code accepts.

    A street accepts itself, a district its streets, four digits the whole city. In the four
    municipalities the city level is itself a pseudo division (5001 市辖区, 5002 县), so four
    digits accept the whole municipality. 0 accepts every place, also an unknown one.
    """
    wide, depth = widen_divisions(codes)
    low = wide.astype(np.int64)
    municipal = (depth == CITY) & np.isin(low // 10_000_000, MUNICIPALITIES)
    low[municipal] = low[municipal] // 10_000_000 * 10_000_000
    span = np.ones(low.shape, dtype=np.int64)
    for digits in (PROVINCE, CITY, DISTRICT):
        span[depth == digits] = 10 ** (9 - digits)
    span[municipal] = 10_000_000
    span[depth == UNKNOWN] = 1_000_000_000
    return low.astype(np.int32), (low + span).astype(np.int32)
