"""Published policies and the figures a bureau chose."""

import pghistory
import pgtrigger
from django.db import models
from django.utils import timezone

from subsidies.enums import PolicyState


class PolicyVersion(models.Model):
    """政策版本: the YAML text as it was in force, by its hash. Published ones never change."""

    policy_id = models.CharField("政策", max_length=60)
    version = models.CharField("版本", max_length=20)
    sha256 = models.CharField("校验值", max_length=64, unique=True)
    title = models.CharField("名称", max_length=120)
    document_number = models.CharField("文号", max_length=60)
    region_code = models.CharField("适用地区", max_length=12)
    source_text = models.TextField("全文（YAML）")
    # None: from its issue, on a day the source does not name.
    effective_from = models.DateField("施行日期", null=True, blank=True)
    effective_until = models.DateField("失效日期", null=True, blank=True)
    state = models.CharField("状态", max_length=10, choices=PolicyState, default=PolicyState.DRAFT)
    author = models.ForeignKey(
        "accounts.User", models.RESTRICT, null=True, blank=True, related_name="+"
    )
    drafted_at = models.DateTimeField("起草时间", default=timezone.now)
    approver = models.ForeignKey(
        "accounts.User", models.RESTRICT, null=True, blank=True, related_name="+"
    )
    published_at = models.DateTimeField("发布时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "政策版本"
        ordering = ["policy_id", "-published_at"]
        triggers = [
            pgtrigger.Protect(
                name="published_is_final",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__state="published"),
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["policy_id", "version"], name="one_text_per_version")
        ]

    def __str__(self):
        return f"{self.policy_id} {self.version}"


class LocalParameterQuerySet(models.QuerySet):
    """Local parameters."""

    def on(self, day):
        """In force on a day: from valid_from, before valid_until."""
        return self.filter(valid_from__lte=day).filter(
            models.Q(valid_until__isnull=True) | models.Q(valid_until__gt=day)
        )


@pghistory.track()
class LocalParameter(models.Model):
    """本地参数: what the documents leave to the bureau, dated, with its document and two people."""

    region = models.ForeignKey("places.Division", models.RESTRICT, verbose_name="地区")
    name = models.CharField("参数", max_length=40)
    value = models.CharField("值", max_length=40)
    valid_from = models.DateField("自")
    valid_until = models.DateField("至", null=True, blank=True)
    document = models.CharField("依据文件", max_length=120)
    author = models.ForeignKey("accounts.User", models.RESTRICT, related_name="+")
    approver = models.ForeignKey("accounts.User", models.RESTRICT, related_name="+")
    created_at = models.DateTimeField("登记时间", default=timezone.now)

    objects = LocalParameterQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "本地参数"
        ordering = ["name", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "name", "valid_from"], name="one_value_per_day"
            ),
            models.CheckConstraint(
                condition=~models.Q(author=models.F("approver")),
                name="parameter_two_people",
                violation_error_message="填写人和批准人不能是同一个人。",
            ),
        ]

    def __str__(self):
        return f"{self.name}={self.value}"
