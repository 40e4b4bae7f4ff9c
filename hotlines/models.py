"""Hotlines, commissioners and who looks after whom, tickets, visits."""

import pghistory
from django.db import models
from django.utils import timezone

from enterprises.models import Enterprise
from enterprises.models.enterprise import enterprise_scope
from portal.accounts.enums import Role
from portal.accounts.fields import EncryptedTextField, PublicIdField
from portal.accounts.masking import mask

from .enums import CommissionerRank, Satisfaction, TicketSource, TicketState, VisitKind


class HotlineQuerySet(models.QuerySet):
    """Hotlines are public; staff edit those of their region."""

    def visible_to(self, user):
        """Everyone reads all of them."""
        return self

    def editable_by(self, user):
        """Those of the region of acting staff."""
        if not user.is_authenticated or user.role not in (Role.CITY_STAFF, Role.DISTRICT_STAFF):
            return self.none()
        return self.filter(region__code__startswith=user.region_scope)


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Hotline(models.Model):
    """用工服务热线."""

    public_id = PublicIdField(unique=True)
    region = models.ForeignKey("places.Division", models.RESTRICT, verbose_name="地区")
    office = models.CharField("部门", max_length=60)
    phone = models.CharField("热线电话", max_length=20)
    hours = models.CharField("工作时间", max_length=60)
    qq = models.CharField("QQ 号", max_length=15, blank=True)
    liaison = models.CharField("联络员", max_length=20, blank=True)
    order = models.PositiveSmallIntegerField("顺序", default=0)

    objects = HotlineQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "用工服务热线"
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["office"], name="one_hotline_per_office"),
        ]

    def __str__(self):
        return self.office


class CommissionerQuerySet(models.QuerySet):
    """Commissioners."""

    def visible_to(self, user):
        """Staff those of their region; a commissioner themselves; members their enterprise's."""
        if not user.is_authenticated:
            return self.none()
        if user.role == Role.COMMISSIONER:
            return self.filter(user_id=user.pk)
        if user.is_bureau:
            return self.filter(user__region__code__startswith=user.region_scope)
        if user.role == Role.ENTERPRISE_MEMBER:
            return self.filter(
                assignments__ended_at__isnull=True,
                assignments__enterprise__in=Enterprise.objects.visible_to(user),
            ).distinct()
        return self.none()

    def with_load(self):
        """Annotates load: how many enterprises each looks after today."""
        return self.annotate(
            load=models.Count(
                "assignments",
                filter=models.Q(assignments__ended_at__isnull=True),
                distinct=True,  # other counts beside this one join other tables
            )
        )


class Commissioner(models.Model):
    """人社服务专员."""

    public_id = PublicIdField(unique=True)
    user = models.OneToOneField("accounts.User", models.RESTRICT, related_name="commissioner")
    rank = models.CharField("类别", max_length=12, choices=CommissionerRank)
    office = models.CharField("单位", max_length=60)
    phone = models.CharField("工作电话", max_length=20)
    is_active = models.BooleanField("在岗", default=True)

    objects = CommissionerQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "人社服务专员"
        ordering = ["pk"]

    def __str__(self):
        return str(self.user)


class AssignmentQuerySet(models.QuerySet):
    """Assignments."""

    def active(self):
        """Not ended."""
        return self.filter(ended_at__isnull=True)

    def visible_to(self, user):
        """Those of the enterprises the user sees."""
        return self.filter(enterprise__in=Enterprise.objects.visible_to(user))


@pghistory.track()
class Assignment(models.Model):
    """包保关系: a commissioner looks after an enterprise from one moment until handed over."""

    enterprise = models.ForeignKey(Enterprise, models.RESTRICT, related_name="assignments")
    commissioner = models.ForeignKey(Commissioner, models.RESTRICT, related_name="assignments")
    started_at = models.DateTimeField("开始", default=timezone.now)
    ended_at = models.DateTimeField("结束", null=True, blank=True)
    assigned_by = models.ForeignKey("accounts.User", models.RESTRICT, related_name="+")
    reason = models.CharField("原因", max_length=200, blank=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "包保关系"
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise"],
                condition=models.Q(ended_at__isnull=True),
                name="one_active_assignment",
                violation_error_message="这家企业已经有专员。",
            )
        ]

    def __str__(self):
        return f"{self.enterprise} · {self.commissioner}"


