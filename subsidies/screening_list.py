"""The list of a screening run: filters, tabs, rows."""

from dataclasses import dataclass

from django.db.models import Count, Q, Sum

from portal.accounts.identity import normalise
from portal.places.models import Division
from portal.ui.formatting import thousands, wan, yuan
from subsidies.enums import NEAR_MISS_PERSONS, Outcome
from subsidies.explain import DISTRICT_DIGITS, UNKNOWN, district_names, layoff
from subsidies.models import Decision, ScreeningRun
from subsidies.services.reasons import main_reason


def regions_for(user, run: ScreeningRun):
    """The districts a filter offers: those of the run's region that the user sees."""
    districts = Division.objects.districts_of(run.region_id)
    return [d for d in districts if d.code.startswith(user.region_scope[:6])]


def decisions_of(run: ScreeningRun, user):
    """One decision per enterprise, as they stood after the run."""
    return Decision.objects.visible_to(user).as_of(run).leading()


def narrow(decisions, chosen: dict, *, without: str = ""):
    """Apply the filters of RunFilterForm.chosen, but for one (for its own counts)."""
    chosen = {**chosen, without: ""}
    if chosen["outcome"]:
        decisions = decisions.filter(outcome=chosen["outcome"])
    if chosen["q"]:
        words = chosen["q"].strip()
        decisions = decisions.filter(
            Q(enterprise__name__icontains=words)
            | Q(enterprise__credit_code__startswith=normalise(words))
        )
    if chosen["region"]:
        decisions = decisions.filter(enterprise__region__code__startswith=chosen["region"])
    if chosen["size"]:
        decisions = decisions.filter(facts__values__size=chosen["size"])
    if chosen["industry"]:
        decisions = decisions.filter(facts__values__industry__startswith=chosen["industry"])
    if chosen["near"]:
        decisions = decisions.near()
    return decisions


@dataclass(frozen=True)
class Tab:
    """One outcome with how many it counts under the other filters."""

    value: str
    label: str
    count: int
    note: str
    current: bool


def tabs(decisions, chosen: dict) -> list[Tab]:
    """All, then each outcome, in one query."""
    rows = narrow(decisions, chosen, without="outcome").order_by()
    found = {
        row["outcome"]: row
        for row in rows.values("outcome").annotate(
            count=Count("pk"), fen=Sum("amount_fen"), near=_near_count()
        )
    }
    made = [Tab("", "全部", sum(r["count"] for r in found.values()), "", not chosen["outcome"])]
    for outcome in Outcome:
        row = found.get(outcome.value, {"count": 0, "fen": 0, "near": 0})
        note = ""
        if outcome == Outcome.GRANT and row["count"]:
            note = wan(row["fen"])
        elif outcome == Outcome.REVIEW and row["count"]:
            note = "等补数据或定标准"
        elif outcome == Outcome.DENY and row["near"]:
            note = f"其中差一点 {thousands(row['near'])}"
        made.append(
            Tab(outcome.value, outcome.label, row["count"], note, chosen["outcome"] == outcome)
        )
    return made


def _near_count():
    near = Decision.objects.near().order_by().values("pk")
    return Count("pk", filter=Q(pk__in=near))


@dataclass(frozen=True)
class Row:
    """One enterprise in the list, words ready to print."""

    decision: Decision
    place: str
    start: str
    end: str
    rate: str
    limit: str
    reason: str
    near: str
    amount: str


def rows_of(decisions) -> list[Row]:
    """The lines of some enterprises; wants the enterprise selected. One more query for names."""
    decisions = list(decisions)
    names = district_names(decision.enterprise.region_id for decision in decisions)
    return [_row(decision, names) for decision in decisions]


def _row(decision, names):
    facts = decision.facts["values"]
    rate = layoff(decision)
    return Row(
        decision,
        names.get(decision.enterprise.region_id[:DISTRICT_DIGITS], ""),
        _persons(facts["insured_start"]),
        _persons(facts["insured_end"]),
        rate["rate_text"],
        rate["limit_text"],
        main_reason(decision.outcome, decision.trace),
        near_words(decision),
        "待定" if decision.outcome == Outcome.REVIEW else yuan(decision.amount_fen),
    )


def _persons(number):
    return UNKNOWN if number is None else thousands(number)


def near_words(decision: Decision) -> str:
    """“少减 1 人即符合” for a refusal close to the limit; "" for others."""
    missed = decision.near_miss
    if decision.outcome != Outcome.DENY or not missed or missed["gap_persons"] is None:
        return ""
    gap = missed["gap_persons"]
    return f"少减 {gap} 人即符合" if gap <= NEAR_MISS_PERSONS else ""
