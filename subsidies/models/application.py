"""Subsidies on application, and the register of who has had what."""

import pghistory
from django.db import models
from django.utils import timezone

from enterprises.models import Enterprise
from portal.accounts.enums import Role
from portal.accounts.fields import BlindIndexField, EncryptedTextField, PublicIdField
from portal.accounts.masking import mask
from subsidies.enums import SubsidyApplicationState

from .policy import PolicyVersion


class SubsidyApplicationQuerySet(models.QuerySet):
    """Applications for subsidies."""

    def visible_to(self, user):
        """A person's own; an enterprise's its own; staff those of their region, once handed in.

        Commissioners none: they do not decide about money.
        """
        if not user.is_authenticated or user.role == Role.COMMISSIONER:
            return self.none()
        if user.is_bureau:
            return self.filter(
                region__code__startswith=user.region_scope, submitted_at__isnull=False
            )
        if user.role == Role.ENTERPRISE_MEMBER:
            return self.filter(enterprise__in=Enterprise.objects.visible_to(user).values("pk"))
        return self.filter(user=user)


class SubsidyApplicationDocumentQuerySet(models.QuerySet):
    """Documents of applications."""

    def visible_to(self, user):
        """Those of the applications the user sees."""
        return self.filter(application__in=SubsidyApplication.objects.visible_to(user).values("pk"))


@pghistory.track(exclude=["draft"])
class SubsidyApplication(models.Model):
    """补贴申请: one provision, asked for by an enterprise or by a person.

    draft: the form as it was typed (JSON, encrypted: it holds names and numbers). facts: what was
    handed in, {"declared": {fact: value}, "completed": {fact: {"value", "document", "by", "at"}}}
    with the values staff filled in later. What a decision used stands in the decision.
    applicant_name: an enterprise's name, a person's masked.
    """

    public_id = PublicIdField(unique=True)
    provision_id = models.CharField("条款", max_length=80)
    policy = models.ForeignKey(PolicyVersion, models.RESTRICT, related_name="applications")
    enterprise = models.ForeignKey(
        Enterprise, models.RESTRICT, null=True, blank=True, related_name="subsidy_applications"
    )
    user = models.ForeignKey(
        "accounts.User",
        models.RESTRICT,
        null=True,
        blank=True,
        related_name="subsidy_applications",
    )
    region = models.ForeignKey("places.Division", models.RESTRICT, verbose_name="地区")
    year = models.PositiveSmallIntegerField("年度")
    applicant_name = models.CharField("申请人", max_length=80, blank=True)
    draft = EncryptedTextField("填写内容", blank=True, default="")
    facts = models.JSONField("填报内容", default=dict)
    content_sha256 = models.CharField("填报校验值", max_length=64, blank=True)
    state = models.CharField(
        "状态",
        max_length=10,
        choices=SubsidyApplicationState,
        default=SubsidyApplicationState.DRAFT,
    )
    returned_reason = models.CharField("退回理由", max_length=200, blank=True)
    created_by = models.ForeignKey("accounts.User", models.RESTRICT, related_name="+")
    created_at = models.DateTimeField("填写时间", default=timezone.now)
    submitted_at = models.DateTimeField("提交时间", null=True, blank=True)
    handled_by = models.ForeignKey(
        "accounts.User", models.RESTRICT, null=True, blank=True, related_name="+"
    )
    handled_at = models.DateTimeField("办理时间", null=True, blank=True)

    objects = SubsidyApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "补贴申请"
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(enterprise__isnull=False, user__isnull=True)
                | models.Q(enterprise__isnull=True, user__isnull=False),
                name="one_applicant",
            ),
            # A second press on “申请” goes on with the draft that is there.
            models.UniqueConstraint(
                fields=["enterprise", "provision_id"],
                condition=models.Q(state="draft", enterprise__isnull=False),
                name="one_draft_per_enterprise",
            ),
            models.UniqueConstraint(
                fields=["user", "provision_id"],
                condition=models.Q(state="draft", user__isnull=False),
                name="one_draft_per_person",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["draft", "withdrawn"])
                | models.Q(submitted_at__isnull=False),
                name="handed_in_has_a_day",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="returned") | ~models.Q(returned_reason=""),
                name="returned_application_has_reason",
                violation_error_message="请写明退回的理由。",
            ),
        ]
        indexes = [models.Index(fields=["state", "region"])]

    def __str__(self):
        return f"{self.provision_id} {self.public_id}"


