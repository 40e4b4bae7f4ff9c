"""What no record tells and a reviewer has to look at (decision.manual_checks) before the first review."""

from django.db.models import F, Func, IntegerField

from portal.refused import Refused
from subsidies.models import Claim


def unticked(claim: Claim) -> list[dict]:
    """The checks of a claim's decision that nobody has ticked: {"id", "text", "cite"}."""
    return [check for check in claim.decision.manual_checks if check["id"] not in claim.checked]


def _length(field):
    return Func(F(field), function="jsonb_array_length", output_field=IntegerField())


def with_unticked(claims):
    """Those of a queryset of claims with something left to look at."""
    return claims.annotate(
        wanted=_length("decision__manual_checks"), done=_length("checked")
    ).filter(wanted__gt=F("done"))


def require_checked(claims) -> None:
    """Raises Refused naming the first claims with something left to look at, and what."""
    waiting = [(claim, unticked(claim)) for claim in claims]
    waiting = [(claim, checks) for claim, checks in waiting if checks]
    if not waiting:
        return
    named = "；".join(
        f"{claim.claimant_name}：{'、'.join(check['text'] for check in checks)}"
        for claim, checks in waiting[:3]
    )
    more = f"等 {len(waiting)} 户" if len(waiting) > 3 else ""
    raise Refused(f"没有初审。还有要审核人看的没有勾选。{named}{more}。")
