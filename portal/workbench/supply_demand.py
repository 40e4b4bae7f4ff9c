"""Coverage together with congestion by kind of work or district, from what the night recorded."""

from dataclasses import dataclass
from fractions import Fraction

from django.db.models import Sum

from jobseekers.models import MatchArea, MatchGeneration
from portal.places.models import Division, Occupation
from portal.reports.tables import Column, Table

UNCODED = "没有对应的职业"
NO_CODE = "none"  # of wishes without a code, in addresses
CHARTED = 12
COUNTS = (
    "vacancies", "openings", "vacancies_covered", "vacancies_full", "openings_unfilled",
    "seekers", "seekers_covered", "edges",
)  # fmt: skip
ORDERS = {
    "unfilled": "无人可推的招聘多的在前",
    "unmet": "没有推荐的求职者多的在前",
    "crowded": "到上限的岗位多的在前",
}


@dataclass(frozen=True)
class AreaRow:
    """One kind of work or district, or all of them together."""

    code: str
    name: str
    vacancies: int = 0
    openings: int = 0
    vacancies_covered: int = 0
    vacancies_full: int = 0
    openings_unfilled: int = 0
    seekers: int = 0
    seekers_covered: int = 0
    edges: int = 0

    @property
    def unfilled(self) -> int:
        """Posts nobody was found for."""
        return self.vacancies - self.vacancies_covered

    @property
    def unmet(self) -> int:
        """People nothing was found for."""
        return self.seekers - self.seekers_covered

    @property
    def vacancy_share(self) -> Fraction | None:
        """Posts with somebody, of all."""
        return _share(self.vacancies_covered, self.vacancies)

    @property
    def seeker_share(self) -> Fraction | None:
        """People with something, of all."""
        return _share(self.seekers_covered, self.seekers)

    @property
    def full_share(self) -> Fraction | None:
        """Posts at their cap, of all."""
        return _share(self.vacancies_full, self.vacancies)

    @property
    def exposure(self) -> str:
        """Recommendations for one person wanted, one decimal: “3.4”."""
        if not self.openings:
            return "—"
        tenths = (20 * self.edges + self.openings) // (2 * self.openings)
        return f"{tenths // 10}.{tenths % 10}"


def _share(part, whole):
    return Fraction(part, whole) if whole else None


def latest_night() -> MatchGeneration | None:
    """The newest night whose areas are recorded."""
    kept = MatchArea.objects.values("generation")
    return MatchGeneration.objects.filter(pk__in=kept).order_by("-created_at").first()


def area_rows(user, night, by: str, area: str, occupation: str, order: str) -> list[AreaRow]:
    """Rows of one night that a user may see.

    by: "occupation" or "area". area: district code, occupation: class code or NO_CODE, "" for all.
    order: a key of ORDERS.
    """
    found = MatchArea.objects.visible_to(user).filter(generation=night)
    if area:
        found = found.filter(region__code__startswith=area)
    if occupation:
        code = "" if occupation == NO_CODE else occupation
        found = found.filter(occupation=code)
    field = "region_id" if by == "area" else "occupation"
    sums = list(found.order_by().values_list(field).annotate(*(Sum(name) for name in COUNTS)))
    codes = [code for code, *_ in sums]
    table = Division if by == "area" else Occupation
    names = dict(table.objects.filter(pk__in=codes).values_list("pk", "name"))
    rows = [AreaRow(code, names.get(code, UNCODED), *counts) for code, *counts in sums]
    keys = {
        "unfilled": lambda row: (-row.openings_unfilled, -row.unmet, row.code),
        "unmet": lambda row: (-row.unmet, -row.openings_unfilled, row.code),
        "crowded": lambda row: (-row.vacancies_full, -row.edges, row.code),
    }
    return sorted(rows, key=keys[order])


def whole_of(rows: list[AreaRow]) -> AreaRow:
    """All rows together."""
    return AreaRow("", "合计", *(sum(getattr(row, name) for row in rows) for name in COUNTS))


def gap_chart(rows: list[AreaRow]) -> dict:
    """ECharts option: openings nobody was found for beside people nothing was found for."""
    shown = rows[:CHARTED]
    return {
        "legend": {"data": ["无人可推的招聘", "没有推荐的求职者"]},
        "xAxis": {
            "type": "value",
            "minInterval": 1,
            "splitNumber": 4,
            "axisLabel": {"hideOverlap": True},
        },
        "yAxis": {
            "type": "category",
            "inverse": True,
            "data": [row.name for row in shown],
            "axisLabel": {"width": 130, "overflow": "truncate"},
        },
        "series": [
            {"name": name, "type": "bar", "data": data, "label": _LABEL}
            for name, data in (
                ("无人可推的招聘", [row.openings_unfilled for row in shown]),
                ("没有推荐的求职者", [row.unmet for row in shown]),
            )
        ],
    }


_LABEL = {"show": True, "position": "right"}


def area_table(rows: list[AreaRow], by: str, title: str) -> Table:
    """The rows as an Excel sheet."""
    head = (Column("职业代码", "code"), Column("职业", wide=30))
    if by == "area":
        head = (Column("区划代码", "code"), Column("地区"))
    columns = (
        *head,
        Column("岗位（个）", "count"),
        Column("招聘（人）", "count"),
        Column("有人可推的岗位", "share"),
        Column("到上限的岗位（个）", "count"),
        Column("推荐（条）", "count"),
        Column("无人可推的岗位（个）", "count"),
        Column("无人可推的招聘（人）", "count"),
        Column("求职者（人）", "count"),
        Column("有推荐的求职者", "share"),
        Column("没有推荐的求职者（人）", "count"),
    )
    whole = whole_of(rows)
    return Table(
        "供需",
        title,
        "个、人、条",
        columns,
        [_cells(row) for row in rows],
        [None, "合计", *_cells(whole)[2:]],
        ("求职者按居住地区和第一意向，岗位按企业所在地区",),
    )


def _cells(row):
    return [
        row.code or None,
        row.name,
        row.vacancies,
        row.openings,
        [row.vacancies_covered, row.vacancies],
        row.vacancies_full,
        row.edges,
        row.unfilled,
        row.openings_unfilled,
        row.seekers,
        [row.seekers_covered, row.seekers],
        row.unmet,
    ]
