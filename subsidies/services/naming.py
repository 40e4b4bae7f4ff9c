"""What a claim is called in messages and on papers."""

from subsidies.models import Claim

from .publishing import compiled


def claim_title(claim: Claim) -> str:
    """“2019 年度稳岗返还”; with “补发” for a later difference; a provision's own title otherwise.

    Wants decision and, for what was applied for, its policy.
    """
    decision = claim.decision
    if decision.application_id is None:
        name = "稳岗返还"
    else:
        file = compiled(decision.policy).file
        name = file.provisions[decision.provision_id.partition("/")[2]].title
    return f"{claim.base_year} 年度{name}{'补发' if claim.adjusts_id else ''}"
