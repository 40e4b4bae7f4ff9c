"""Claims (D6): two different people approve, then public notice on working days."""

import pghistory
from django.db import models
from django.utils import timezone

from enterprises.models import Enterprise
from portal.accounts.enums import Role
from portal.accounts.fields import EncryptedTextField, PublicIdField
from portal.accounts.masking import mask
from subsidies.enums import ClaimState, ObjectionState

from .application import SubsidyApplication
from .decision import Decision


class PublicNoticeQuerySet(models.QuerySet):
    """Public notices."""

    def published(self):
        """Whatever the public may read."""
        return self.filter(withdrawn_at__isnull=True)


class PublicNotice(models.Model):
    """公示: a masked list, shown for a number of working days.

    starts_on and ends_on are both inside; objections close on ends_on at 17:30. `entries` is the
    list as it was published (subsidies.services.notices.entry_of gives its keys); it never changes.
    """

    public_id = PublicIdField(unique=True)
    title = models.CharField("标题", max_length=120)
    grounds = models.CharField("依据", max_length=200)
    region = models.ForeignKey("places.Division", models.RESTRICT, verbose_name="地区")
    base_year = models.PositiveSmallIntegerField("所属年度")
    number = models.PositiveIntegerField("批次")
    entries = models.JSONField("名单", default=list)
    # Lists of notices say how long each is without reading any.
    entry_count = models.PositiveIntegerField("名单行数", default=0)
    # Made after publishing, see subsidies.services.notice_papers; empty until then.
    paper = models.FileField("PDF", upload_to="notices/%Y/%m/", blank=True)
    total_fen = models.BigIntegerField("合计（分）", default=0)
    list_sha256 = models.CharField("名单校验值", max_length=64)
    starts_on = models.DateField("开始")
    ends_on = models.DateField("截止")
    working_days = models.PositiveSmallIntegerField("工作日数")
    published_by = models.ForeignKey("accounts.User", models.RESTRICT, related_name="+")
    published_at = models.DateTimeField("发布时间", default=timezone.now)
    withdrawn_at = models.DateTimeField("撤下时间", null=True, blank=True)
    withdrawn_reason = models.CharField("撤下原因", max_length=200, blank=True)
    concluded_at = models.DateTimeField("公示结束处理", null=True, blank=True)

    objects = PublicNoticeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "公示"
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")), name="notice_dates"
            ),
            models.CheckConstraint(
                condition=models.Q(withdrawn_at__isnull=True) | ~models.Q(withdrawn_reason=""),
                name="withdrawn_notice_has_reason",
            ),
            models.UniqueConstraint(
                fields=["region", "base_year", "number"], name="one_notice_per_number"
            ),
        ]

    def __str__(self):
        return self.title

    @property
    def check_code(self):
        """Eight digits of the list's hash, as printed at the foot."""
        return f"{self.list_sha256[:4]} {self.list_sha256[4:8]}".upper()


class ClaimBatchQuerySet(models.QuerySet):
    """Batches."""

    def visible_to(self, user):
        """Bureau staff those whose region lies in theirs."""
        if not user.is_authenticated or not user.is_bureau:
            return self.none()
        return self.filter(region__code__startswith=user.region_scope)

    def waiting(self):
        """Neither passed nor returned, and with claims left in them."""
        left = Claim.objects.filter(batch=models.OuterRef("pk"), state=ClaimState.FIRST_REVIEWED)
        return self.filter(
            models.Exists(left), second_reviewer__isnull=True, returned_by__isnull=True
        )


class ClaimBatch(models.Model):
    """复核批次: the claims one person first-reviewed in one act, reviewed again together."""

    public_id = PublicIdField(unique=True)
    region = models.ForeignKey("places.Division", models.RESTRICT, verbose_name="地区")
    base_year = models.PositiveSmallIntegerField("所属年度")
    number = models.PositiveIntegerField("批次")
    first_reviewer = models.ForeignKey("accounts.User", models.RESTRICT, related_name="+")
    first_reviewed_at = models.DateTimeField("初审时间")
    second_reviewer = models.ForeignKey(
        "accounts.User", models.RESTRICT, null=True, blank=True, related_name="+"
    )
    second_reviewed_at = models.DateTimeField("复核时间", null=True, blank=True)
    returned_by = models.ForeignKey(
        "accounts.User", models.RESTRICT, null=True, blank=True, related_name="+"
    )
    returned_at = models.DateTimeField("退回时间", null=True, blank=True)
    returned_reason = models.CharField("退回理由", max_length=200, blank=True)

    objects = ClaimBatchQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "复核批次"
        ordering = ["-first_reviewed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["base_year", "number"], name="one_batch_per_number"),
            models.CheckConstraint(
                condition=models.Q(second_reviewer__isnull=True)
                | ~models.Q(first_reviewer=models.F("second_reviewer")),
                name="batch_two_different_reviewers",
                violation_error_message="初审和复核不能是同一个人。",
            ),
            models.CheckConstraint(
                condition=models.Q(second_reviewer__isnull=True)
                | models.Q(returned_by__isnull=True),
                name="batch_passed_or_returned",
            ),
        ]

    def __str__(self):
        return f"{self.base_year} 年度第 {self.number} 批"


