"""Stored figures from which a report can be produced again."""

from django.db import models
from django.utils import timezone


class ReportKind(models.TextChoices):
    """报表."""

    WEEKLY = "weekly", "周调度"


class ReportSnapshotQuerySet(models.QuerySet):
    """Snapshots."""

    def visible_to(self, user):
        """Staff see the snapshots of their region and below (the city's holds every district)."""
        if not user.is_authenticated or not user.is_bureau:
            return self.none()
        return self.filter(region__code__startswith=user.region_scope)


class ReportSnapshot(models.Model):
    """报表快照: the figures of one period, kept as they were; the workbook is made from them."""

    kind = models.CharField("报表", max_length=20, choices=ReportKind)
    period = models.CharField("期间", max_length=10, help_text="周报写作 2020-W12。")
    region = models.ForeignKey("places.Division", models.RESTRICT, verbose_name="地区")
    data = models.JSONField("数据")
    sha256 = models.CharField("校验值", max_length=64)
    created_at = models.DateTimeField("生成时间", default=timezone.now)
    run = models.ForeignKey("runs.JobRun", models.RESTRICT, null=True, blank=True)

    objects = ReportSnapshotQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "报表快照"
        ordering = ["-period", "region_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "period", "region"], name="one_snapshot_per_period"
            )
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.period}"