class TicketQuerySet(models.QuerySet):
    """Tickets."""

    def visible_to(self, user):
        """Staff: region; a commissioner and members: their enterprises' while they are theirs, and
        what they wrote down without an enterprise; a seeker: those they wrote."""
        if not user.is_authenticated:
            return self.none()
        if user.is_bureau and user.role != Role.COMMISSIONER:
            return self.filter(region__code__startswith=user.region_scope)
        return self.filter(
            models.Q(enterprise__isnull=True, created_by_id=user.pk)
            | models.Q(
                enterprise__in=Enterprise.objects.filter(enterprise_scope(user)).values("pk")
            )
        )

    def unanswered(self):
        """Waiting for an answer."""
        return self.filter(state=TicketState.OPEN)

    def overdue(self, now=None):
        """Waiting past the deadline."""
        return self.unanswered().filter(due_at__lt=now or timezone.now())


@pghistory.track(exclude=["contact_phone"])
class Ticket(models.Model):
    """服务工单. due_at is the clock: 24 hours for key enterprises, working days for others."""

    public_id = PublicIdField(unique=True)
    source = models.CharField("来源", max_length=10, choices=TicketSource)
    region = models.ForeignKey("places.Division", models.RESTRICT, verbose_name="地区")
    enterprise = models.ForeignKey(
        Enterprise, models.RESTRICT, null=True, blank=True, related_name="tickets"
    )
    contact_name = models.CharField("联系人", max_length=40)
    contact_phone = EncryptedTextField("联系电话", blank=True, default="")
    subject = models.CharField("事项", max_length=60)
    body = models.TextField("内容", max_length=2000)
    state = models.CharField("状态", max_length=10, choices=TicketState, default=TicketState.OPEN)
    owner = models.ForeignKey(
        Commissioner, models.RESTRICT, null=True, blank=True, related_name="tickets"
    )
    is_key = models.BooleanField("重点企业", default=False)
    created_by = models.ForeignKey(
        "accounts.User", models.RESTRICT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField("时间", default=timezone.now)
    due_at = models.DateTimeField("答复期限")
    escalated_at = models.DateTimeField("上报时间", null=True, blank=True)
    answer = models.TextField("答复", blank=True, max_length=2000)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    answered_by = models.ForeignKey(
        "accounts.User", models.RESTRICT, null=True, blank=True, related_name="+"
    )
    closed_at = models.DateTimeField("办结时间", null=True, blank=True)
    satisfaction = models.PositiveSmallIntegerField(
        "满意度", choices=Satisfaction, null=True, blank=True
    )

    objects = TicketQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "服务工单"
        ordering = ["due_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="open")
                | models.Q(answered_at__isnull=False, answered_by__isnull=False),
                name="answered_ticket_has_answerer",
                violation_error_message="办结前要先答复。",
            )
        ]
        indexes = [
            models.Index(fields=["state", "due_at"]),
            models.Index(fields=["region", "state"]),
        ]

    def __str__(self):
        return self.subject

    @property
    def state_label(self):
        """The state as an enum member, which a status label can show."""
        return TicketState(self.state)

    @property
    def masked_contact(self):
        """王*国."""
        return mask(self.contact_name, "name")

    @property
    def masked_phone(self):
        """138****5678."""
        return mask(self.contact_phone, "phone")


class VisitQuerySet(models.QuerySet):
    """Visits."""

    def visible_to(self, user):
        """Those of the enterprises the user sees; not for the enterprise itself."""
        if not user.is_authenticated or not user.is_bureau:
            return self.none()
        return self.filter(enterprise__in=Enterprise.objects.visible_to(user))


class Visit(models.Model):
    """走访."""

    public_id = PublicIdField(unique=True)
    enterprise = models.ForeignKey(Enterprise, models.RESTRICT, related_name="visits")
    visited_by = models.ForeignKey("accounts.User", models.RESTRICT, related_name="+")
    visited_on = models.DateField("日期")
    kind = models.CharField("方式", max_length=10, choices=VisitKind)
    summary = models.TextField("情况", max_length=2000)
    plan = models.TextField("下一步（一企一策）", max_length=2000, blank=True)
    created_at = models.DateTimeField("登记时间", default=timezone.now)

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "走访"
        ordering = ["-visited_on", "-pk"]

    def __str__(self):
        return f"{self.visited_on} {self.enterprise}"
