"""Published policies with their drafts, and the figures a bureau chose."""

import pghistory
import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.utils import timezone

from portal.accounts.access import OFFICERS
from portal.accounts.fields import PublicIdField
from subsidies.enums import PolicyState


class TextHash(models.Func):
    """The SHA-256 of a text column, in hexadecimal, computed by the database."""

    template = "encode(sha256(convert_to(%(expressions)s, 'UTF8')), 'hex')"
    output_field = models.CharField()


class PolicyVersionQuerySet(models.QuerySet):
    """Versions of policies."""

    def published(self):
        """Those that were published, in force or not."""
        return self.filter(state=PolicyState.PUBLISHED)

    def open(self):
        """Those still being written or waiting for the other person."""
        return self.filter(
            state__in=(PolicyState.DRAFT, PolicyState.SUBMITTED, PolicyState.RETURNED)
        )

    def visible_to(self, user):
        """Officers: whatever holds in their city or around it, and what its people are writing."""
        if not user.is_authenticated or user.role not in OFFICERS:
            return self.none()
        city = user.region_scope[:4]
        above = [city[:length] for length in range(1, len(city) + 1)]
        return self.filter(
            models.Q(region_code__in=above)
            | models.Q(region_code__startswith=city)
            | models.Q(author__region__code__startswith=city)
        )


@pghistory.track()
class PolicyVersion(models.Model):
    """政策版本: the YAML text with its worked cases, by its hash. Published ones never change.

    A draft's columns beside the texts say what its text says so far; they are empty where the
    text cannot be read yet. Two people may draft the same version: one of them is published.
    """

    public_id = PublicIdField(unique=True)
    policy_id = models.CharField("政策", max_length=60, blank=True)
    version = models.CharField("版本", max_length=20, blank=True)
    sha256 = models.CharField("校验值", max_length=64)
    title = models.CharField("名称", max_length=120, blank=True)
    document_number = models.CharField("文号", max_length=60, blank=True)
    region_code = models.CharField("适用地区", max_length=12)
    source_text = models.TextField("全文（YAML）")
    cases_text = models.TextField("用例（YAML）", blank=True, default="")
    # None: from its issue, on a day the source does not name.
    effective_from = models.DateField("施行日期", null=True, blank=True)
    effective_until = models.DateField("失效日期", null=True, blank=True)
    state = models.CharField("状态", max_length=10, choices=PolicyState, default=PolicyState.DRAFT)
    # The owner: writes it, and is told before it ends. None only where it was published before
    # two people were asked for.
    author = models.ForeignKey(
        "accounts.User", models.RESTRICT, null=True, blank=True, related_name="+"
    )
    drafted_at = models.DateTimeField("起草时间", default=timezone.now)
    submitted_at = models.DateTimeField("提交时间", null=True, blank=True)
    returned_by = models.ForeignKey(
        "accounts.User", models.RESTRICT, null=True, blank=True, related_name="+"
    )
    returned_at = models.DateTimeField("退回时间", null=True, blank=True)
    returned_reason = models.CharField("退回理由", max_length=200, blank=True, default="")
    approver = models.ForeignKey(
        "accounts.User", models.RESTRICT, null=True, blank=True, related_name="+"
    )
    published_at = models.DateTimeField("发布时间", null=True, blank=True)

    objects = PolicyVersionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "政策版本"
        ordering = ["policy_id", "-published_at"]
        triggers = [
            pgtrigger.Protect(
                name="published_is_final",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__state="published"),
            ),
            pgtrigger.Protect(
                name="submitted_text_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state="submitted")
                & (
                    pgtrigger.Q(old__source_text__df=pgtrigger.F("new__source_text"))
                    | pgtrigger.Q(old__cases_text__df=pgtrigger.F("new__cases_text"))
                ),
            ),
            pgtrigger.Protect(
                name="only_submitted_is_published",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(new__state="published")
                & ~pgtrigger.Q(old__state="submitted"),
            ),
            pgtrigger.Protect(
                name="author_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__author_id__df=pgtrigger.F("new__author_id")),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["policy_id", "version"],
                condition=models.Q(state="published"),
                name="one_text_per_version",
                violation_error_message="这一版已经发布，请写新的版本号。",
            ),
            models.CheckConstraint(
                condition=models.Q(author__isnull=False)
                & (
                    models.Q(
                        models.Q(state="published", approver__isnull=False)
                        & models.Q(published_at__isnull=False)
                        & ~models.Q(author=models.F("approver"))
                    )
                    | models.Q(
                        ~models.Q(state="published"),
                        approver__isnull=True,
                        published_at__isnull=True,
                    )
                ),
                name="policy_two_people",
                violation_error_message="起草人和批准人不能是同一个人。",
            ),
            models.CheckConstraint(
                condition=models.Q(sha256=TextHash("source_text")),
                name="policy_hash_of_text",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="returned")
                | models.Q(
                    ~models.Q(returned_reason=""),
                    returned_by__isnull=False,
                    returned_at__isnull=False,
                ),
                name="returned_policy_has_reason",
            ),
        ]

    def __str__(self):
        return f"{self.policy_id} {self.version}"


