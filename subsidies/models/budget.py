"""Budgets: what a region may spend in a year on a kind of subsidy."""

import pghistory
from django.db import models
from django.utils import timezone


class BudgetQuerySet(models.QuerySet):
    """Budgets."""

    def visible_to(self, user):
        """Bureau staff those of their region, of what lies in it and of what it lies in."""
        if not user.is_authenticated or not user.is_bureau:
            return self.none()
        scope = user.region_scope
        above = [scope[:digits] for digits in (2, 4, 6) if digits < len(scope)]
        return self.filter(
            models.Q(region__code__startswith=scope) | models.Q(region__code__in=above)
        )

    def in_force(self):
        """The one approved last for each region, year and kind."""
        return (
            self.filter(approver__isnull=False)
            .order_by("region_id", "base_year", "exclusivity_group", "-approved_at", "-pk")
            .distinct("region_id", "base_year", "exclusivity_group")
        )


@pghistory.track()
class Budget(models.Model):
    """预算: fen for one exclusivity group (or provision) of a base year, with two people."""

    region = models.ForeignKey("places.Division", models.RESTRICT, verbose_name="地区")
    base_year = models.PositiveSmallIntegerField("所属年度")
    # As on claims: the policy's exclusivity group, else the provision's key.
    exclusivity_group = models.CharField("补贴种类", max_length=60)
    amount_fen = models.BigIntegerField("预算（分）")
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
    rejected_reason = models.CharField("不批准的理由", max_length=200, blank=True)

    objects = BudgetQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "预算"
        ordering = ["-base_year", "region_id", "exclusivity_group", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount_fen__gte=0), name="budget_not_negative"
            ),
            models.CheckConstraint(
                condition=models.Q(approver__isnull=True) | ~models.Q(author=models.F("approver")),
                name="budget_two_people",
                violation_error_message="填写人和批准人不能是同一个人。",
            ),
            models.CheckConstraint(
                condition=models.Q(approver__isnull=True, approved_at__isnull=True)
                | models.Q(
                    approver__isnull=False, approved_at__isnull=False, rejected_by__isnull=True
                ),
                name="budget_approved_or_rejected",
            ),
            models.UniqueConstraint(
                fields=["region", "base_year", "exclusivity_group"],
                condition=models.Q(approver__isnull=True, rejected_by__isnull=True),
                name="one_open_budget_proposal",
                violation_error_message="这一项预算已有一份等批准。",
            ),
        ]

    def __str__(self):
        return f"{self.base_year} {self.exclusivity_group}"
