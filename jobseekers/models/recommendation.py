"""What the nightly matching found (C1). Readers always see one whole generation."""

from struct import pack, unpack

from django.db import models
from django.utils import timezone

from enterprises.models import Vacancy
from jobseekers.enums import DismissalReason

from .seeker import JobSeeker


class GenerationState(models.TextChoices):
    """匹配批次状态."""

    BUILDING = "building", "生成中"
    CURRENT = "current", "使用中"
    RETIRED = "retired", "已替换"


class MatchGeneration(models.Model):
    """匹配批次."""

    run = models.OneToOneField("runs.JobRun", models.RESTRICT, related_name="generation")
    state = models.CharField(
        "状态", max_length=10, choices=GenerationState, default=GenerationState.BUILDING
    )
    weights_version = models.CharField("权重版本", max_length=20)
    cap_per_headcount = models.PositiveSmallIntegerField("每招 1 人最多推荐给几人")
    per_seeker = models.PositiveSmallIntegerField("每人最多几个推荐")
    created_at = models.DateTimeField("生成时间", default=timezone.now)
    switched_at = models.DateTimeField("启用时间", null=True, blank=True)
    metrics = models.JSONField("指标", default=dict)

    class Meta:
        verbose_name = verbose_name_plural = "匹配批次"
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["state"],
                condition=models.Q(state="current"),
                name="one_current_generation",
            )
        ]

    def __str__(self):
        return f"{self.created_at:%Y-%m-%d %H:%M}"


class PointsField(models.BinaryField):
    """得分构成: small whole numbers, two bytes each, in the order of matching.score.PARTS."""

    def from_db_value(self, value, expression, connection):
        """The list of points."""
        return None if value is None else list(unpack(f">{len(value) // 2}h", value))

    def get_db_prep_value(self, value, connection, prepared=False):
        """The bytes, big-endian."""
        if isinstance(value, (list, tuple)):
            value = pack(f">{len(value)}h", *value)
        return super().get_db_prep_value(value, connection, prepared)


class RecommendationQuerySet(models.QuerySet):
    """Recommendations."""

    def current(self):
        """Of the generation in use."""
        return self.filter(generation__state=GenerationState.CURRENT)


class Recommendation(models.Model):
    """推荐: an edge. score is a whole number (see jobseekers/matching); parts in its order.

    Partitioned by generation, each in a table of its own (services/generations.py), so there are
    no foreign keys in the database: who reads joins the seeker and the vacancy, and an edge of one
    that is gone is not seen. id is made from seeker and rank when it is read, and unique within a
    generation.
    """

    ID_RANKS = 256  # id = seeker × ID_RANKS + seeker_rank

    id = models.BigAutoField(primary_key=True)
    generation = models.ForeignKey(
        MatchGeneration, models.DO_NOTHING, related_name="recommendations", db_constraint=False
    )
    seeker = models.ForeignKey(
        JobSeeker, models.CASCADE, related_name="recommendations", db_constraint=False
    )
    vacancy = models.ForeignKey(
        Vacancy, models.CASCADE, related_name="recommendations", db_constraint=False
    )
    score = models.IntegerField("得分")
    parts = PointsField("得分构成")
    seeker_rank = models.PositiveSmallIntegerField("在求职者处的位次")
    vacancy_rank = models.PositiveIntegerField("在岗位处的位次")

    objects = RecommendationQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "jobseekers_recommendation"
        verbose_name = verbose_name_plural = "推荐"
        ordering = ["seeker_id", "seeker_rank"]

    def __str__(self):
        return f"{self.seeker_id} → {self.vacancy_id}"


class Dismissal(models.Model):
    """“不适合我”: counts the next night."""

    seeker = models.ForeignKey(JobSeeker, models.CASCADE, related_name="dismissals")
    vacancy = models.ForeignKey(Vacancy, models.CASCADE, related_name="dismissals")
    reason = models.CharField("理由", max_length=20, choices=DismissalReason)
    created_at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "不适合我"
        constraints = [
            models.UniqueConstraint(fields=["seeker", "vacancy"], name="one_dismissal_per_vacancy")
        ]

    def __str__(self):
        return f"{self.seeker_id} ✕ {self.vacancy_id}"
