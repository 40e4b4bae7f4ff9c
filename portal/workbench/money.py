"""How far the refund's money has come, cumulatively: screened, reviewed twice, published, passed, paid."""

from dataclasses import dataclass

from django.db.models import Count, Q, Sum

from subsidies.enums import ClaimState, Outcome
from subsidies.models import Claim, Decision, ScreeningRun

# Steps in their order: a claim at one step has passed all those before.
_STEPS = (
    ("筛查可发", ClaimState.SCREENED),
    ("初审通过", ClaimState.FIRST_REVIEWED),
    ("复核通过", ClaimState.SECOND_REVIEWED),
    ("已公示", ClaimState.PUBLISHED),
    ("公示无异议", ClaimState.APPROVED),
    ("已发放", ClaimState.PAID),
)
# Between approval and payment a claim stands where it stood: at the bank, or sent back by it.
_SAME_STEP = {
    ClaimState.PAYING: ClaimState.APPROVED,
    ClaimState.PAYMENT_RETURNED: ClaimState.APPROVED,
}


@dataclass(frozen=True)
class Step:
    """Enterprises and fen that have come at least this far; a later 补发 adds fen only."""

    label: str
    count: int
    fen: int


@dataclass(frozen=True)
class Funnel:
    """The steps of one base year; review: enterprises whose decision waits for facts."""

    run: ScreeningRun
    steps: tuple[Step, ...]
    at: dict[str, tuple[int, int]]
    review: int

    @property
    def grantable(self) -> Step:
        """What screening found to be payable."""
        return self.steps[0]

    def count_at(self, state: ClaimState) -> int:
        """Claims that stand exactly there."""
        return self.at.get(state, (0, 0))[0]


def money_funnel(user) -> Funnel | None:
    """The funnel of the latest screened base year within what a user sees, None before any run."""
    run = ScreeningRun.objects.visible_to(user).first()
    if run is None:
        return None
    claims = (
        Claim.objects.visible_to(user)
        .filter(base_year=run.base_year)
        .order_by()
        .values("state")
        .annotate(count=Count("pk", filter=Q(adjusts=None)), fen=Sum("amount_fen"))
    )
    at: dict[str, tuple[int, int]] = {}
    for row in claims:
        step = _SAME_STEP.get(row["state"], row["state"])
        count, fen = at.get(step, (0, 0))
        at[step] = (count + row["count"], fen + row["fen"])
    steps = []
    for place, (label, _) in enumerate(_STEPS):
        reached = [at.get(state, (0, 0)) for _, state in _STEPS[place:]]
        steps.append(Step(label, sum(count for count, _ in reached), sum(f for _, f in reached)))
    review = (
        Decision.objects.visible_to(user)
        .standing()
        .leading()
        .filter(base_year=run.base_year, outcome=Outcome.REVIEW)
        .count()
    )
    return Funnel(run, tuple(steps), at, review)
