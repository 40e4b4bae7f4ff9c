"""The four lists 四张清单 (S2 山东 一, 滨州 一) as tables of one moment."""

from dataclasses import dataclass
from datetime import datetime

from enterprises.enums import Education, ShortageState
from hotlines.enums import CommissionerRank
from jobseekers.enums import SeekerGroup, SeekerStatus
from portal.accounts.masking import mask
from portal.places.models import Division, Occupation
from portal.reports.areas import DISTRICT_WIDTH, STREET_WIDTH, Scope
from portal.reports.tables import Column, Table
from portal.reports.weeks import last_day_before
from subsidies.policy_text import PolicyText, period_text
from subsidies.services.publishing import current_versions

from . import list_queries
from .shortage_figures import rows_of

KEY, YES = "重点企业", "是"


@dataclass(frozen=True)
class ListKind:
    """One of the four lists: its key in addresses, official name, what it holds."""

    key: str
    name: str
    holds: str


FOUR_LISTS = (
    ListKind(
        "shortages",
        "缺工企业清单",
        "没有销号的申报，每个工种一行：缺多少、要什么、给多少、谁在服务",
    ),
    ListKind(
        "supply", "人力资源供给清单", "正在求职的人，按街道和工种计数；下载时另附名单，姓名打码"
    ),
    ListKind("commissioners", "人社服务专员清单", "每位专员包保哪些企业、企业还缺多少人、最近走访"),
    ListKind("policies", "政策清单", "正在执行的政策：谁能享受、标准、条款、怎么办"),
)


def moment(scope: Scope, cut: datetime) -> dict:
    """Parameters of every statement: region, moment, its last day."""
    return scope.params | {"cut": cut, "last": last_day_before(cut)}


def place_names(codes) -> dict[str, str]:
    """Names of divisions by code, of the districts above them as well."""
    wanted = {code for code in codes if code}
    wanted |= {code[:DISTRICT_WIDTH] for code in wanted} | {code[:STREET_WIDTH] for code in wanted}
    return dict(Division.objects.filter(code__in=wanted).values_list("code", "name"))


def place(names: dict[str, str], code: str) -> tuple[str, str]:
    """(district, street or "") of a division code."""
    street = names.get(code[:STREET_WIDTH], "") if len(code) >= STREET_WIDTH else ""
    return names.get(code[:DISTRICT_WIDTH], code), street


def day(value) -> str | None:
    """A date as snapshots keep it."""
    return value.isoformat() if value else None


def shortage_list(scope: Scope, cut: datetime) -> Table:
    """缺工企业清单: a line for each kind of work of every declaration that is not closed."""
    found = rows_of(list_queries.SHORTAGES, moment(scope, cut))
    names = place_names(row[0] for row in found)
    rows = [
        [
            place(names, row[0])[0],
            row[1],
            row[2],
            YES if row[3] else "",
            row[4],
            row[5],
            row[6],
            "、".join(row[7]),
            row[8],
            row[9],
            row[10],
            day(row[11]),
            day(row[12]),
            ShortageState(row[13]).label,
            row[14],
            row[15],
            row[16] or "没有专员",
        ]
        for row in found
    ]
    columns = (
        Column("地区"), Column("企业名称", wide=36), Column("统一社会信用代码", "code"),
        Column("重点企业"), Column("工种"),
        Column("职业代码", "code"), Column("缺多少人", "count"), Column("要什么技能", wide=26),
        Column("月薪下限（元）", "count"), Column("月薪上限（元）", "count"),
        Column("缺工原因", wide=26), Column("希望到岗", "day"), Column("申报日期", "day"),
        Column("状态"), Column("本申报已到岗", "count"), Column("本申报还缺", "count"),
        Column("服务专员"),
    )  # fmt: skip
    total = ["合计", f"{len({row[2] for row in rows})} 户", *[None] * 15]
    for place_in_row in (6, 14, 15):
        total[place_in_row] = sum(row[place_in_row] or 0 for row in rows)
    return Table(
        "缺工企业清单",
        "缺工企业清单",
        "户、人、元",
        columns,
        rows,
        total,
        ("一份申报有几个工种时，到岗和还缺写在第一行",),
    )


