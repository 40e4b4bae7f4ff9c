"""Weights and caps of the matching as data with a version, and what a night looked like by area."""

import pghistory
from django.db import models
from django.utils import timezone

from jobseekers.enums import MatchPlanState
from portal.accounts.enums import Role

from .recommendation import MatchGeneration


class MatchPlanQuerySet(models.QuerySet):
    """Matching plans."""

    def visible_to(self, user):
        """The city's office: a plan holds for everyone, and its trial shows the whole city."""
        city_office = (Role.CITY_STAFF, Role.AUDITOR, Role.ADMINISTRATOR)
        return self if user.is_authenticated and user.role in city_office else self.none()

    def drafts(self):
        """Those that may still be changed."""
        return self.filter(state=MatchPlanState.DRAFT)


@pghistory.track(exclude=["trial"])
class MatchPlan(models.Model):
    """匹配方案: what the next night scores by. One is in use; a draft is tried before it is."""

    version = models.CharField("版本", max_length=20, unique=True)
    state = models.CharField(
        "状态", max_length=10, choices=MatchPlanState, default=MatchPlanState.DRAFT
    )
    weights = models.JSONField("权重", help_text="各项的千分比，合计 1000。")
    cap_per_headcount = models.PositiveSmallIntegerField("每招 1 人最多推荐给几人")
    per_seeker = models.PositiveSmallIntegerField("每人最多几个推荐")
    note = models.CharField("改动说明", max_length=300, blank=True)
    author = models.ForeignKey(
        "accounts.User", models.RESTRICT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField("起草时间", default=timezone.now)
    tried_at = models.DateTimeField("试算时间", null=True, blank=True)
    trial = models.JSONField("试算结果", null=True, blank=True)
    switched_by = models.ForeignKey(
        "accounts.User", models.RESTRICT, null=True, blank=True, related_name="+"
    )
    switched_at = models.DateTimeField("启用时间", null=True, blank=True)

    objects = MatchPlanQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "匹配方案"
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["state"],
                condition=models.Q(state="in_use"),
                name="one_match_plan_in_use",
            ),
            models.CheckConstraint(
                condition=models.Q(cap_per_headcount__gte=1, cap_per_headcount__lte=1000)
                & models.Q(per_seeker__gte=1, per_seeker__lte=100),
                name="match_plan_bounds",
                violation_error_message="每招 1 人推荐 1 到 1000 人，每人推荐 1 到 100 个。",
            ),
        ]

    def __str__(self):
        return self.version


class MatchAreaQuerySet(models.QuerySet):
    """Supply and demand by area."""

    def visible_to(self, user):
        """The region's staff; a commissioner, who looks after enterprises, has none."""
        if not user.is_authenticated or not user.is_bureau or user.role == Role.COMMISSIONER:
            return self.none()
        return self.filter(region__code__startswith=user.region_scope[:6])


class MatchArea(models.Model):
    """一晚的供需 of one occupation class in one district: what staff see of coverage and crowding.

    occupation: a middle class code, "" for vacancies and wishes that are not coded. Seekers count
    in the class of their first wish and in the district they live in, vacancies in the district
    of their enterprise, as the lists do that staff open from here. Kept when the generation's
    recommendations are gone: they are the course of the ranking of shortage occupations.
    """

    generation = models.ForeignKey(MatchGeneration, models.CASCADE, related_name="areas")
    region = models.ForeignKey("places.Division", models.RESTRICT, related_name="+")
    occupation = models.CharField("职业中类", max_length=8, blank=True)
    vacancies = models.PositiveIntegerField("岗位", default=0)
    openings = models.PositiveIntegerField("招聘人数", default=0)
    vacancies_covered = models.PositiveIntegerField("有人可推的岗位", default=0)
    vacancies_full = models.PositiveIntegerField("到上限的岗位", default=0)
    openings_unfilled = models.PositiveIntegerField("无人可推的招聘人数", default=0)
    seekers = models.PositiveIntegerField("求职者", default=0)
    seekers_covered = models.PositiveIntegerField("有推荐的求职者", default=0)
    edges = models.PositiveIntegerField("推荐", default=0)

    objects = MatchAreaQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "匹配供需"
        ordering = ["generation_id", "region_id", "occupation"]
        constraints = [
            models.UniqueConstraint(
                fields=["generation", "region", "occupation"], name="one_row_per_match_area"
            )
        ]

    def __str__(self):
        return f"{self.region_id} {self.occupation}"
