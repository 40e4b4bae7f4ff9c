"""Shortage declarations (A3) with the four clears 四清: how many, what work, skills, pay."""

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from enterprises.enums import FillChannel, ShortageOutcome, ShortageState
from portal.accounts.fields import PublicIdField

from .enterprise import Enterprise


class ShortageQuerySet(models.QuerySet):
    """Shortage declarations."""

    def visible_to(self, user):
        """Those of the enterprises the user sees."""
        return self.filter(enterprise__in=Enterprise.objects.visible_to(user))

    def unclosed(self):
        """Open or being served."""
        return self.exclude(state=ShortageState.CLOSED)


@pghistory.track()
class ShortageDeclaration(models.Model):
    """缺工申报. missing_total and filled_total follow the items and fills (by the services)."""

    public_id = PublicIdField(unique=True)
    enterprise = models.ForeignKey(Enterprise, models.RESTRICT, related_name="shortages")
    state = models.CharField(
        "状态", max_length=10, choices=ShortageState, default=ShortageState.OPEN
    )
    missing_total = models.PositiveIntegerField("缺工人数")
    filled_total = models.PositiveIntegerField("已招到", default=0)
    is_emergency = models.BooleanField("应急缺工", default=False)
    reason = models.CharField("缺工原因", max_length=200)
    needed_by = models.DateField("希望到岗日期", null=True, blank=True)
    declared_by = models.ForeignKey("accounts.User", models.RESTRICT, related_name="+")
    declared_at = models.DateTimeField("申报时间", default=timezone.now)
    serving_since = models.DateTimeField("开始服务", null=True, blank=True)
    served_by = models.ForeignKey(
        "accounts.User", models.RESTRICT, null=True, blank=True, related_name="+"
    )
    closed_at = models.DateTimeField("销号时间", null=True, blank=True)
    outcome = models.CharField("结果", max_length=10, choices=ShortageOutcome, blank=True)
    outcome_note = models.CharField("结果说明", max_length=200, blank=True)

    objects = ShortageQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "缺工申报"
        ordering = ["-declared_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(missing_total__gt=0),
                name="shortage_missing_positive",
                violation_error_message="缺工人数要大于 0。",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="closed")
                | (models.Q(closed_at__isnull=False) & ~models.Q(outcome="")),
                name="closed_shortage_has_outcome",
                violation_error_message="销号要写明结果。",
            ),
        ]
        indexes = [models.Index(fields=["state", "-declared_at"])]

    def __str__(self):
        return f"{self.enterprise} 缺 {self.missing_total} 人"

    @property
    def still_missing(self):
        """People not found yet."""
        return max(0, self.missing_total - self.filled_total)


@pghistory.track()
class ShortageItem(models.Model):
    """One kind of work in a declaration: the four clears."""

    declaration = models.ForeignKey(
        ShortageDeclaration, models.CASCADE, related_name="items", verbose_name="申报"
    )
    title = models.CharField("工种", max_length=60)
    occupation = models.ForeignKey(
        "places.Occupation", models.RESTRICT, null=True, blank=True, verbose_name="职业"
    )
    missing = models.PositiveIntegerField("缺多少人")
    skills = ArrayField(models.CharField(max_length=30), default=list, verbose_name="要什么技能")
    pay_min = models.PositiveIntegerField("月薪下限（元）")
    pay_max = models.PositiveIntegerField("月薪上限（元）")

    class Meta:
        verbose_name = verbose_name_plural = "缺工工种"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(missing__gt=0), name="shortage_item_missing_positive"
            ),
            models.CheckConstraint(
                condition=models.Q(pay_min__lte=models.F("pay_max")),
                name="shortage_item_pay_order",
                violation_error_message="月薪下限不能高于上限。",
            ),
        ]

    def __str__(self):
        return f"{self.title} {self.missing} 人"


@pghistory.track()
class ShortageFill(models.Model):
    """People who came: how many, on which day, through which channel (weekly report)."""

    declaration = models.ForeignKey(ShortageDeclaration, models.CASCADE, related_name="fills")
    filled_on = models.DateField("到岗日期")
    persons = models.PositiveIntegerField("人数")
    channel = models.CharField("渠道", max_length=10, choices=FillChannel)
    recorded_by = models.ForeignKey("accounts.User", models.RESTRICT, related_name="+")
    recorded_at = models.DateTimeField("登记时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "到岗登记"
        ordering = ["filled_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(persons__gt=0), name="shortage_fill_persons_positive"
            )
        ]
        indexes = [models.Index(fields=["filled_on"])]

    def __str__(self):
        return f"{self.filled_on} {self.persons} 人"
