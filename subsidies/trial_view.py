"""What the page and the workbook of a trial show: names for the keys, charts, the lists."""

from fractions import Fraction

from django.db.models import F
from django.db.models.functions import Abs

from enterprises.enums import SizeClass
from portal.places.models import Division, Industry
from portal.ui.formatting import percent, yuan
from subsidies.enums import Outcome
from subsidies.policy import PolicyFileError
from subsidies.services.publishing import versions_in_force
from subsidies.services.trials import open_parameters, tried_versions

DIMENSIONS = (("district", "地区"), ("industry", "行业"), ("size", "规模"))
UNKNOWN = "不详"


def place_names(region_code: str) -> dict[str, str]:
    """District code → name, for the districts of a city or the one district."""
    found = Division.objects.at_level(Division.DISTRICT).filter(code__startswith=region_code[:4])
    return dict(found.values_list("code", "name"))


def named_cells(trial, dimension: str, places: dict[str, str]) -> list[tuple[str, dict]]:
    """The cells of one dimension with readable names, the largest change first."""
    cells = trial.totals[f"by_{dimension}"]
    if dimension == "district":
        names = places
    elif dimension == "industry":
        names = dict(Industry.objects.at_level(1).values_list("code", "name"))
    else:
        names = dict(SizeClass.choices)
    return sorted(
        ((names.get(key, UNKNOWN), cell) for key, cell in cells.items()),
        key=lambda named: (-abs(change(named[1])), named[0]),
    )


def tried_parameters(trial) -> list[tuple[str, str]]:
    """The figures tried instead of the registered ones: label, value as people write it."""
    if not trial.parameters:
        return []
    in_force = versions_in_force(trial.region_id, trial.legal_date)
    try:
        versions = tried_versions(in_force, trial.policy)
    except PolicyFileError:  # a draft that was written at since: its figures have no labels now
        versions = in_force
    known, shown = open_parameters(versions), []
    for name, value in sorted(trial.parameters.items()):
        parameter = known.get(name)
        if parameter is None:  # the policy that had it is no longer in force
            shown.append((name, value))
        elif parameter.unit == "fen":
            shown.append((parameter.label, f"{yuan(int(value))} 元"))
        elif parameter.unit == "share":
            shown.append((parameter.label, percent(Fraction(value))))
        else:
            shown.append((parameter.label, f"{value} {parameter.measure or ''}".strip()))
    return shown


def change(cell: dict) -> int:
    """Fen more (or, negative, less) than under what is in force."""
    return cell["after_fen"] - cell["before_fen"]


def bill_chart(cells: list[tuple[str, dict]]) -> dict:
    """ECharts option: two bars for each name, in units of 10,000 yuan."""
    return {
        "legend": {"data": ["现行", "试算"]},
        "xAxis": {"type": "value", "splitNumber": 4, "axisLabel": {"hideOverlap": True}},
        "yAxis": {"type": "category", "inverse": True, "data": [name for name, _ in cells]},
        "series": [
            {
                "name": label,
                "type": "bar",
                "data": [round(cell[key] / 1_000_000, 2) for _, cell in cells],
                "label": {"show": True, "position": "right"},
            }
            for label, key in (("现行", "before_fen"), ("试算", "after_fen"))
        ],
    }


def moves(trial) -> list[tuple[str, str, int]]:
    """Outcome before, outcome after, enterprises: only what changes, the most frequent first."""
    labels = dict(Outcome.choices)
    return sorted(
        (
            (labels[before], labels[after], count)
            for before, after, count in trial.totals["moves"]
            if before != after
        ),
        key=lambda move: -move[2],
    )


def listed(trial, user_scope: str, chosen: dict):
    """The rows of a trial under the filters of RowFilterForm, the largest change first."""
    rows = trial.rows.filter(enterprise__region__code__startswith=user_scope)
    if chosen["which"] == "winners":
        rows = rows.filter(after_fen__gt=F("before_fen"))
    elif chosen["which"] == "losers":
        rows = rows.filter(after_fen__lt=F("before_fen"))
    elif chosen["which"] == "same":
        rows = rows.filter(after_fen=F("before_fen"))
    if chosen["region"]:
        rows = rows.filter(enterprise__region__code__startswith=chosen["region"])
    if chosen["industry"]:
        rows = rows.filter(enterprise__industry__code__startswith=chosen["industry"])
    gain = F("after_fen") - F("before_fen")
    return rows.select_related("enterprise").annotate(difference=gain).order_by(-Abs(gain), "pk")
