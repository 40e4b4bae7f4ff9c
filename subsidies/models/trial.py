"""What-if: a policy over the whole population before it is decreed. Nothing here pays anything."""

from django.db import models
from django.utils import timezone

from enterprises.models import Enterprise
from portal.accounts.fields import PublicIdField
from subsidies.enums import Outcome, TrialState

from .policy import PolicyVersion


class TrialQuerySet(models.QuerySet):
    """Trials."""

    def visible_to(self, user):
        """Bureau staff those whose region lies in theirs."""
        if not user.is_authenticated or not user.is_bureau:
            return self.none()
        return self.filter(region__code__startswith=user.region_scope)


class Trial(models.Model):
    """试算: a draft, or other local figures, held against what is in force.

    parameters: {name: value} tried instead of the registered local ones. totals is what the page
    and the workbook show: {"bill", "by_district", "by_industry", "by_size", "by_outcome", …}.
    """

    public_id = PublicIdField(unique=True)
    title = models.CharField("名称", max_length=80)
    # The draft tried; None: the policies in force with other parameters.
    policy = models.ForeignKey(
        PolicyVersion, models.RESTRICT, null=True, blank=True, related_name="trials"
    )
    parameters = models.JSONField("试用参数", default=dict)
    region = models.ForeignKey("places.Division", models.RESTRICT, verbose_name="地区")
    base_year = models.PositiveSmallIntegerField("所属年度")
    legal_date = models.DateField("适用政策日期")
    state = models.CharField("状态", max_length=10, choices=TrialState, default=TrialState.WAITING)
    job = models.ForeignKey(
        "runs.JobRun", models.RESTRICT, null=True, blank=True, related_name="trials"
    )
    totals = models.JSONField("合计", default=dict)
    error = models.CharField("没有完成的原因", max_length=500, blank=True)
    created_by = models.ForeignKey("accounts.User", models.RESTRICT, related_name="+")
    created_at = models.DateTimeField("时间", default=timezone.now)

    objects = TrialQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "试算"
        ordering = ["-created_at", "-pk"]

    def __str__(self):
        return self.title


class TrialRow(models.Model):
    """试算结果: one enterprise under what is in force and under what is tried."""

    trial = models.ForeignKey(Trial, models.CASCADE, related_name="rows")
    enterprise = models.ForeignKey(Enterprise, models.RESTRICT, related_name="+")
    before_outcome = models.CharField("现行结论", max_length=10, choices=Outcome, blank=True)
    before_fen = models.BigIntegerField("现行金额（分）")
    after_outcome = models.CharField("试算结论", max_length=10, choices=Outcome, blank=True)
    after_fen = models.BigIntegerField("试算金额（分）")

    class Meta:
        verbose_name = verbose_name_plural = "试算结果"
        constraints = [
            models.UniqueConstraint(fields=["trial", "enterprise"], name="one_trial_row")
        ]

    def __str__(self):
        return f"{self.trial_id} {self.enterprise_id}"
