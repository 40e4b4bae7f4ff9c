"""Paying approved claims, what the bank sends back, and money that has to come back."""

import pghistory
from django.db import models
from django.utils import timezone

from enterprises.models import Enterprise
from portal.accounts.fields import EncryptedTextField, PublicIdField
from portal.accounts.masking import mask
from subsidies.enums import PaymentBatchState, PaymentState, RecoveryState

from .claim import Claim
from .decision import Decision


@pghistory.track(exclude=["number"])
class PayeeAccount(models.Model):
    """收款账户 of an enterprise or of a person; the number is encrypted."""

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
        ]

    def __str__(self):
        return f"{self.year} 年第 {self.number} 批发放"


@pghistory.track(exclude=["account_number"])
class Payment(models.Model):
    """发放: one claim in one payment batch. The account is kept as it was sent."""

    public_id = PublicIdField(unique=True)
    batch = models.ForeignKey(PaymentBatch, models.RESTRICT, related_name="payments")
    claim = models.ForeignKey(Claim, models.RESTRICT, related_name="payments")
    amount_fen = models.BigIntegerField("金额（分）")
    holder = models.CharField("户名", max_length=100)
    bank = models.CharField("开户银行", max_length=100)
    account_number = EncryptedTextField("账号")
    state = models.CharField(
        "状态", max_length=12, choices=PaymentState, default=PaymentState.PREPARED
    )
    settled_on = models.DateField("到账或退回日期", null=True, blank=True)
    returned_reason = models.CharField("退回原因", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "发放"
        ordering = ["batch_id", "pk"]
        constraints = [
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


class RecoveryQuerySet(models.QuerySet):
    """Recoveries."""

    def visible_to(self, user):
        """Those of the claims the user sees."""
        return self.filter(claim__in=Claim.objects.visible_to(user).values("pk"))


@pghistory.track()
class Recovery(models.Model):
    """追回: a later decision grants less than what was paid; the difference has to come back."""

    public_id = PublicIdField(unique=True)
    claim = models.ForeignKey(Claim, models.RESTRICT, related_name="recoveries")
    decision = models.OneToOneField(Decision, models.RESTRICT, related_name="recovery")
    amount_fen = models.BigIntegerField("应退（分）")
    repaid_fen = models.BigIntegerField("已退（分）", default=0)
    state = models.CharField(
        "状态", max_length=12, choices=RecoveryState, default=RecoveryState.OPEN
    )
    reason = models.CharField("原因", max_length=200)
    due_on = models.DateField("退还期限", null=True, blank=True)
    waived_document = models.CharField("不再追回的依据", max_length=200, blank=True)
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
                condition=~models.Q(state="waived") | ~models.Q(waived_document=""),
                name="waived_by_document",
            ),
        ]

    def __str__(self):
        return f"{self.claim_id} {self.amount_fen}"