class LocalParameterQuerySet(models.QuerySet):
    """Local parameters."""

    def approved(self):
        """Those a second person approved."""
        return self.filter(approver__isnull=False)

    def waiting(self):
        """Proposals nobody decided yet."""
        return self.filter(approver__isnull=True, rejected_at__isnull=True)

    def on(self, day):
        """Approved and in force on a day: from valid_from, before valid_until."""
        return (
            self.approved()
            .filter(valid_from__lte=day)
            .filter(models.Q(valid_until__isnull=True) | models.Q(valid_until__gt=day))
        )

    def visible_to(self, user):
        """Officers: their city's figures, those of its districts and of what lies above."""
        if not user.is_authenticated or user.role not in OFFICERS:
            return self.none()
        city = user.region_scope[:4]
        above = [city[:length] for length in range(1, len(city))]
        return self.filter(
            models.Q(region__code__startswith=city) | models.Q(region__code__in=above)
        )


@pghistory.track()
class LocalParameter(models.Model):
    """本地参数: what the documents leave to the bureau, dated, with its document and two people.

    Without an approver it is a proposal and counts nowhere. valid_until is the first day on which
    it no longer holds; one that was replaced from its own first day has an empty period.
    """

    public_id = PublicIdField(unique=True)
    region = models.ForeignKey("places.Division", models.RESTRICT, verbose_name="地区")
    name = models.CharField("参数", max_length=40)
    value = models.CharField("值", max_length=40)
    valid_from = models.DateField("自")
    valid_until = models.DateField("至", null=True, blank=True)
    document = models.CharField("依据文件", max_length=120)
    author = models.ForeignKey("accounts.User", models.RESTRICT, related_name="+")
    approver = models.ForeignKey(
        "accounts.User", models.RESTRICT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField("登记时间", default=timezone.now)
    approved_at = models.DateTimeField("批准时间", null=True, blank=True)
    rejected_by = models.ForeignKey(
        "accounts.User", models.RESTRICT, null=True, blank=True, related_name="+"
    )
    rejected_at = models.DateTimeField("退回时间", null=True, blank=True)
    rejected_reason = models.CharField("退回理由", max_length=200, blank=True, default="")

    objects = LocalParameterQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "本地参数"
        ordering = ["name", "-valid_from", "-pk"]
        constraints = [
            ExclusionConstraint(
                name="one_value_per_day",
                expressions=[
                    ("region", RangeOperators.EQUAL),
                    ("name", RangeOperators.EQUAL),
                    (
                        models.Func(
                            "valid_from",
                            "valid_until",
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=models.Q(approver__isnull=False),
                violation_error_message="同一天只能有一个值。",
            ),
            models.CheckConstraint(
                condition=models.Q(approver__isnull=True) | ~models.Q(author=models.F("approver")),
                name="parameter_two_people",
                violation_error_message="填写人和批准人不能是同一个人。",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_until__isnull=True)
                | models.Q(valid_until__gte=models.F("valid_from")),
                name="parameter_period",
                violation_error_message="止日不能早于起日。",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    rejected_at__isnull=True, rejected_by__isnull=True, rejected_reason=""
                )
                | models.Q(
                    ~models.Q(rejected_reason=""),
                    rejected_at__isnull=False,
                    rejected_by__isnull=False,
                    approver__isnull=True,
                ),
                name="rejected_parameter_has_reason",
            ),
        ]

    def __str__(self):
        return f"{self.name}={self.value}"