class SubsidyApplicationPerson(models.Model):
    """申请所涉人员: whom the subsidy is for. The number is encrypted, its hash found by index.

    facts: as of the application, {"declared": {…}, "completed": {…}}.
    """

    application = models.ForeignKey(SubsidyApplication, models.CASCADE, related_name="persons")
    name = EncryptedTextField("姓名")
    identity_number = EncryptedTextField("身份证号")
    identity_index = BlindIndexField(of="identity_number", db_index=True)
    facts = models.JSONField("填报内容", default=dict)

    class Meta:
        verbose_name = verbose_name_plural = "申请所涉人员"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "identity_index"],
                name="a_person_once_per_application",
                violation_error_message="这个人已经填过。",
            )
        ]

    def __str__(self):
        return self.masked_name

    @property
    def masked_name(self):
        """王*国."""
        return mask(self.name, "name")

    @property
    def masked_identity(self):
        """3204**********01."""
        return mask(self.identity_number, "identity")

    @property
    def beneficiary(self):
        """How the register of entitlements names this person."""
        return f"p:{self.identity_index[:32]}"


class SubsidyApplicationDocument(models.Model):
    """申请材料."""

    public_id = PublicIdField(unique=True)
    application = models.ForeignKey(SubsidyApplication, models.CASCADE, related_name="documents")
    title = models.CharField("材料名称", max_length=80)
    file = models.FileField("文件", upload_to="subsidy-documents/%Y/%m/")
    media_type = models.CharField("类型", max_length=40)
    size = models.PositiveIntegerField("大小（字节）")
    sha256 = models.CharField("校验值", max_length=64)
    uploaded_by = models.ForeignKey("accounts.User", models.RESTRICT, related_name="+")
    uploaded_at = models.DateTimeField("上传时间", default=timezone.now)

    objects = SubsidyApplicationDocumentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "申请材料"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "sha256"],
                name="a_document_once_per_application",
                violation_error_message="这份材料已经传过。",
            )
        ]

    def __str__(self):
        return self.title


class Entitlement(models.Model):
    """享受登记: who has had, or is being paid, what; over all policies and years.

    A claim takes one row for each beneficiary and each thing it excludes: its own provision or
    exclusivity group, and whatever the policy says cannot be had beside it. beneficiary is "e:" and
    the enterprise's id, or "p:" and the first 32 digits of the keyed hash of the identity number
    (PersonMonth.person). period is a year, or "once", or for what may be had again the claim's own
    id. months: for how many months the claim pays this beneficiary, where a policy counts them.
    """

    beneficiary = models.CharField("享受对象", max_length=70)
    thing = models.CharField("事项", max_length=80)
    period = models.CharField("期间", max_length=12)
    months = models.PositiveSmallIntegerField("月数", null=True, blank=True)
    claim = models.ForeignKey("subsidies.Claim", models.RESTRICT, related_name="entitlements")
    taken_at = models.DateTimeField("登记时间", default=timezone.now)
    released_at = models.DateTimeField("释放时间", null=True, blank=True)
    released_reason = models.CharField("释放原因", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "享受登记"
        constraints = [
            models.UniqueConstraint(
                fields=["beneficiary", "thing", "period"],
                condition=models.Q(released_at__isnull=True),
                name="nobody_is_paid_twice",
                violation_error_message="已经享受过同一事项，不能重复享受。",
            )
        ]

    def __str__(self):
        return f"{self.thing} {self.period}"