class ClaimQuerySet(models.QuerySet):
    """Claims."""

    def visible_to(self, user):
        """Those of the enterprises the user sees, and persons' by their application."""
        persons = SubsidyApplication.objects.visible_to(user).filter(user__isnull=False)
        return self.filter(
            models.Q(enterprise__in=Enterprise.objects.visible_to(user).values("pk"))
            | models.Q(enterprise__isnull=True, decision__application__in=persons.values("pk"))
        )

    def in_region(self, code):
        """Those whose enterprise or applicant lies in a region (a code prefix)."""
        return self.filter(
            models.Q(enterprise__region__code__startswith=code)
            | models.Q(
                enterprise__isnull=True, decision__application__region__code__startswith=code
            )
        )

    def of_batch(self, batch):
        """Those of one batch that still wait for its second review."""
        return self.filter(batch=batch, state=ClaimState.FIRST_REVIEWED)

    def waiting_for(self, state):
        """In one state, oldest first."""
        return self.filter(state=state).order_by("pk")


@pghistory.track()
class Claim(models.Model):
    """补贴申领: made for each grant, without an application (免申即享)."""

    public_id = PublicIdField(unique=True)
    decision = models.OneToOneField(Decision, models.RESTRICT, related_name="claim")
    # None: a person's own claim (decision.application).
    enterprise = models.ForeignKey(
        Enterprise, models.RESTRICT, null=True, blank=True, related_name="claims"
    )
    # A later correction granted more than this paid claim: amount_fen is the difference (补发).
    adjusts = models.ForeignKey(
        "self", models.RESTRICT, null=True, blank=True, related_name="adjustments"
    )
    # Ids of decision.manual_checks that a reviewer has looked at; all before the first review.
    checked = models.JSONField("已核对", default=list)
    exclusivity_group = models.CharField("互斥组", max_length=60)
    base_year = models.PositiveSmallIntegerField("所属年度")
    amount_fen = models.BigIntegerField("金额（分）")
    state = models.CharField("状态", max_length=20, choices=ClaimState, default=ClaimState.SCREENED)
    first_reviewer = models.ForeignKey(
        "accounts.User", models.RESTRICT, null=True, blank=True, related_name="+"
    )
    first_reviewed_at = models.DateTimeField("初审时间", null=True, blank=True)
    second_reviewer = models.ForeignKey(
        "accounts.User", models.RESTRICT, null=True, blank=True, related_name="+"
    )
    second_reviewed_at = models.DateTimeField("复核时间", null=True, blank=True)
    returned_reason = models.CharField("退回理由", max_length=200, blank=True)
    batch = models.ForeignKey(
        ClaimBatch, models.RESTRICT, null=True, blank=True, related_name="claims"
    )
    notice = models.ForeignKey(
        PublicNotice, models.RESTRICT, null=True, blank=True, related_name="claims"
    )
    approved_at = models.DateTimeField("批准时间", null=True, blank=True)
    created_at = models.DateTimeField("生成时间", default=timezone.now)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "补贴申领"
        ordering = ["enterprise_id", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "exclusivity_group", "base_year"],
                condition=~models.Q(state="superseded")
                & models.Q(adjusts__isnull=True, enterprise__isnull=False),
                name="one_grant_per_group_and_year",
                violation_error_message="同一年度同类补贴只能享受一次。",
            ),
            models.CheckConstraint(
                condition=models.Q(first_reviewer__isnull=True)
                | models.Q(second_reviewer__isnull=True)
                | ~models.Q(first_reviewer=models.F("second_reviewer")),
                name="two_different_reviewers",
                violation_error_message="初审和复核不能是同一个人。",
            ),
            models.CheckConstraint(
                condition=models.Q(second_reviewer__isnull=True)
                | models.Q(first_reviewer__isnull=False),
                name="second_after_first",
            ),
            models.CheckConstraint(
                condition=~models.Q(
                    state__in=[
                        "second_reviewed",
                        "published",
                        "approved",
                        "paying",
                        "paid",
                        "payment_returned",
                    ]
                )
                | models.Q(
                    first_reviewer__isnull=False,
                    second_reviewer__isnull=False,
                    first_reviewed_at__isnull=False,
                    second_reviewed_at__isnull=False,
                ),
                name="published_claim_has_two_reviews",
            ),
            models.CheckConstraint(
                condition=~models.Q(
                    state__in=["published", "approved", "paying", "paid", "payment_returned"]
                )
                | models.Q(notice__isnull=False),
                name="published_claim_has_notice",
            ),
            models.CheckConstraint(
                condition=models.Q(amount_fen__gt=0), name="claim_amount_positive"
            ),
        ]
        indexes = [models.Index(fields=["state", "id"])]

    def __str__(self):
        return f"{self.enterprise_id} {self.amount_fen}"

    @property
    def claimant_name(self):
        """Who gets the money, as pages show it: an enterprise by name, a person masked."""
        if self.enterprise_id:
            return self.enterprise.name
        return self.decision.application.applicant_name

    @property
    def region_id(self):
        """Where the one who gets the money belongs."""
        held_by = self.enterprise if self.enterprise_id else self.decision.application
        return held_by.region_id


