"""Paying approved claims, what the bank sends back, and money that has to come back."""

import pghistory
import pgtrigger
from django.db import models
from django.utils import timezone

from enterprises.models import Enterprise
from portal.accounts.fields import EncryptedTextField, PublicIdField
from portal.accounts.masking import mask
from subsidies.enums import PaymentBatchState, PaymentState, RecoveryState

from .application import SubsidyApplication
from .claim import Claim
from .decision import Decision


class PayeeAccountQuerySet(models.QuerySet):
    """Payee accounts."""

    def visible_to(self, user):
        """Bureau staff those of their enterprises and of applicants of their region; members their
        enterprise's, others their own."""
        if not user.is_authenticated:
            return self.none()
        theirs = models.Q(enterprise__in=Enterprise.objects.visible_to(user).values("pk"))
        if not user.is_bureau:
            return self.filter(theirs | models.Q(user=user))
        applicants = SubsidyApplication.objects.visible_to(user).filter(user__isnull=False)
        return self.filter(theirs | models.Q(user__in=applicants.values("user")))


@pghistory.track(exclude=["number"])
class PayeeAccount(models.Model):
    """收款账户 of an enterprise or of a person; the number is encrypted."""

    public_id = PublicIdField(unique=True)
    enterprise = models.OneToOneField(
        Enterprise, models.RESTRICT, null=True, blank=True, related_name="payee_account"
    )
    user = models.OneToOneField(
        "accounts.User", models.RESTRICT, null=True, blank=True, related_name="payee_account"
    )
    holder = models.CharField("户名", max_length=100)
    bank = models.CharField("开户银行", max_length=100)
    number = EncryptedTextField("账号")
    confirmed_by = models.ForeignKey("accounts.User", models.RESTRICT, related_name="+")
    confirmed_at = models.DateTimeField("确认时间", default=timezone.now)

    objects = PayeeAccountQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "收款账户"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(enterprise__isnull=False, user__isnull=True)
                | models.Q(enterprise__isnull=True, user__isnull=False),
                name="payee_is_one",
            )
        ]

    def __str__(self):
        return f"{self.holder} {self.masked_number}"

    @property
    def masked_number(self):
        """The number as pages show it: its last four digits."""
        return mask(self.number, "account")


class PaymentBatchQuerySet(models.QuerySet):
    """Payment batches."""

    def visible_to(self, user):
        """Bureau staff those whose region lies in theirs."""
        if not user.is_authenticated or not user.is_bureau:
            return self.none()
        return self.filter(region__code__startswith=user.region_scope)


@pghistory.track()
class PaymentBatch(models.Model):
    """发放批次: made by one person, sent to the bank by another."""

    public_id = PublicIdField(unique=True)
    region = models.ForeignKey("places.Division", models.RESTRICT, verbose_name="地区")
    year = models.PositiveSmallIntegerField("年度")
    number = models.PositiveIntegerField("批次")
    state = models.CharField(
        "状态", max_length=12, choices=PaymentBatchState, default=PaymentBatchState.PREPARED
    )
    total_fen = models.BigIntegerField("合计（分）")
    count = models.PositiveIntegerField("笔数")
    # Of the list of payments, as printed in the payment file.
    list_sha256 = models.CharField("清单校验值", max_length=64)
    prepared_by = models.ForeignKey("accounts.User", models.RESTRICT, related_name="+")
    prepared_at = models.DateTimeField("生成时间", default=timezone.now)
    sent_by = models.ForeignKey(
        "accounts.User", models.RESTRICT, null=True, blank=True, related_name="+"
    )
    sent_at = models.DateTimeField("送银行时间", null=True, blank=True)
    cancelled_by = models.ForeignKey(
        "accounts.User", models.RESTRICT, null=True, blank=True, related_name="+"
    )
    cancelled_at = models.DateTimeField("撤销时间", null=True, blank=True)
    cancelled_reason = models.CharField("撤销理由", max_length=200, blank=True)

    objects = PaymentBatchQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "发放批次"
        ordering = ["-prepared_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["year", "number"], name="one_payment_batch_number"),
            models.CheckConstraint(
                condition=models.Q(sent_by__isnull=True)
                | ~models.Q(sent_by=models.F("prepared_by")),
                name="payment_batch_two_people",
                violation_error_message="生成和送银行不能是同一个人。",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["sent", "closed"])
                | models.Q(sent_by__isnull=False, sent_at__isnull=False),
                name="sent_payment_batch_has_sender",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="cancelled") | ~models.Q(cancelled_reason=""),
                name="cancelled_payment_batch_has_reason",
                violation_error_message="请写明撤销的理由。",
            ),
        ]

    def __str__(self):
        return f"{self.year} 年第 {self.number} 批发放"

    @property
    def check_code(self):
        """Eight digits of the list's hash, as the file and the page show it."""
        return f"{self.list_sha256[:4]} {self.list_sha256[4:8]}".upper()


class PaymentQuerySet(models.QuerySet):
    """Payments."""

    def standing(self):
        """Those that count: not taken out of their batch."""
        return self.exclude(state=PaymentState.CANCELLED)

    def visible_to(self, user):
        """Those of the batches the user sees."""
        return self.filter(batch__in=PaymentBatch.objects.visible_to(user).values("pk"))


