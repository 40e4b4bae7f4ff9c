"""What the invented enterprises do: sector, industry codes, words in their names, scale, pay.

Weights follow a manufacturing city. ``draws_from`` names the sectors of the published vacancy
list whose rows suit the sector; the first is its own.
"""

from typing import NamedTuple


class Trade(NamedTuple):
    """A line of business: GB/T 4754 code and how it reads in an enterprise's name."""

    industry: str
    word: str


class Sector(NamedTuple):
    """One sector. revenue: 10,000 yuan a head a year; wage: mean contribution base in yuan."""

    key: str
    weight: float
    staff_median: int
    revenue: int
    wage: int
    trades: tuple[Trade, ...]
    draws_from: tuple[str, ...]


def _sector(key, weight, staff, revenue, wage, trades, draws_from) -> Sector:
    pairs = (item.split(":") for item in trades.split())
    return Sector(
        key,
        weight,
        staff,
        revenue,
        wage,
        tuple(Trade(code, word) for code, word in pairs),
        tuple(draws_from.split()),
    )


SECTORS = (
    _sector(
        "machinery", 17, 38, 75, 5400,
        "C3525:模具 C3421:机床 C3484:机械零部件 C3484:精密机械 C3444:液压机械 C3572:农业机械"
        " C3551:纺织机械 C3599:智能装备 C3491:机器人 C3514:工程机械 C3434:起重机械 C3484:紧固件",
        "machinery factory materials",
    ),
    _sector(
        "electrical", 13, 45, 90, 5600,
        "C3812:电机 C3825:光伏科技 C3841:动力电池 C3831:线缆 C3821:变压器 C3824:电器"
        " C3872:照明 C3823:电气设备 C3841:储能科技",
        "electrical electronics factory",
    ),
    _sector(
        "electronics", 9, 50, 85, 5500,
        "C3985:电子材料 C3982:电路 C3989:电子 C3973:集成电路 C3974:显示器件 C3984:电声科技",
        "electronics factory telecom",
    ),
    _sector(
        "auto", 9, 48, 80, 5500,
        "C3670:汽车零部件 C3670:汽车饰件 C3670:车灯 C3720:轨道交通配件 C3752:摩托车配件",
        "auto factory machinery",
    ),
    _sector(
        "materials", 12, 34, 85, 5100,
        "C2922:塑料制品 C3393:锻造 C3312:金属制品 C2641:涂料 C2659:新材料 C3252:铝业"
        " C2319:包装印刷 C3032:建材 C2913:橡塑 C3130:特钢",
        "materials factory environment",
    ),
    _sector(
        "textile", 7, 42, 40, 4400,
        "C1751:纺织 C1819:服饰 C1713:印染 C2110:家具 C1771:家纺 C2039:木业 C2034:地板",
        "textile factory",
    ),
    _sector("food", 3, 32, 60, 4500, "C1419:食品 C1353:肉制品 C1521:饮品 C1411:糕点",
            "food factory"),
    _sector("pharma", 3, 55, 110, 6200, "C2720:药业 C2761:生物科技 C2770:卫生材料",
            "pharma factory"),
    _sector("medical", 3, 45, 80, 5900, "C3581:医疗器械 C3584:医疗用品 C3586:康复器具",
            "medical factory"),
    _sector("construction", 4, 30, 90, 4900,
            "E4710:建设工程 E4813:市政工程 E5011:装饰工程 E4910:机电安装", "construction property"),
    _sector("logistics", 3.5, 28, 55, 4800, "G5431:物流 G5437:货运 G5990:仓储 L7224:供应链管理",
            "logistics"),
    _sector("retail", 5, 14, 160, 4300,
            "F5211:百货 F5212:超市 F5176:机电设备贸易 F5165:建材贸易 F5261:汽车销售"
            " F5292:电子商务 F5164:金属材料贸易", "retail food"),
    _sector("catering", 3.5, 20, 18, 3900, "H6210:餐饮管理 H6110:酒店管理 H6220:快餐",
            "catering"),
    _sector("tourism", 0.8, 16, 35, 4200, "L7291:旅行社 R9051:文化传播 N7869:景区管理",
            "catering media"),
    _sector("property", 2, 45, 14, 4000, "K7020:物业服务 K7010:置业", "property"),
    _sector("software", 2.5, 26, 45, 8200, "I6513:软件 I6520:信息科技 I6550:数据科技",
            "software telecom electronics"),
    _sector("business", 2.4, 24, 25, 4700, "L7229:企业管理 L7299:商务服务 M7452:检测技术",
            "business finance"),
    _sector("dispatch", 0.8, 180, 10, 4100, "L7263:劳务派遣 L7262:人力资源", "business factory"),
    _sector("education", 0.8, 22, 15, 5200, "P8391:职业培训 P8393:文化艺术培训", "education"),
    _sector("health", 0.8, 48, 30, 6000, "Q8415:专科医院 Q8521:养老服务", "health medical"),
    _sector("environment", 0.9, 26, 50, 4900, "N7721:环保科技 N7820:环境卫生服务",
            "environment materials"),
)  # fmt: skip

HARD_HIT_SECTIONS = ("F", "G", "H", "R")
