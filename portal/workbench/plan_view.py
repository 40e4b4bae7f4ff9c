"""What the page of a matching plan shows of its trial: names for the codes, charts, differences."""

from dataclasses import dataclass
from fractions import Fraction

from jobseekers.matching.score import FULL_SCORE, PART_LABELS, PARTS
from jobseekers.models import MatchPlan
from jobseekers.services.plan_comparison import worded_pairs
from portal.places.models import Division, Occupation
from portal.ui.formatting import percent, thousands

from .supply_demand import UNCODED

BANDS = ("0 人", "到上限的两成", "到上限的一半", "一半到上限", "到上限")
SHOWN_CELLS = 15


@dataclass(frozen=True)
class Line:
    """One figure of both sides as words. tone: "ok", "bad" or "" for a change for neither."""

    label: str
    before: str
    after: str
    change: str
    tone: str
    note: str = ""


def weight_lines(plan: MatchPlan, used: MatchPlan) -> list[tuple[str, int, int, int]]:
    """(part, ‰ in use, ‰ of the plan, difference) in the order of the score."""
    rows = []
    for part in PARTS:
        old, new = used.weights.get(part, 0), plan.weights.get(part, 0)
        rows.append((PART_LABELS[part], old, new, new - old))
    return rows


def figure_lines(trial: dict) -> list[Line]:
    """Coverage, congestion, evenness: before, after, and which way it went."""
    before, after = trial["before"], trial["after"]
    lines = [
        _share_line("求职者有推荐", before["seekers"], after["seekers"]),
        _share_line("就业困难人员有推荐", before["hard_to_place"], after["hard_to_place"]),
        _share_line("岗位有人可推", before["vacancies"], after["vacancies"]),
    ]
    edges = after["edges"] - before["edges"]
    lines.append(
        Line(
            "推荐（条）", thousands(before["edges"]), thousands(after["edges"]), _signed(edges), ""
        )
    )
    for label, name, note in (
        ("拥挤程度（基尼系数）", "gini", "0 是每个名额推荐的人一样多，越近 1 越扎堆"),
        ("最挤的岗位，每招 1 人推荐给（人）", "largest_exposure", ""),
    ):
        old, new = before[name], after[name]
        tone = "" if old == new else "ok" if new < old else "bad"
        lines.append(Line(label, _plain(old), _plain(new), _plain(new - old, True), tone, note))
    old, new = before["blocking_pairs"], after["blocking_pairs"]
    lines.append(
        Line("未满足的互选", thousands(old), thousands(new), _signed(new - old), "", "应为 0")
    )
    return lines


def _share_line(label, before, after):
    old, new = (Fraction(*pair) if pair[1] else None for pair in (before, after))
    people = after[0] - before[0]
    tone = "ok" if people > 0 else "bad" if people < 0 else ""
    words = [
        f"{percent(share) if share is not None else '—'}（{thousands(pair[0])} / {thousands(pair[1])}）"
        for share, pair in ((old, before), (new, after))
    ]
    return Line(label, *words, _signed(people), tone)


def _signed(number):
    return "一样" if number == 0 else f"{number:+,d}".replace("-", "−")


def _plain(number, signed=False):
    if signed and not number:
        return "一样"
    text = f"{number:+.3f}" if signed else f"{number:.3f}"
    return text.rstrip("0").rstrip(".").replace("-", "−")


def band_rows(trial: dict) -> list[tuple[str, int, int]]:
    """(band, posts before, posts after)."""
    return list(zip(BANDS, trial["before"]["bands"], trial["after"]["bands"], strict=True))


def band_chart(trial: dict) -> dict:
    """ECharts option: posts by how near they are to their cap, both sides."""
    label = {"show": True, "position": "top"}
    return {
        "legend": {"data": ["使用中", "草案"]},
        "xAxis": {"type": "category", "data": list(BANDS), "axisLabel": {"interval": 0}},
        "yAxis": {"type": "value", "show": False},
        "grid": {"right": 4},
        "series": [
            {"name": name, "type": "bar", "data": trial[side]["bands"], "label": label}
            for name, side in (("使用中", "before"), ("草案", "after"))
        ],
    }


def cell_rows(trial: dict, kind: str) -> tuple[list[tuple[str, dict, dict]], int]:
    """[(name, people, posts)] of "districts" or "occupations", most moved first; how many more."""
    table = Division if kind == "districts" else Occupation
    cells = trial[kind]
    names = dict(table.objects.filter(pk__in=list(cells)).values_list("pk", "name"))
    unknown = "没有写明地区" if kind == "districts" else UNCODED
    rows = [
        (names.get(code, unknown), cell.get("seekers", {}), cell.get("vacancies", {}))
        for code, cell in cells.items()
    ]
    rows.sort(key=lambda row: (-_moved(row[1]) - _moved(row[2]), row[0]))
    return rows[:SHOWN_CELLS], max(0, len(rows) - SHOWN_CELLS)


def _moved(cell):
    return cell.get("winners", 0) + cell.get("losers", 0)


def pair_rows(plan: MatchPlan) -> list[dict]:
    """The drawn pairs in words, with their score out of a hundred, one decimal."""
    return [
        pair | {"points": f"{Fraction(pair['score'] * 100, FULL_SCORE).__float__():.1f}"}
        for pair in worded_pairs(plan)
    ]