@pghistory.track(exclude=["account_number"])
class Payment(models.Model):
    """发放: one claim in one payment batch. The account is kept as it was sent.

    number: the line of the list, from 1; it never changes.
    """

    public_id = PublicIdField(unique=True)
    batch = models.ForeignKey(PaymentBatch, models.RESTRICT, related_name="payments")
    claim = models.ForeignKey(Claim, models.RESTRICT, related_name="payments")
    number = models.PositiveIntegerField("序号")
    amount_fen = models.BigIntegerField("金额（分）")
    holder = models.CharField("户名", max_length=100)
    bank = models.CharField("开户银行", max_length=100)
    account_number = EncryptedTextField("账号")
    state = models.CharField(
        "状态", max_length=12, choices=PaymentState, default=PaymentState.PREPARED
    )
    settled_on = models.DateField("到账或退回日期", null=True, blank=True)
    returned_reason = models.CharField("退回原因", max_length=200, blank=True)
    recorded_by = models.ForeignKey(
        "accounts.User", models.RESTRICT, null=True, blank=True, related_name="+"
    )
    recorded_at = models.DateTimeField("登记时间", null=True, blank=True)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "发放"
        ordering = ["batch_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "number"], name="one_payment_per_line"),
            models.CheckConstraint(
                condition=~models.Q(state__in=["paid", "returned"])
                | models.Q(settled_on__isnull=False, recorded_by__isnull=False),
                name="settled_payment_has_day_and_person",
            ),
            models.UniqueConstraint(
                fields=["claim"],
                condition=models.Q(state__in=["prepared", "sent", "paid"]),
                name="a_claim_is_paid_once",
                violation_error_message="这笔补贴已经在发放。",
            ),
            models.CheckConstraint(
                condition=models.Q(amount_fen__gt=0), name="payment_amount_positive"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="returned") | ~models.Q(returned_reason=""),
                name="returned_payment_has_reason",
                violation_error_message="请写明银行退回的原因。",
            ),
        ]

    def __str__(self):
        return f"{self.batch_id} {self.amount_fen}"

    @property
    def masked_account(self):
        """The account number as pages show it."""
        return mask(self.account_number, "account")


class RecoveryQuerySet(models.QuerySet):
    """Recoveries."""

    def visible_to(self, user):
        """Those of the claims the user sees."""
        return self.filter(claim__in=Claim.objects.visible_to(user).values("pk"))


@pghistory.track()
class Recovery(models.Model):
    """追回: a later decision grants less than what was paid; the difference has to come back.

    waived_document is written by the one who asks not to recover, another person agrees. A later
    decision may close an open recovery (superseded); what was repaid until then still counts.
    """

    public_id = PublicIdField(unique=True)
    claim = models.ForeignKey(Claim, models.RESTRICT, related_name="recoveries")
    decision = models.ForeignKey(Decision, models.RESTRICT, related_name="recoveries")
    amount_fen = models.BigIntegerField("应退（分）")
    repaid_fen = models.BigIntegerField("已退（分）", default=0)
    state = models.CharField(
        "状态", max_length=12, choices=RecoveryState, default=RecoveryState.OPEN
    )
    reason = models.CharField("原因", max_length=200)
    due_on = models.DateField("退还期限", null=True, blank=True)
    notified_at = models.DateTimeField("通知时间", null=True, blank=True)
    waived_document = models.CharField("不再追回的依据", max_length=200, blank=True)
    waive_asked_by = models.ForeignKey(
        "accounts.User", models.RESTRICT, null=True, blank=True, related_name="+"
    )
    waived_by = models.ForeignKey(
        "accounts.User", models.RESTRICT, null=True, blank=True, related_name="+"
    )
    closed_reason = models.CharField("结案说明", max_length=200, blank=True)
    closed_at = models.DateTimeField("结案时间", null=True, blank=True)
    opened_at = models.DateTimeField("立案时间", default=timezone.now)
    handled_by = models.ForeignKey(
        "accounts.User", models.RESTRICT, null=True, blank=True, related_name="+"
    )

    objects = RecoveryQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "追回"
        ordering = ["-opened_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount_fen__gt=0, repaid_fen__gte=0)
                & models.Q(repaid_fen__lte=models.F("amount_fen")),
                name="recovery_amounts",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="repaid") | models.Q(repaid_fen=models.F("amount_fen")),
                name="repaid_in_full",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="waived")
                | (~models.Q(waived_document="") & models.Q(waived_by__isnull=False)),
                name="waived_by_document",
            ),
            models.CheckConstraint(
                condition=models.Q(waived_by__isnull=True)
                | ~models.Q(waived_by=models.F("waive_asked_by")),
                name="waiver_two_people",
                violation_error_message="提出和同意不再追回的不能是同一个人。",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="notified")
                | models.Q(due_on__isnull=False, notified_at__isnull=False),
                name="notified_recovery_has_due_day",
            ),
            models.UniqueConstraint(
                fields=["decision", "claim"],
                condition=~models.Q(state="superseded"),
                name="one_recovery_per_decision_and_claim",
            ),
        ]

    def __str__(self):
        return f"{self.claim_id} {self.amount_fen}"

    @property
    def left_fen(self):
        """What has still to come back."""
        return self.amount_fen - self.repaid_fen


class Repayment(models.Model):
    """退还: money that came back for a recovery. Never changed, never deleted."""

    recovery = models.ForeignKey(Recovery, models.RESTRICT, related_name="repayments")
    amount_fen = models.BigIntegerField("金额（分）")
    paid_on = models.DateField("到账日期")
    voucher = models.CharField("凭证号", max_length=60)
    recorded_by = models.ForeignKey("accounts.User", models.RESTRICT, related_name="+")
    recorded_at = models.DateTimeField("登记时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "退还"
        ordering = ["paid_on", "pk"]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount_fen__gt=0), name="repayment_amount_positive"
            ),
            models.UniqueConstraint(
                fields=["recovery", "voucher"],
                name="a_voucher_counts_once",
                violation_error_message="这张凭证已经登记过。",
            ),
        ]

    def __str__(self):
        return f"{self.recovery_id} {self.amount_fen}"
