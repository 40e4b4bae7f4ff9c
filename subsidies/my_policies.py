"""What stands on “我的政策”: decisions with their explanation, near misses, steps, objections."""

from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone

from portal.places.working_days import is_workday
from portal.ui.clocks import WorkdayClock, read_workdays
from portal.ui.formatting import yuan
from portal.ui.parts import DecisionView
from subsidies.enums import ClaimState, Outcome
from subsidies.explain import DISTRICT_DIGITS, Names, district_names, explain, provision_of
from subsidies.models import Claim, Decision, Objection, PayeeAccount
from subsidies.progress import claim_steps
from subsidies.record_life import life_of, pending_recoveries
from subsidies.services.notices import is_running
from subsidies.services.payments import sort_payable
from subsidies.services.reasons import clause, main_reason

_REMEDIES = {
    "check_record": "如果人数或缴费有误，请提出异议，我们核对参保记录。",
    "certificate": "符合的话可以申请认定，由所在地人社局受理。",
    "commissioner": "怎么补，请问您的服务专员。",
}


@dataclass(frozen=True)
class Missed:
    """A provision that one condition keeps away, with what it would bring and cost."""

    decision: Decision
    title: str
    clause: str
    label: str
    text: str
    remedy: str
    asks_certificate: bool
    fulfilled: int
    potential: str
    effect: str


@dataclass(frozen=True)
class Other:
    """A provision that does not apply, in one line, with the full account behind it."""

    decision: Decision
    reason: str
    view: DecisionView


def my_policies(enterprise, user) -> dict:
    """The context of the page: the latest base year's decisions of an enterprise."""
    standing = list(
        Decision.objects.standing()
        .screened()
        .filter(enterprise=enterprise, application=None)
        .select_related("policy", "screening")
        .order_by("-base_year", "pk")
    )
    years = sorted({d.base_year for d in standing}, reverse=True)
    decisions = [d for d in standing if d.base_year == years[0]] if years else []
    names = Names.for_decisions(decisions)
    leading = next((d for d in decisions if d.leads), None)
    missed = [m for m in (_missed(d, leading) for d in decisions) if m]
    apart = {m.decision.pk for m in missed} | ({leading.pk} if leading else set())
    others = [
        Other(d, main_reason(d.outcome, d.trace), explain(d, names))
        for d in decisions
        if d.pk not in apart
    ]
    claim = _claim(enterprise, years[0]) if years else None
    place = district_names([enterprise.region_id]).get(enterprise.region_id[:DISTRICT_DIGITS], "")
    return {
        "place": place,
        "leading": leading,
        "view": explain(leading, names) if leading else None,
        "one_condition": _one_condition(leading),
        "missed": missed,
        "others": others,
        "earlier": _earlier(standing, years),
        "claim": claim,
        "steps": claim_steps(claim, for_staff=False) if claim else (),
        "life": life_of(claim) if claim else None,
        "recoveries": pending_recoveries(enterprise),
        "account": PayeeAccount.objects.filter(enterprise=enterprise).first(),
        "wants_account": _wants_account(enterprise),
        "notice_clock": _clock(claim),
        "objections": Objection.objects.filter(
            Q(decision__enterprise=enterprise) | Q(created_by=user, claim__enterprise=enterprise)
        ).order_by("-created_at"),
        "tiles": _tiles(leading, claim, missed, others),
    }


def _claim(enterprise, year):
    return (
        Claim.objects.filter(
            enterprise=enterprise, base_year=year, decision__application__isnull=True
        )
        .exclude(state=ClaimState.SUPERSEDED)
        .select_related("first_reviewer__region", "second_reviewer__region", "notice", "decision")
        .order_by("-pk")
        .first()
    )


def _wants_account(enterprise):
    """Fen that are approved and cannot be paid: no account, or the bank sent the money back."""
    waiting = Claim.objects.filter(
        enterprise=enterprise, state__in=(ClaimState.APPROVED, ClaimState.PAYMENT_RETURNED)
    ).select_related("decision__application")
    payable = sort_payable(waiting)
    return sum(c.amount_fen for c in payable.without) + sum(
        c.amount_fen for c, _ in payable.bounced
    )


def _clock(claim) -> WorkdayClock | None:
    if claim is None or claim.state != ClaimState.PUBLISHED or not is_running(claim.notice):
        return None
    notice = claim.notice
    return read_workdays(notice.starts_on, notice.ends_on, timezone.localdate(), is_workday)


def _one_condition(leading):
    """For a refusal or an open case: the sentence that names its one condition and a way on."""
    if leading is None or not leading.near_miss:
        return ""
    missed = leading.near_miss
    gap = missed["gap_persons"]
    named = f"年末参保人数比要求少 {gap} 人" if gap else missed["label"]
    return f"只差这一个条件：{named}。{_REMEDIES.get(missed['remedy'], '')}"


def _missed(decision, leading):
    """A near miss that would bring more than what is granted now; None for the others."""
    missed = decision.near_miss
    if leading is None or decision.pk == leading.pk or not missed:
        return None
    if missed["amount_fen"] is None or missed["amount_fen"] <= leading.amount_fen:
        return None
    provision = provision_of(decision)
    effect = "补上后按这一项返还。"
    if leading.outcome == Outcome.GRANT:
        effect = f"改按这一种后，“{provision_of(leading).title}”不再发放。"
    return Missed(
        decision,
        provision.title,
        f"{decision.policy.document_number} {clause(provision.cite)}",
        missed["label"],
        missed["text"],
        _REMEDIES.get(missed["remedy"], ""),
        missed["remedy"] == "certificate",
        sum(entry["result"] is True and _is_condition(entry) for entry in decision.trace),
        yuan(missed["amount_fen"]),
        effect,
    )


def _is_condition(entry):
    """Conditions of the provision itself: not the place, the year, the table or the sum."""
    frame = ("jurisdiction", "effective_period", "base_year", "amount")
    return entry["rule"] not in frame and entry["operator"] != "table"


def _earlier(standing, years):
    """Leading decisions of earlier years."""
    return [d for d in standing if d.leads and d.base_year != years[0]]


def _tiles(leading, claim, missed, others):
    """Label, count, meaning, tone of the four figures on top."""
    granted = leading is not None and leading.outcome == Outcome.GRANT
    review = sum(o.decision.outcome == Outcome.REVIEW for o in others)
    review += leading is not None and leading.outcome == Outcome.REVIEW
    refused = sum(o.decision.outcome != Outcome.REVIEW for o in others)
    refused += leading is not None and leading.outcome in (Outcome.DENY, Outcome.EXCLUDED)
    money = ""
    if granted:
        state = claim.get_state_display() if claim else ""
        money = f"{yuan(leading.amount_fen)} 元" + (f"，{state}" if state else "")
    return [
        ("拟返还", int(granted), money or "现在没有", "ok" if granted else "", ""),
        (
            "差一个条件",
            len(missed),
            "再补一样就能享受" if missed else "现在没有",
            "warn" if missed else "",
            "",
        ),
        ("待核实", review, "工作人员核实后告诉您" if review else "现在没有", "", ""),
        ("不适用", refused, "看原因" if refused else "现在没有", "", "#others" if refused else ""),
    ]
