"""The enterprises whose figures are told in advance: one for each outcome of the refund.

Figures are those of the worked cases (acceptance) and of the drawn pages; start and end are the
insured persons of January and December of the base year, premiums the year's totals in fen.
"""

from typing import NamedTuple


class Planted(NamedTuple):
    """One enterprise with fixed figures. missing_months: 1 … 12, no record or no headcount."""

    name: str
    street: str
    sector: str
    industry: str
    staff: int
    revenue_wan: int
    start: int
    end: int
    enterprise_fen: int
    employee_fen: int
    difficult: bool = False
    is_key: bool = False
    missing_months: tuple[int, ...] = ()
    absent_months: tuple[int, ...] = ()
    note: str = ""


PLANTED = (
    Planted(
        "常州砺石模具有限公司", "320412103", "machinery", "C3525", 118, 1850, 120, 114,
        3_600_000, 2_400_000, is_key=True,
        note="予以返还：减少 6 人，6/120 = 5.0%；60,000.00 × 50% = 30,000.00",
    ),
    Planted(
        "常州织岚纺织有限公司", "320411103", "textile", "C1751", 320, 4200, 200, 188,
        1_234_567, 345_678, note="不予返还：12/200 = 6.0%，少减 1 人即符合",
    ),
    Planted(
        "常州栖羽家具有限公司", "320404116", "textile", "C2110", 18, 260, 37, 31,
        500_000, 500_000, note="不予返还：年末 31 人，比放宽档多 1 人",
    ),
    Planted(
        "常州煦风电机有限公司", "320402109", "electrical", "C3812", 310, 5200, 200, 189,
        1_234_567, 345_678, is_key=True, note="予以返还：11/200 正好 5.5%；7,901.23",
    ),
    Planted(
        "常州稻畔餐饮管理有限公司", "320404005", "catering", "H6210", 30, 90, 37, 30,
        500_000, 500_000, note="予以返还：30 人（含）以下放宽到 20%；5,000.00",
    ),
    Planted(
        "常州澜川精密机械有限公司", "320412102", "machinery", "C3484", 390, 26000, 380, 386,
        18_000_000, 14_918_400, is_key=True, note="予以返还：人数没有减少；164,592.00",
    ),
    Planted(
        "常州青屿医疗器械有限公司", "320411004", "medical", "C3581", 460, 31000, 412, 455,
        20_000_000, 16_640_900, is_key=True, note="予以返还：人数没有减少；183,204.50",
    ),
    Planted(
        "江苏云砚电子科技有限公司", "320411006", "electronics", "C3982", 52, 900, 50, 49,
        1_500_000, 1_500_000, missing_months=(12,), note="待核实：缺 2019 年 12 月参保人数",
    ),
    Planted(
        "江苏曜川动力电池有限公司", "320413402", "electrical", "C3841", 5100, 610000, 5000, 4990,
        165_000_000, 165_000_000, is_key=True, note="待核实：文件没有写大型企业的上限",
    ),
    Planted(
        "溧阳栖禾新材料有限公司", "320481109", "materials", "C2659", 66, 1600, 64, 60,
        2_100_000, 2_100_000, note="不予返还：4/64 = 6.25%，少减 1 人即符合",
    ),
    Planted(
        "常州启舟旅行社有限公司", "320402005", "tourism", "L7291", 44, 900, 42, 41,
        1_200_000, 1_200_000, difficult=True, note="按困难企业返还，一般企业返还不重复享受",
    ),
    Planted(
        "常州汀禾包装有限公司", "320471105", "materials", "C2319", 26, 420, 25, 25,
        0, 0, note="不予返还：2019 年没有实际缴费",
    ),
    Planted(
        "常州珩川物流有限公司", "320471104", "logistics", "G5431", 41, 620, 40, 39,
        1_100_000, 1_100_000, absent_months=(6,), note="待核实：缺 2019 年 6 月缴费记录",
    ),
)  # fmt: skip

# The enterprise that the demo accounts act for.
MAIN_ENTERPRISE = 0
