"""Payment batches (发放批次): prepared by one person, checked and sent by another, paid once.

Whoever changes a batch locks its claims first, in the order of their keys, then the batch; a
correction that takes a claim out of a prepared batch does the same.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import pghistory
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from portal.refused import Refused
from portal.ui.formatting import cn_datetime, thousands, yuan
from subsidies.enums import ClaimState, PaymentBatchState, PaymentState
from subsidies.models import Claim, PayeeAccount, Payment, PaymentBatch

from .bundles import canonical
from .claims import (
    REVIEWER_ROLES,
    locked_claims,
    move,
    policies,
    require_officer,
    require_reason,
    require_state,
    unread,
)
from .naming import claim_title
from .notify import to_claimants, to_users
from .numbering import next_number
from .payees import accounts_of, misnamed

_PAYABLE = (ClaimState.APPROVED, ClaimState.PAYMENT_RETURNED)


@dataclass(frozen=True)
class Payable:
    """Approved claims by what stands between them and the bank.

    ready: [(claim, account)]; without: claims whose account nobody confirmed; bounced:
    [(claim, payment)] the bank sent a payment of theirs or of their chain back, and the account
    was not confirmed again since;
    misnamed: persons' claims whose account is in another name than their application.
    """

    ready: list[tuple[Claim, PayeeAccount]]
    without: list[Claim]
    bounced: list[tuple[Claim, Payment]]
    misnamed: list[Claim]

    @property
    def ready_fen(self) -> int:
        """Sum of what can be paid now."""
        return sum(claim.amount_fen for claim, _ in self.ready)


def payable_claims(user):
    """Claims that are approved, or came back from the bank, and in no batch; those a user sees."""
    return (
        Claim.objects.visible_to(user)
        .filter(state__in=_PAYABLE)
        .select_related("enterprise", "decision__application__user")
        .defer(*unread("decision__"))
        .prefetch_related(policies("decision__"))
        .order_by("enterprise__region_id", "enterprise__name", "pk")
    )


def sort_payable(claims: Iterable[Claim]) -> Payable:
    """Which of these can be paid, and why not the others. Four queries whatever their number."""
    claims = list(claims)
    accounts = accounts_of(claims)
    bounced = _bounced_of(claims)
    other_names = misnamed(claims, accounts)
    made = Payable([], [], [], [])
    for claim in claims:
        account, payment = accounts.get(claim.pk), bounced.get(_chain_key(claim))
        if account is None:
            made.without.append(claim)
        elif claim.pk in other_names:
            made.misnamed.append(claim)
        elif payment is not None and account.confirmed_at <= payment.recorded_at:
            made.bounced.append((claim, payment))
        else:
            made.ready.append((claim, account))
    return made


def _chain_key(claim):
    # As chains.py tells them apart; an application's group is its own.
    return claim.enterprise_id, claim.exclusivity_group, claim.base_year


def _bounced_of(claims):
    """Key of a chain → the last payment of it that the bank sent back.

    Of the whole chain: a claim taken up by a new decision goes to the account of the one before.
    """
    returned = Payment.objects.filter(
        Q(claim__enterprise__in={claim.enterprise_id for claim in claims} - {None})
        | Q(claim__enterprise=None),
        state=PaymentState.RETURNED,
        claim__exclusivity_group__in={claim.exclusivity_group for claim in claims},
        claim__base_year__in={claim.base_year for claim in claims},
    )
    oldest_first = returned.select_related("claim").order_by("recorded_at", "pk")
    return {_chain_key(payment.claim): payment for payment in oldest_first}


def remind_without_account(user) -> int:
    """Ask those whose approved money has no account to confirm one; each claim once for all time.

    Returns how many messages were new.
    """
    require_officer(user)
    with transaction.atomic():
        sorted_out = sort_payable(payable_claims(user))
        asked = [
            (
                sorted_out.without,
                "payee_wanted",
                "已经批准，还没有收款账户。请填户名、开户银行和账号，确认后拨付。",
            ),
            (
                sorted_out.misnamed,
                "payee_misnamed",
                "已经批准，收款账户的户名和申请上的姓名不一致。请换成本人的银行卡，确认后拨付。",
            ),
        ]
        return to_claimants(
            "payee_wanted",
            {
                claim: (
                    f"claim:{claim.pk}:{key}",
                    f"请确认收款账户，{claim_title(claim)} {yuan(claim.amount_fen)} 元等着拨付",
                    words,
                )
                for waiting, key, words in asked
                for claim in waiting
            },
            reverse("enterprises:payee"),
            reverse("applications:account"),
        )


def prepare_batch(claim_ids, user) -> PaymentBatch:
    """Put approved claims with an account into a batch; another person checks and sends it.

    Raises Refused when one of them has been taken, has no account, or the bank sent it back and
    the account is still the same; nothing is prepared then. A second press, which is the very same
    claims by the same person, gives back the batch.
    """
    require_officer(user)
    with pghistory.context(act="payments.prepare"), transaction.atomic():
        claims = locked_claims(user, claim_ids)
        batch = _prepared_already(claims, user)
        if batch is not None:
            return batch
        bounced = [c for c in claims if c.state == ClaimState.PAYMENT_RETURNED]
        require_state([c for c in claims if c not in bounced], ClaimState.APPROVED, "生成发放表")
        sorted_out = sort_payable(claims)
        _require_accounts(sorted_out)
        return _write_batch(sorted_out.ready, user)


def _prepared_already(claims, user) -> PaymentBatch | None:
    """The batch of exactly these claims that the user prepared, None when they are in no batch.

    Raises Refused naming who is in which batch when only some of them are, or with others.
    """
    listed = list(
        Payment.objects.filter(claim__in=claims, state=PaymentState.PREPARED)
        .select_related("batch__prepared_by")
        .order_by("batch__year", "batch__number", "number")
    )
    if not listed:
        return None
    held: dict[PaymentBatch, list[int]] = {}
    for payment in listed:
        held.setdefault(payment.batch, []).append(payment.claim_id)
    batch = listed[0].batch
    the_same = len(held) == 1 and len(listed) == len(claims) == batch.count
    if the_same and batch.prepared_by_id == user.pk:
        return batch
    names = {claim.pk: claim.claimant_name for claim in claims}
    told = "；".join(
        f"{_named([names[pk] for pk in inside])}已编入{batch}（{batch.prepared_by}生成）"
        for batch, inside in held.items()
    )
    raise Refused(f"没有生成发放表。{told}。请刷新后，只选还没有编入的再办。")


def _named(names):
    return "、".join(names[:3]) + (f"等 {len(names)} 户" if len(names) > 3 else "")


def _require_accounts(sorted_out):
    if sorted_out.misnamed:
        named = _named([claim.claimant_name for claim in sorted_out.misnamed])
        raise Refused(
            f"{named}的收款账户户名和申请上的姓名不一致，没有生成发放表。等本人重新确认后再办。"
        )
    missing = sorted_out.without + [claim for claim, _ in sorted_out.bounced]
    if missing:
        named = _named([claim.claimant_name for claim in missing])
        raise Refused(f"{named}还没有可用的收款账户，没有生成发放表。请刷新后再办。")


def _write_batch(ready, user):
    year = timezone.localdate().year
    batch = PaymentBatch(
        region=user.region,
        year=year,
        number=next_number(PaymentBatch, year=year),
        total_fen=sum(claim.amount_fen for claim, _ in ready),
        count=len(ready),
        prepared_by=user,
    )
    payments = [
        Payment(
            batch=batch,
            claim=claim,
            number=number,
            amount_fen=claim.amount_fen,
            holder=account.holder,
            bank=account.bank,
            account_number=account.number,
        )
        for number, (claim, account) in enumerate(ready, 1)
    ]
    batch.list_sha256 = list_sha256(batch, payments)
    batch.save()
    Payment.objects.bulk_create(payments, batch_size=2000)
    move([claim for claim, _ in ready], ClaimState.PAYING, user, f"编入{batch}")
    return batch


def list_sha256(batch: PaymentBatch, payments) -> str:
    """Hash of what the bank is asked to do: the batch, then line, holder, bank, account and fen."""
    lines = [
        [p.number, p.public_id, p.holder, p.bank, p.account_number, p.amount_fen] for p in payments
    ]
    return hashlib.sha256(canonical([batch.year, batch.number, lines])).hexdigest()


def locked_batch(batch_id, user) -> tuple[PaymentBatch, list[Payment]]:
    """Lock a batch a user sees with its claims; its standing payments in the order of the list.

    Each payment has its claim with decision and application. Raises Refused when it is not there.
    """
    batch = PaymentBatch.objects.visible_to(user).filter(public_id=batch_id).first()
    if batch is None:
        raise Refused("这一批不在您负责的地区。")
    held = batch.payments.values("claim")
    list(Claim.objects.filter(pk__in=held).select_for_update().order_by("pk").values_list("pk"))
    batch = (
        PaymentBatch.objects.select_for_update(of=("self",))
        .prefetch_related("prepared_by", "sent_by", "cancelled_by")
        .get(pk=batch.pk)
    )
    payments = list(
        batch.payments.standing()
        .select_related("claim__enterprise", "claim__decision__application__user")
        .defer(*unread("claim__decision__"))
        .prefetch_related(policies("claim__decision__"))
        .order_by("number")
    )
    return batch, payments


def send_batch(batch_id, user, seen_sha256: str) -> PaymentBatch:
    """A second person has checked the list and hands it to the bank.

    seen_sha256: of the list as it was on the page. Raises Refused for the one who prepared it, for
    a list that has changed since, and when someone else has sent or cancelled it.
    """
    require_officer(user)
    with pghistory.context(act="payments.send"), transaction.atomic():
        batch, payments = locked_batch(batch_id, user)
        if batch.state in (PaymentBatchState.SENT, PaymentBatchState.CLOSED):
            if batch.sent_by_id == user.pk:
                return batch
            when = cn_datetime(batch.sent_at, timezone.localdate())
            raise Refused(f"{batch}已由{batch.sent_by}于 {when} 送银行，不用再办。")
        _require_prepared(batch)
        if batch.prepared_by_id == user.pk:
            raise Refused("这一批由您生成，要由另一人核对后送银行。")
        if not seen_sha256 == batch.list_sha256 == list_sha256(batch, payments):
            raise Refused("名单有变化，没有送银行。请看过新的名单再办。")
        batch.state, batch.sent_by, batch.sent_at = PaymentBatchState.SENT, user, timezone.now()
        batch.save(update_fields=["state", "sent_by", "sent_at"])
        batch.payments.filter(state=PaymentState.PREPARED).update(state=PaymentState.SENT)
        return batch


def _require_prepared(batch):
    if batch.state == PaymentBatchState.CANCELLED:
        by = f"由{batch.cancelled_by}" if batch.cancelled_by_id else ""
        raise Refused(f"{batch}已{by}撤销。理由：{batch.cancelled_reason}")
    if batch.state != PaymentBatchState.PREPARED:
        raise Refused(f"{batch}{batch.get_state_display()}，不能再撤销。")


def cancel_batch(batch_id, user, reason: str) -> PaymentBatch:
    """Take back a batch that has not gone to the bank; its claims wait to be paid again."""
    require_officer(user)
    reason = require_reason(reason)
    with pghistory.context(act="payments.cancel"), transaction.atomic():
        batch, payments = locked_batch(batch_id, user)
        if batch.state == PaymentBatchState.CANCELLED and batch.cancelled_by_id == user.pk:
            return batch
        _require_prepared(batch)
        _close_cancelled(batch, reason, user)
        batch.payments.filter(state=PaymentState.PREPARED).update(state=PaymentState.CANCELLED)
        before = set(
            Payment.objects.filter(
                claim__in=[p.claim_id for p in payments], state=PaymentState.RETURNED
            ).values_list("claim", flat=True)
        )
        claims = [p.claim for p in payments]
        note = f"{batch}撤销：{reason}"
        move([c for c in claims if c.pk not in before], ClaimState.APPROVED, user, note)
        move([c for c in claims if c.pk in before], ClaimState.PAYMENT_RETURNED, user, note)
        if batch.prepared_by_id != user.pk:
            _tell_preparer(batch, "cancelled", f"{batch}已撤销", f"{user}撤销。理由：{reason}")
        return batch


def _close_cancelled(batch, reason, user=None):
    batch.state, batch.cancelled_reason = PaymentBatchState.CANCELLED, reason
    batch.cancelled_by, batch.cancelled_at = user, timezone.now()
    batch.save(update_fields=["state", "cancelled_reason", "cancelled_by", "cancelled_at"])


def _tell_preparer(batch, what, subject, body):
    to_users(
        f"payment_batch_{what}",
        [batch.prepared_by_id],
        f"payment_batch:{batch.pk}:{what}:{batch.list_sha256[:12]}",
        subject,
        body,
        reverse("subsidies:payment_batch", args=[batch.public_id]),
    )


def take_out(claim_ids, reason: str) -> None:
    """A correction takes locked claims out of batches that have not gone to the bank.

    The batch gets new sums and a new hash, so that whoever checks it sees the shorter list; an
    empty one is cancelled. Its preparer is told. The caller moves the claims.
    """
    batches = list(
        PaymentBatch.objects.filter(
            payments__claim__in=claim_ids, payments__state=PaymentState.PREPARED
        )
        .order_by("pk")
        .values_list("pk", flat=True)
        .distinct()
    )
    for batch in PaymentBatch.objects.filter(pk__in=batches).select_for_update().order_by("pk"):
        gone = batch.payments.filter(state=PaymentState.PREPARED, claim__in=claim_ids).update(
            state=PaymentState.CANCELLED
        )
        left = list(batch.payments.standing().order_by("number"))
        batch.count, batch.total_fen = len(left), sum(p.amount_fen for p in left)
        batch.list_sha256 = list_sha256(batch, left)
        batch.save(update_fields=["count", "total_fen", "list_sha256"])
        if not left:
            _close_cancelled(batch, reason[:200])
        rest = f"还有 {thousands(len(left))} 笔，{yuan(batch.total_fen)} 元" if left else "已撤销"
        _tell_preparer(batch, "changed", f"{batch}有 {gone} 笔因更正退出，{rest}", reason)


def batches_to_send(user):
    """Batches another person prepared that wait to be checked and sent by this one."""
    waiting = PaymentBatch.objects.visible_to(user).filter(state=PaymentBatchState.PREPARED)
    if user.role not in REVIEWER_ROLES:
        return waiting.none()
    return waiting.exclude(prepared_by=user)


def in_prepared_batch(claim_ids) -> set[int]:
    """Which of these claims are in a batch that has not gone to the bank yet."""
    return set(
        Payment.objects.filter(claim__in=claim_ids, state=PaymentState.PREPARED).values_list(
            "claim", flat=True
        )
    )
