"""One row for every run of a nightly or weekly job."""

from django.db import models
from django.utils import timezone


class RunState(models.TextChoices):
    """运行状态."""

    RUNNING = "running", "运行中"
    DONE = "done", "已完成"
    FAILED = "failed", "失败"


class JobRun(models.Model):
    """运行记录. The key says what was run for which day; it is unique, so twice is once."""

    kind = models.CharField("任务", max_length=30)
    key = models.CharField("运行键", max_length=80, unique=True)
    state = models.CharField("状态", max_length=10, choices=RunState, default=RunState.RUNNING)
    started_at = models.DateTimeField("开始", default=timezone.now)
    finished_at = models.DateTimeField("结束", null=True, blank=True)
    attempts = models.PositiveSmallIntegerField("次数", default=1)
    counts = models.JSONField("计数", default=dict)
    stages = models.JSONField("各阶段秒数", default=dict)
    progress = models.JSONField("进度", default=dict)
    error = models.TextField("错误", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "运行记录"
        ordering = ["-started_at", "-pk"]
        indexes = [models.Index(fields=["kind", "-started_at"])]

    def __str__(self):
        return self.key

    @property
    def seconds(self):
        """Wall seconds of the run, None while it is running."""
        if self.finished_at is None:
            return None
        return (self.finished_at - self.started_at).total_seconds()
