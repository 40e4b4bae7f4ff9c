"""The whole life of a record after its decision: payments, later differences, money that came back."""

from dataclasses import dataclass

from django.db.models import F

from subsidies.enums import ClaimState, PaymentState, RecoveryState
from subsidies.models import Claim, PayeeAccount, Payment, Recovery
from subsidies.services.payees import account_of


@dataclass(frozen=True)
class Life:
    """What became of one claimant's money of a kind and year.

    claims: every claim that is not superseded, with decision; payments: of the claim in view, the
    last first; recoveries: of all; paid_fen and repaid_fen: what arrived and what came back.
    """

    claims: list[Claim]
    payments: list[Payment]
    recoveries: list[Recovery]
    account: PayeeAccount | None
    paid_fen: int
    repaid_fen: int

    @property
    def net_fen(self) -> int:
        """What the claimant has now."""
        return self.paid_fen - self.repaid_fen

    @property
    def has_differences(self) -> bool:
        """Whether there is more to it than one claim."""
        return len(self.claims) > 1 or bool(self.recoveries)


def life_of(claim: Claim) -> Life:
    """Read the life around a claim (with decision selected). Six queries at most."""
    every = Claim.objects.filter(
        enterprise=claim.enterprise_id,
        base_year=claim.base_year,
        exclusivity_group=claim.exclusivity_group,
        decision__application=claim.decision.application_id,
    )
    chain = list(
        every.exclude(state=ClaimState.SUPERSEDED)
        .select_related("decision")
        .defer("decision__facts", "decision__trace", "decision__amount_steps")
        .order_by("pk")
    )
    # What came back for a claim that was superseded since is money too.
    every_pk = every.values("pk")
    payments = list(
        Payment.objects.filter(claim__in=every_pk).select_related("batch").order_by("-pk")
    )
    recoveries = list(Recovery.objects.filter(claim__in=every_pk).order_by("pk"))
    return Life(
        claims=chain,
        payments=[payment for payment in payments if payment.claim_id == claim.pk],
        recoveries=recoveries,
        account=account_of(claim),
        paid_fen=sum(p.amount_fen for p in payments if p.state == PaymentState.PAID),
        repaid_fen=sum(one.repaid_fen for one in recoveries),
    )


def pending_recoveries(enterprise):
    """What an enterprise has been told to pay back and has not yet."""
    return (
        Recovery.objects.filter(claim__enterprise=enterprise, state=RecoveryState.NOTIFIED)
        .annotate(left=F("amount_fen") - F("repaid_fen"))
        .select_related("claim")
        .order_by("due_on")
    )


def ticked_by(claim: Claim) -> list[dict]:
    """The checks a reviewer has to make: {"id", "text", "cite", "done", "step"}.

    step: who ticked it and when, None before.
    """
    steps = {
        step.note.removeprefix("已核对："): step
        for step in claim.steps.filter(note__startswith="已核对：").select_related("by")
    }
    return [
        check | {"done": check["id"] in claim.checked, "step": steps.get(check["text"][:196])}
        for check in claim.decision.manual_checks
    ]
