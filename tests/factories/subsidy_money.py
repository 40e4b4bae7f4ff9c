"""A claim's way to the money, as two officers bring it there."""

from django.utils import timezone
from stdnum import luhn

from subsidies.enums import ClaimState
from subsidies.models import PayeeAccount
from subsidies.services import claims, notices, payments, settlement
from subsidies.services.notices import closing_moment


def approve(claim, officers):
    """Two reviews, the notice, and its end."""
    checks = [check["id"] for check in claim.decision.manual_checks]
    if checks:
        claims.tick_checks(claim.public_id, officers[0], checks)
    batch = claims.first_review([claim.public_id], officers[0])
    claims.second_review(batch.public_id, officers[1], sampled=True)
    notice = notices.publish_notice([claim.public_id], officers[0], 5)
    notices.conclude_notice(notice, closing_moment(notice))
    claim.refresh_from_db()
    assert claim.state == ClaimState.APPROVED


def prepare(claim, officers):
    """The approved claim in a batch of the first officer."""
    if claim.enterprise_id:
        owner, holder = {"enterprise": claim.enterprise}, claim.enterprise.name
    else:
        application = claim.decision.application
        owner, holder = {"user": application.user}, application.persons.get().name
    start = "622200001111222"
    card = next(start + digit for digit in "0123456789" if luhn.is_valid(start + digit))
    PayeeAccount.objects.get_or_create(
        **owner,
        defaults={
            "holder": holder,
            "bank": "测试银行常州分行",
            "number": card,
            "confirmed_by": officers[0],
        },
    )
    return payments.prepare_batch([claim.public_id], officers[0])


def pay(claim, officers):
    """Approved, sent, arrived. → the batch"""
    approve(claim, officers)
    batch = prepare(claim, officers)
    payments.send_batch(batch.public_id, officers[1], batch.list_sha256)
    settlement.record_paid(batch.public_id, officers[0], timezone.localdate())
    claim.refresh_from_db()
    return batch
