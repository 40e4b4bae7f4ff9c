"""Staff, commissioners and the accounts that a visitor may use. All of them are invented.

Names, liaisons and QQ numbers belong to nobody; the offices and telephone lines of the hotlines
are those that 常人社发〔2020〕17号 publishes in its annex.
"""

from typing import NamedTuple

from .draws import pick, rng
from .names import person_names
from .regions import CITY, districts, streets

# Shown by the launcher beside the accounts; the demo loader refuses to run outside a demo.
DEMO_PASSWORD = "Demo-Changzhou-2020"


class HotlineRow(NamedTuple):
    """One line of the directory."""

    order: int
    region: str
    office: str
    phone: str
    hours: str
    qq: str
    liaison: str


_HOURS = "周一至周五 8:30–12:00，13:30–17:30"
# A QQ number never starts with a zero, so these are nobody's.
HOTLINES = tuple(
    HotlineRow(order, region, office, phone, _HOURS, f"00990{order:03d}", liaison)
    for order, (region, office, phone, liaison) in enumerate(
        (
            (CITY, "常州市劳动就业管理中心", "0519-85588919", "沈亦舟"),
            (CITY, "常州市人才服务中心", "0519-86620750", "陆知微"),
            (CITY, "常州市人力资源市场", "0519-85115951", "程望舒"),
            ("320481", "溧阳市就业服务中心", "0519-87269633", "顾南乔"),
            ("320413", "金坛区人力资源市场", "0519-82808379", "秦若谷"),
            ("320412", "武进区就业服务中心", "0519-86529818", "周敏"),
            ("320411", "新北区人力资源开发中心", "0519-88516906", "叶青禾"),
            ("320402", "天宁区人力资源开发管理服务中心", "0519-88123608", "苏以宁"),
            ("320404", "钟楼区人力资源开发管理服务中心", "0519-88890331", "韩听澜"),
            ("320471", "常州经开区社会保障局", "0519-88403910", "方慕云"),
        ),
        start=1,
    )
)
OFFICES = {row.region: row.office for row in HOTLINES if row.region != CITY}
LINES = {row.region: row.phone for row in HOTLINES if row.region != CITY}


class UserRow(NamedTuple):
    """One account of the bureau; shown: what a visitor sees with it ("" for the others)."""

    username: str
    display_name: str
    role: str
    region: str | None
    office: str
    shown: str


class CommissionerRow(NamedTuple):
    """One commissioner; username joins the account."""

    username: str
    rank: str
    office: str
    phone: str
    region: str


_CENTRE = "市劳动就业管理中心"
NAMED_STAFF = (
    UserRow("city1", "陈立", "city_staff", CITY, _CENTRE, "市级工作人员：复核、公示、周报、看板"),
    UserRow("city2", "顾晓雯", "city_staff", CITY, _CENTRE, "市级工作人员：稳岗返还初审"),
    UserRow("wujin1", "吴文清", "district_staff", "320412", OFFICES["320412"],
            "武进区工作人员：执照核验、岗位审核、缺工服务"),
    UserRow("wujin2", "徐知行", "district_staff", "320412", OFFICES["320412"], ""),
    UserRow("auditor", "梁守正", "auditor", CITY, "市审计局", "审计人员：只读"),
    UserRow("admin", "系统管理员", "administrator", None, "", "系统管理员：后台表格"),
)  # fmt: skip
MAIN_COMMISSIONER = "zhoumin"
MEMBER_USERNAME, SEEKER_USERNAME = "lishi", "wangjianguo"


def staff_rows(seed: int) -> list[UserRow]:
    """Named staff, and one clerk and one deputy for every other district."""
    others = [code for code in districts() if code != "320412"]
    names = person_names(rng(seed, "staff"), 2 * len(others))
    rows = list(NAMED_STAFF)
    for number, code in enumerate(others):
        for turn in (0, 1):
            name = names[2 * number + turn]
            rows.append(
                UserRow(f"q{code[2:]}{turn + 1}", name, "district_staff", code, OFFICES[code], "")
            )
    return rows


def commissioner_rows(seed: int, per_district: int) -> list[tuple[UserRow, CommissionerRow]]:
    """Commissioners of every district: one leader, one in five an agency head, the rest staff.

    The commissioner of the demo accounts is the first.
    """
    draw = rng(seed, "commissioners")
    names = iter(person_names(draw, per_district * len(districts())))
    result = []
    for code in districts():
        towns = [s for s in streets() if s.district == code]
        homes = pick(draw, [s.weight for s in towns], per_district)
        for number in range(per_district):
            name, username = next(names), f"z{code[2:]}{number + 1:03d}"
            shown = ""
            rank = "leader" if number == 0 else "agency_head" if number % 5 == 1 else "staff"
            if code == "320412" and number == 2:
                name, username, shown = "周敏", MAIN_COMMISSIONER, "人社服务专员：今天的工单和走访"
            office = OFFICES[code] if rank != "staff" else f"{towns[homes[number]].name}人社服务所"
            if shown:
                office = OFFICES[code]
            user = UserRow(username, name, "commissioner", code, office, shown)
            result.append((user, CommissionerRow(username, rank, office, LINES[code], code)))
    return result


class ParameterRow(NamedTuple):
    """A figure the documents leave to the bureau, as the demo city chose it."""

    name: str
    value: str
    valid_from: str
    document: str


PARAMETERS = (
    ParameterRow("benefit_monthly_fen", "150000", "2020-01-01", "演示参数：当地月人均失业保险金 1,500 元"),
    ParameterRow("hard_hit_months", "1", "2020-01-01", "演示参数：受疫情影响较重行业返还 1 个月"),
    ParameterRow("minimum_wage_monthly_fen", "266000", "2026-01-01",
                 "演示参数：最低工资 2,660 元/月（一类地区）"),
)  # fmt: skip
