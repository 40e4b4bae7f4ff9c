"""What is matched by day, the words it is scored by, and the pieces of a night."""

from django.db import models
from django.utils import timezone

from jobseekers.enums import MatchSide

from .recommendation import MatchGeneration


class InstantMatch(models.Model):
    """即时匹配: a vacancy or seeker that is new or was changed since the last night.

    Kept until a night has read it; what was asked for while the night was at work is done again.
    """

    side = models.CharField("哪一方", max_length=10, choices=MatchSide)
    object_id = models.BigIntegerField("岗位或求职者")
    asked_at = models.DateTimeField("提出时间", default=timezone.now)
    matched_at = models.DateTimeField("匹配时间", null=True, blank=True)
    edges = models.PositiveIntegerField("推荐", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "即时匹配"
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["side", "object_id"], name="one_instant_match_per_row")
        ]

    def __str__(self):
        return f"{self.get_side_display()} {self.object_id}"


class MatchWords(models.Model):
    """匹配词表: how telling every word was in a generation, as the kernel's arrays."""

    generation = models.OneToOneField(
        MatchGeneration, models.CASCADE, primary_key=True, related_name="words"
    )
    content = models.BinaryField("内容")

    class Meta:
        verbose_name = verbose_name_plural = "匹配词表"

    def __str__(self):
        return f"{self.generation_id}"


class PieceState(models.TextChoices):
    """分片状态."""

    WAITING = "waiting", "未完成"
    DONE = "done", "已完成"


class MatchPiece(models.Model):
    """匹配分片: some seekers of a night, to be searched by whoever locks the row.

    seekers: their ids, eight bytes each, big-endian; choices: the points each has for few choices,
    which are counted in the whole, two bytes each. All pieces of a run are read in one snapshot,
    which its coordinator holds.
    """

    run = models.ForeignKey("runs.JobRun", models.CASCADE, related_name="pieces")
    number = models.PositiveIntegerField("序号")
    label = models.CharField("地区和工种", max_length=60)
    state = models.CharField("状态", max_length=10, choices=PieceState, default=PieceState.WAITING)
    size = models.PositiveIntegerField("求职者")
    day = models.DateField("哪一晚")
    snapshot = models.CharField("数据快照", max_length=60)
    seekers = models.BinaryField("求职者编号")
    choices = models.BinaryField("选择少得分", default=b"")
    seconds = models.FloatField("用时（秒）", null=True, blank=True)
    done_at = models.DateTimeField("完成时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "匹配分片"
        ordering = ["run_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["run", "number"], name="one_piece_per_number")
        ]

    def __str__(self):
        return self.label
