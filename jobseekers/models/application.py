"""Applications (B2): one live one per person and vacancy, a timestamp for every state."""

import pghistory
from django.db import models
from django.utils import timezone

from enterprises.models import Vacancy
from enterprises.models.enterprise import enterprise_scope
from jobseekers.enums import LIVE_STATES, UNANSWERED_STATES, ApplicationState
from portal.accounts.enums import Role
from portal.accounts.fields import PublicIdField

from .seeker import JobSeeker


class ApplicationQuerySet(models.QuerySet):
    """Applications."""

    def visible_to(self, user):
        """The seeker's own; an enterprise's those to its vacancies; staff those of their region."""
        if not user.is_authenticated:
            return self.none()
        if user.role == Role.JOB_SEEKER:
            return self.filter(seeker__user_id=user.pk)
        if user.role == Role.ENTERPRISE_MEMBER:
            return self.filter(enterprise_scope(user, "vacancy__enterprise__"))
        if user.is_bureau and user.role != Role.COMMISSIONER:
            return self.filter(vacancy__enterprise__region__code__startswith=user.region_scope)
        return self.none()

    def live(self):
        """Neither declined nor withdrawn."""
        return self.filter(state__in=LIVE_STATES)

    def unanswered(self):
        """The employer has not said anything yet."""
        return self.filter(state__in=UNANSWERED_STATES)


@pghistory.track()
class Application(models.Model):
    """应聘."""

    public_id = PublicIdField(unique=True)
    seeker = models.ForeignKey(JobSeeker, models.RESTRICT, related_name="applications")
    vacancy = models.ForeignKey(Vacancy, models.RESTRICT, related_name="applications")
    consent = models.ForeignKey(
        "accounts.ConsentRecord", models.RESTRICT, related_name="applications"
    )
    state = models.CharField(
        "状态", max_length=10, choices=ApplicationState, default=ApplicationState.APPLIED
    )
    note = models.CharField("给单位的话", max_length=300, blank=True)
    answer = models.CharField("单位的答复", max_length=300, blank=True)
    interview_at = models.DateTimeField("面试时间", null=True, blank=True)
    interview_place = models.CharField("面试地点", max_length=120, blank=True)
    applied_at = models.DateTimeField("申请", default=timezone.now)
    seen_at = models.DateTimeField("单位已看", null=True, blank=True)
    invited_at = models.DateTimeField("约面试", null=True, blank=True)
    offered_at = models.DateTimeField("同意录用", null=True, blank=True)
    hired_at = models.DateTimeField("入职", null=True, blank=True)
    declined_at = models.DateTimeField("不合适", null=True, blank=True)
    withdrawn_at = models.DateTimeField("撤回", null=True, blank=True)
    silence_reported_at = models.DateTimeField("三周未答复已提醒", null=True, blank=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "应聘"
        ordering = ["-applied_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["seeker", "vacancy"],
                condition=models.Q(state__in=[s.value for s in LIVE_STATES]),
                name="one_live_application",
                violation_error_message="这个岗位您已经申请过了。",
            )
        ]
        indexes = [
            models.Index(fields=["vacancy", "-applied_at"]),
            models.Index(fields=["hired_at"], condition=models.Q(state="hired"), name="hired_day"),
        ]

    def __str__(self):
        return f"{self.seeker} → {self.vacancy}"

    @property
    def state_label(self):
        """The state as an enum member, which a status label can show."""
        return ApplicationState(self.state)