class ClaimStep(models.Model):
    """办理记录: what happened to a claim, by whom, with the words given."""

    claim = models.ForeignKey(Claim, models.CASCADE, related_name="steps")
    state = models.CharField("状态", max_length=20, choices=ClaimState)
    by = models.ForeignKey(
        "accounts.User", models.RESTRICT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField("时间", default=timezone.now)
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "办理记录"
        ordering = ["at", "pk"]

    def __str__(self):
        return f"{self.claim_id} {self.state}"


class ObjectionQuerySet(models.QuerySet):
    """Objections."""

    def visible_to(self, user):
        """Staff those of their region, commissioners none: they do not decide about money; the
        one who wrote it their own."""
        if not user.is_authenticated or user.role == Role.COMMISSIONER:
            return self.none()
        if user.is_bureau:
            return self.filter(region__code__startswith=user.region_scope)
        return self.filter(created_by_id=user.pk)

    def unanswered(self):
        """Waiting for an answer."""
        return self.filter(state=ObjectionState.OPEN)


class Objection(models.Model):
    """异议: to a notice or to one decision; staff answer within the deadline.

    region: of the enterprise it is about, else of the notice.
    """

    public_id = PublicIdField(unique=True)
    region = models.ForeignKey("places.Division", models.RESTRICT, verbose_name="地区")
    notice = models.ForeignKey(
        PublicNotice, models.RESTRICT, null=True, blank=True, related_name="objections"
    )
    decision = models.ForeignKey(
        Decision, models.RESTRICT, null=True, blank=True, related_name="objections"
    )
    claim = models.ForeignKey(
        Claim, models.RESTRICT, null=True, blank=True, related_name="objections"
    )
    name = models.CharField("姓名或单位", max_length=60)
    phone = EncryptedTextField("联系电话", default="")
    body = models.TextField("异议内容", max_length=2000)
    created_by = models.ForeignKey(
        "accounts.User", models.RESTRICT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField("提出时间", default=timezone.now)
    due_on = models.DateField("答复期限")
    state = models.CharField(
        "状态", max_length=10, choices=ObjectionState, default=ObjectionState.OPEN
    )
    answer = models.TextField("答复", blank=True, max_length=2000)
    answered_by = models.ForeignKey(
        "accounts.User", models.RESTRICT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)

    objects = ObjectionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "异议"
        ordering = ["due_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(notice__isnull=False) | models.Q(decision__isnull=False),
                name="objection_is_about_something",
            ),
            models.CheckConstraint(
                condition=models.Q(state="open")
                | (~models.Q(answer="") & models.Q(answered_by__isnull=False)),
                name="answered_objection_has_answer",
                violation_error_message="请写答复。",
            ),
            models.UniqueConstraint(
                fields=["decision", "created_by"],
                condition=models.Q(state="open", decision__isnull=False),
                name="one_open_objection_per_decision",
                violation_error_message="这项决定的异议正在答复中。",
            ),
        ]

    def __str__(self):
        return f"{self.notice or self.decision} {self.get_state_display()}"

    @property
    def masked_phone(self):
        """The telephone as pages show it."""
        return mask(self.phone, "phone")

    @property
    def masked_name(self):
        """A person's name masked; an enterprise objecting to its own decision is named."""
        of_enterprise = self.decision_id and self.decision.enterprise_id
        return self.name if of_enterprise else mask(self.name, "name")
