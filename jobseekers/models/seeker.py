"""The job seeker register (B1) and intentions."""

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from enterprises.enums import Education
from enterprises.models.enterprise import enterprise_scope
from jobseekers.enums import LIVE_STATES, SeekerGroup, SeekerStatus
from portal.accounts.enums import Role
from portal.accounts.fields import BlindIndexField, EncryptedTextField, PublicIdField
from portal.accounts.masking import mask


class JobSeekerQuerySet(models.QuerySet):
    """Job seekers."""

    def visible_to(self, user):
        """A seeker sees themselves; staff their region; an enterprise those who applied to it
        and agreed that it gets their résumé; a commissioner nobody."""
        if not user.is_authenticated:
            return self.none()
        if user.role == Role.JOB_SEEKER:
            return self.filter(user_id=user.pk)
        if user.role == Role.ENTERPRISE_MEMBER:
            # One filter() call: all three must hold for one and the same application.
            agreed = JobSeeker.objects.filter(
                enterprise_scope(user, "applications__vacancy__enterprise__"),
                applications__state__in=LIVE_STATES,
                applications__consent__withdrawn_at__isnull=True,
            )
            return self.filter(pk__in=agreed.values("pk"))
        if user.is_bureau and user.role != Role.COMMISSIONER:
            return self.filter(region__code__startswith=user.region_scope)
        return self.none()

    def active(self):
        """Those the nightly matching looks at."""
        return self.exclude(status=SeekerStatus.NOT_LOOKING)


@pghistory.track(exclude=["identity_number", "phone"])
class JobSeeker(models.Model):
    """求职者. Those of an imported supply list have no account yet."""

    public_id = PublicIdField(unique=True)
    user = models.OneToOneField(
        "accounts.User", models.RESTRICT, null=True, blank=True, related_name="seeker"
    )
    name = models.CharField("姓名", max_length=40)
    identity_number = EncryptedTextField("身份证号", blank=True, default="")
    identity_index = BlindIndexField("身份证号索引", of="identity_number", unique=True)
    phone = EncryptedTextField("手机号", blank=True, default="")
    phone_index = BlindIndexField("手机号索引", of="phone", db_index=True)
    birth_year = models.PositiveSmallIntegerField("出生年份", null=True, blank=True)
    region = models.ForeignKey(
        "places.Division", models.RESTRICT, verbose_name="居住地区", related_name="+"
    )
    education = models.PositiveSmallIntegerField("学历", choices=Education, default=Education.NONE)
    experience_years = models.PositiveSmallIntegerField("工作年限", default=0)
    skills = ArrayField(
        models.CharField(max_length=30), default=list, blank=True, verbose_name="技能"
    )
    certificates = ArrayField(
        models.CharField(max_length=30), default=list, blank=True, verbose_name="证书"
    )
    groups = ArrayField(
        models.CharField(max_length=30, choices=SeekerGroup),
        default=list,
        blank=True,
        verbose_name="人员类别",
    )
    summary = models.TextField("工作经历", blank=True, max_length=2000)
    status = models.CharField(
        "求职状态", max_length=12, choices=SeekerStatus, default=SeekerStatus.LOOKING
    )
    accepted_regions = ArrayField(
        models.CharField(max_length=12), default=list, blank=True, verbose_name="愿意去的地区"
    )
    pay_expected = models.PositiveIntegerField("期望月薪（元）", null=True, blank=True)
    wants_lodging = models.BooleanField("需要住宿", default=False)
    created_at = models.DateTimeField("登记时间", default=timezone.now)
    updated_at = models.DateTimeField("更新时间", default=timezone.now)
    supply_import = models.ForeignKey(
        "SupplyListImport", models.RESTRICT, null=True, blank=True, related_name="seekers"
    )

    objects = JobSeekerQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "求职者"
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["-created_at", "-id"])]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(accepted_regions__len__lte=3),
                name="at_most_three_regions",
                violation_error_message="愿意去的地区最多选 3 个。",
            )
        ]

    def __str__(self):
        return self.masked_name

    @property
    def masked_name(self):
        """王*国."""
        return mask(self.name, "name")

    @property
    def masked_identity(self):
        """3204**********01."""
        return mask(self.identity_number, "identity")

    @property
    def masked_phone(self):
        """138****5678."""
        return mask(self.phone, "phone")


class JobIntention(models.Model):
    """求职意向: up to three kinds of work, first the one wanted most."""

    seeker = models.ForeignKey(JobSeeker, models.CASCADE, related_name="intentions")
    rank = models.PositiveSmallIntegerField("顺序")
    title = models.CharField("想做的工作", max_length=60)
    occupation = models.ForeignKey(
        "places.Occupation", models.RESTRICT, null=True, blank=True, verbose_name="职业"
    )

    class Meta:
        verbose_name = verbose_name_plural = "求职意向"
        ordering = ["seeker_id", "rank"]
        constraints = [
            models.UniqueConstraint(fields=["seeker", "rank"], name="one_intention_per_rank"),
            models.CheckConstraint(
                condition=models.Q(rank__gte=1, rank__lte=3),
                name="at_most_three_intentions",
                violation_error_message="求职意向最多 3 个。",
            ),
        ]

    def __str__(self):
        return self.title
