"""What became of a recommendation, and what people asked to be told: C4."""

import pghistory
from django.db import models
from django.utils import timezone

from enterprises.models import Vacancy
from jobseekers.enums import AlertFrequency, InvitationState
from portal.accounts.enums import Role
from portal.accounts.fields import PublicIdField

from .seeker import JobSeeker


class PushQuerySet(models.QuerySet):
    """Recommendations as they were shown."""

    def visible_to(self, user):
        """The seeker's own; staff those to the people of their region; nobody else."""
        if not user.is_authenticated:
            return self.none()
        if user.role == Role.JOB_SEEKER:
            return self.filter(seeker__user_id=user.pk)
        if user.is_bureau and user.role != Role.COMMISSIONER:
            return self.filter(seeker__region__code__startswith=user.region_scope)
        return self.none()


class Push(models.Model):
    """推送: that a pair was recommended, since when, and whether the seeker has read it.

    Kept when the generation that made it is gone, so that pushed → read → applied → hired can be
    counted over weeks. No foreign keys in the database, as for recommendations: a first night of a
    province writes eight million rows at once, and checking each twice took nine of ten minutes.
    Who counts joins seeker and vacancy, so what is left of one that is gone is not seen.
    """

    # The unique constraint begins with it, so it needs no index of its own.
    seeker = models.ForeignKey(
        JobSeeker, models.CASCADE, related_name="pushes", db_constraint=False, db_index=False
    )
    vacancy = models.ForeignKey(Vacancy, models.CASCADE, related_name="pushes", db_constraint=False)
    pushed_on = models.DateField("首次推送")
    read_at = models.DateTimeField("打开", null=True, blank=True)

    objects = PushQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "推送"
        constraints = [
            models.UniqueConstraint(fields=["seeker", "vacancy"], name="one_push_per_pair")
        ]
        indexes = [models.Index(fields=["pushed_on"])]

    def __str__(self):
        return f"{self.seeker_id} ← {self.vacancy_id}"


class Bookmark(models.Model):
    """收藏."""

    seeker = models.ForeignKey(JobSeeker, models.CASCADE, related_name="bookmarks")
    vacancy = models.ForeignKey(Vacancy, models.CASCADE, related_name="bookmarks")
    created_at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "收藏"
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["seeker", "vacancy"], name="one_bookmark_per_vacancy")
        ]

    def __str__(self):
        return f"{self.seeker_id} ☆ {self.vacancy_id}"


class InvitationQuerySet(models.QuerySet):
    """Invitations."""

    def visible_to(self, user):
        """The seeker's own; the members' of the enterprise that sent them; the region's staff's."""
        if not user.is_authenticated:
            return self.none()
        if user.role == Role.JOB_SEEKER:
            return self.filter(seeker__user_id=user.pk)
        if user.role == Role.ENTERPRISE_MEMBER or user.is_bureau:
            return self.filter(vacancy__in=Vacancy.objects.managed_by(user))
        return self.none()


@pghistory.track()
class Invitation(models.Model):
    """邀请应聘: an employer asks somebody who agreed to be found; the person decides."""

    public_id = PublicIdField(unique=True)
    vacancy = models.ForeignKey(Vacancy, models.CASCADE, related_name="invitations")
    seeker = models.ForeignKey(JobSeeker, models.CASCADE, related_name="invitations")
    invited_by = models.ForeignKey("accounts.User", models.RESTRICT, related_name="+")
    note = models.CharField("给求职者的话", max_length=300, blank=True)
    state = models.CharField(
        "状态", max_length=10, choices=InvitationState, default=InvitationState.SENT
    )
    created_at = models.DateTimeField("邀请时间", default=timezone.now)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "邀请应聘"
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["vacancy", "seeker"],
                name="one_invitation_per_vacancy",
                violation_error_message="这个岗位已经邀请过这位求职者。",
            )
        ]

    def __str__(self):
        return f"{self.vacancy_id} → {self.seeker_id}"


class JobAlertQuerySet(models.QuerySet):
    """Job alerts."""

    def visible_to(self, user):
        """Each seeker's own."""
        if not user.is_authenticated or user.role != Role.JOB_SEEKER:
            return self.none()
        return self.filter(seeker__user_id=user.pk)

    def active(self):
        """Not unsubscribed."""
        return self.filter(ended_at__isnull=True)


class JobAlert(models.Model):
    """岗位订阅: a saved search that reports new vacancies by day or week."""

    public_id = PublicIdField(unique=True)
    seeker = models.ForeignKey(JobSeeker, models.CASCADE, related_name="alerts")
    name = models.CharField("名称", max_length=60)
    query = models.CharField("搜索条件", max_length=500, blank=True, help_text="网址里的查询串。")
    frequency = models.CharField("多久一次", max_length=10, choices=AlertFrequency)
    created_at = models.DateTimeField("订阅时间", default=timezone.now)
    ended_at = models.DateTimeField("退订时间", null=True, blank=True)

    objects = JobAlertQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "岗位订阅"
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["seeker", "query"],
                condition=models.Q(ended_at__isnull=True),
                name="one_alert_per_search",
                violation_error_message="这个搜索您已经订阅过了。",
            )
        ]

    def __str__(self):
        return self.name


class JobAlertDelivery(models.Model):
    """订阅发送: one row per day and alert, whether or not anything new was found."""

    alert = models.ForeignKey(JobAlert, models.CASCADE, related_name="deliveries")
    day = models.DateField("日期")
    found = models.PositiveIntegerField("新岗位", default=0)
    created_at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "订阅发送"
        ordering = ["-day"]
        constraints = [
            models.UniqueConstraint(fields=["alert", "day"], name="one_alert_delivery_per_day")
        ]

    def __str__(self):
        return f"{self.alert_id} {self.day}"