def supply_list(scope: Scope, cut: datetime) -> Table:
    """人力资源供给清单: people looking for work, counted by street and first wish."""
    found = rows_of(list_queries.SUPPLY_COUNTS, moment(scope, cut))
    names = place_names([row[1] or row[0] for row in found])
    trades = dict(
        Occupation.objects.filter(code__in={row[2] for row in found}).values_list("code", "name")
    )
    rows = [
        [
            names.get(row[0], row[0]),
            names.get(row[1], "") or "没有写街道",
            trades.get(row[2], "没有对应的职业"),
            row[2],
            *row[3:],
        ]
        for row in found
    ]
    columns = (
        Column("地区"), Column("街道（乡镇）"), Column("想做的工作（职业小类）", wide=26),
        Column("职业代码", "code"), Column("求职人数", "count"), Column("登记失业人员", "count"),
        Column("就业困难人员", "count"), Column("高校毕业生", "count"),
        Column("进城务工人员", "count"), Column("大专及以上", "count"),
    )  # fmt: skip
    sums = [sum(row[i] for row in rows) for i in range(4, 10)]
    return Table(
        "人力资源供给清单",
        "人力资源供给清单",
        "人",
        columns,
        rows,
        ["合计", "", "", "", *sums],
        ("按第一求职意向计数；一人可以属于几类人员",),
    )


def supply_persons(scope: Scope, cut: datetime) -> Table:
    """The people behind the supply list: names masked, no numbers."""
    found = rows_of(list_queries.SUPPLY_PERSONS, moment(scope, cut))
    names = place_names(row[1] for row in found)
    rows = [
        [
            mask(row[0], "name"),
            *place(names, row[1]),
            Education(row[2]).label if row[2] else "没有填",
            row[3],
            "、".join(SeekerGroup(group).label for group in row[4]),
            row[5] or "",
            "、".join(row[6]),
            row[7],
            SeekerStatus(row[8]).label,
            day(row[9]),
        ]
        for row in found
    ]
    columns = (
        Column("姓名"), Column("地区"), Column("街道（乡镇）"), Column("学历"),
        Column("工作年限", "count"), Column("人员类别", wide=26), Column("想做的工作", wide=26),
        Column("技能", wide=26), Column("期望月薪（元）", "count"), Column("求职状态"),
        Column("登记日期", "day"),
    )  # fmt: skip
    total = [f"合计 {len(rows):,} 人", *[None] * 10]
    return Table(
        "供给名单", "人力资源供给清单：名单", "人、年、元", columns, rows, total, ("姓名已打码",)
    )


def commissioner_list(scope: Scope, cut: datetime) -> Table:
    """人社服务专员清单: a line for each enterprise looked after, or for a commissioner without one."""
    found = rows_of(list_queries.COMMISSIONERS, moment(scope, cut))
    names = place_names(row[0] for row in found)
    rows = [
        [
            names.get(row[0], row[0]),
            row[1],
            CommissionerRank(row[2]).label,
            row[3],
            row[4],
            row[5] or "还没有包保企业",
            row[6],
            KEY if row[7] else "",
            row[8] if row[5] else None,
            day(row[9]),
            day(row[10]),
        ]
        for row in found
    ]
    columns = (
        Column("地区"), Column("服务专员"), Column("类别"), Column("单位", wide=26),
        Column("工作电话", "code"), Column("包保企业", wide=36),
        Column("统一社会信用代码", "code"), Column("重点企业"), Column("企业还缺（人）", "count"),
        Column("包保开始", "day"), Column("最近走访", "day"),
    )  # fmt: skip
    people = len({(row[1], row[4]) for row in rows})
    cared = sum(1 for row in rows if row[6])
    total = ["合计", f"{people} 人", "", "", "", f"{cared} 户", "", "", None, None, None]
    total[8] = sum(row[8] or 0 for row in rows)
    return Table("人社服务专员清单", "人社服务专员清单", "人、户", columns, rows, total)


def policy_list(scope: Scope, cut: datetime) -> Table:
    """政策清单: every provision in force on the last day, from the published texts."""
    on = last_day_before(cut)
    rows = []
    for version in current_versions(on):
        here = version.region_code
        if not (scope.region.startswith(here) or here.startswith(scope.region)):
            continue
        text = PolicyText(version, on)
        period = period_text(version)
        rows += [
            [
                one.title,
                one.document,
                one.clause,
                "；".join(f"{line.label}：{line.text}" for line in one.conditions),
                one.amount,
                one.exclusive_with,
                one.how,
                day(version.effective_from),
                period,
                version.title,
            ]
            for one in text.provisions
        ]
    columns = (
        Column("项目", wide=40), Column("文号"), Column("条款"), Column("条件", wide=50),
        Column("标准", wide=44), Column("不能同时享受", wide=30), Column("怎么办"),
        Column("施行日期", "day"), Column("执行期限", wide=34), Column("文件", wide=36),
    )  # fmt: skip
    total = [f"合计 {len(rows)} 项", *[None] * 9]
    return Table("政策清单", "人社政策清单", "项", columns, rows, total)


def list_tables(key: str, scope: Scope, cut: datetime) -> list[Table]:
    """The sheets of one of the four lists; KeyError for another key."""
    makers = {
        "shortages": (shortage_list,),
        "supply": (supply_list, supply_persons),
        "commissioners": (commissioner_list,),
        "policies": (policy_list,),
    }
    return [make(scope, cut) for make in makers[key]]
