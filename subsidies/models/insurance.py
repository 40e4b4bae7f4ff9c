"""Social-insurance records: what the refund is screened from."""

from django.db import models
from django.utils import timezone

from enterprises.models import Enterprise
from subsidies.enums import InsuranceKind


class InsuranceImport(models.Model):
    """社保导入: one per file; the totals add up to the file."""

    kind = models.CharField("种类", max_length=20, choices=InsuranceKind)
    source = models.CharField("来源", max_length=120)
    sha256 = models.CharField("校验值", max_length=64, unique=True)
    first_month = models.DateField("起始月")
    last_month = models.DateField("截止月")
    lines = models.PositiveIntegerField("行数")
    accepted = models.PositiveIntegerField("接收")
    rejected = models.PositiveIntegerField("退回")
    premium_fen = models.BigIntegerField("缴费合计（分）")
    imported_by = models.ForeignKey(
        "accounts.User", models.RESTRICT, null=True, blank=True, related_name="+"
    )
    imported_at = models.DateTimeField("导入时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "社保导入"
        ordering = ["-imported_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(lines=models.F("accepted") + models.F("rejected")),
                name="import_lines_add_up",
            )
        ]

    def __str__(self):
        return self.source


class InsuranceMonth(models.Model):
    """缴费月: one enterprise, one month of unemployment insurance. NULL means not known.

    headcount: persons insured in that month. Premiums in fen, actually paid in that month,
    of the enterprise's side and of the employees' side. month is its first day.
    """

    enterprise = models.ForeignKey(
        Enterprise, models.RESTRICT, related_name="insurance_months", db_index=False
    )
    month = models.DateField("月份")
    headcount = models.PositiveIntegerField("参保人数", null=True)
    premium_enterprise_fen = models.BigIntegerField("单位缴纳（分）", null=True)
    premium_employee_fen = models.BigIntegerField("职工缴纳（分）", null=True)
    social_insurance_fen = models.BigIntegerField("各险种应缴合计（分）", null=True)
    source = models.ForeignKey(InsuranceImport, models.RESTRICT, related_name="months")

    class Meta:
        verbose_name = verbose_name_plural = "缴费月"
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "month"], name="one_record_per_month"),
            models.CheckConstraint(
                condition=models.Q(month__day=1), name="insurance_month_first_day"
            ),
        ]

    def __str__(self):
        return f"{self.enterprise_id} {self.month:%Y-%m}"


class InsuredPerson(models.Model):
    """参保人员: a person's spell with an enterprise, keyed by hash; the clear number is not kept.

    first_month and last_month are first days of months, both inside the spell.
    """

    enterprise = models.ForeignKey(Enterprise, models.RESTRICT, related_name="insured_persons")
    person_hash = models.CharField("人员哈希", max_length=64)
    first_month = models.DateField("首个缴费月")
    last_month = models.DateField("最后缴费月")
    base_fen = models.PositiveIntegerField("缴费基数（分）")
    source = models.ForeignKey(InsuranceImport, models.RESTRICT, related_name="persons")

    class Meta:
        verbose_name = verbose_name_plural = "参保人员"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(last_month__gte=models.F("first_month")),
                name="insured_spell_order",
            )
        ]

    def __str__(self):
        return f"{self.enterprise_id} {self.person_hash[:8]}"
