"""Vacancies (A4) and their reviews (A5)."""

from datetime import timedelta

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models.functions import Upper
from django.utils import timezone

from enterprises.enums import (
    CloseOutcome,
    Education,
    Lodging,
    ReviewResult,
    Shift,
    VacancyShown,
    VacancyState,
)
from portal.accounts.fields import PublicIdField

from .enterprise import Enterprise, enterprise_scope


class WordsOf(models.Func):
    """The part of a search vector that has one of the weights ("a" or "a,b"; enterprises.search)."""

    function = "ts_filter"
    template = "%(function)s(%(expressions)s, '{%(weights)s}')"
    output_field = SearchVectorField()

    def __init__(self, vector, weights):
        super().__init__(vector, weights=weights)


def today():
    """The day in the city."""
    return timezone.localdate()


class VacancyQuerySet(models.QuerySet):
    """Vacancies. live, pending and expired are scopes over dates, not states."""

    def visible_to(self, user):
        """Everyone sees what is live; beyond that staff their region, members their enterprise."""
        public = models.Q(pk__in=Vacancy.objects.live().values("pk"))
        if not user.is_authenticated:
            return self.filter(public)
        own = models.Q(
            enterprise__in=Enterprise.objects.filter(enterprise_scope(user)).values("pk")
        )
        return self.filter(public | own)

    def managed_by(self, user):
        """Those a member or staff works on: of the enterprises they see, in any state."""
        return self.filter(enterprise__in=Enterprise.objects.visible_to(user))

    def live(self, day=None):
        """Published, begun, not yet expired: what the public sees."""
        day = day or today()
        return self.filter(state=VacancyState.PUBLISHED, starts_on__lte=day, expires_on__gt=day)

    def published_once(self, day=None):
        """Ever shown to the public: live, expired, or closed after publication."""
        return self.filter(
            state__in=[VacancyState.PUBLISHED, VacancyState.CLOSED],
            published_at__isnull=False,
            starts_on__lte=day or today(),
        )

    def pending(self, day=None):
        """Published but not begun."""
        return self.filter(state=VacancyState.PUBLISHED, starts_on__gt=day or today())

    def expired(self, day=None):
        """Published and past its last day."""
        return self.filter(state=VacancyState.PUBLISHED, expires_on__lte=day or today())


@pghistory.track(exclude=["search_vector"])
class Vacancy(models.Model):
    """招聘岗位. Pay is whole yuan a month; expires_on is the first day it no longer shows.

    A draft may lack anything but its region, so that saving one never fails.
    """

    public_id = PublicIdField(unique=True)
    enterprise = models.ForeignKey(Enterprise, models.RESTRICT, related_name="vacancies")
    state = models.CharField(
        "状态", max_length=10, choices=VacancyState, default=VacancyState.DRAFT
    )
    title = models.CharField("岗位名称", max_length=60, blank=True)
    occupation = models.ForeignKey(
        "places.Occupation", models.RESTRICT, null=True, blank=True, verbose_name="职业"
    )
    region = models.ForeignKey("places.Division", models.RESTRICT, verbose_name="工作地区")
    address = models.CharField("工作地址", max_length=120, blank=True)
    headcount = models.PositiveIntegerField("招聘人数", null=True, blank=True)
    pay_min = models.PositiveIntegerField("月薪下限（元）", null=True, blank=True)
    pay_max = models.PositiveIntegerField("月薪上限（元）", null=True, blank=True)
    pay_months = models.PositiveSmallIntegerField("每年发几个月", default=12)
    education = models.PositiveSmallIntegerField(
        "学历要求", choices=Education, default=Education.NONE
    )
    experience_years = models.PositiveSmallIntegerField("经验要求（年）", default=0)
    skills = ArrayField(
        models.CharField(max_length=30), default=list, blank=True, verbose_name="技能"
    )
    certificates = ArrayField(
        models.CharField(max_length=30),
        default=list,
        blank=True,
        verbose_name="必须有的证书",
        help_text="只写法律、法规规定上岗必须有的证书。",
    )
    benefits = ArrayField(
        models.CharField(max_length=20), default=list, blank=True, verbose_name="福利"
    )
    shift = models.CharField("班次", max_length=10, choices=Shift, blank=True, default="")
    lodging = models.CharField("食宿", max_length=10, choices=Lodging, blank=True, default="")
    duties = models.TextField("做什么", blank=True)
    requirements = models.TextField("要求", blank=True)
    starts_on = models.DateField("开始日期", null=True, blank=True)
    expires_on = models.DateField("到期日期", null=True, blank=True)
    created_by = models.ForeignKey("accounts.User", models.RESTRICT, related_name="+")
    created_at = models.DateTimeField("创建时间", default=timezone.now)
    submitted_at = models.DateTimeField("提交时间", null=True, blank=True)
    appeal_reason = models.CharField("申请人工复核的理由", max_length=300, blank=True)
    published_at = models.DateTimeField("发布时间", null=True, blank=True)
    approved_review = models.ForeignKey(
        "VacancyReview", models.RESTRICT, null=True, blank=True, related_name="+"
    )
    closed_at = models.DateTimeField("结束时间", null=True, blank=True)
    close_outcome = models.CharField("结果", max_length=10, choices=CloseOutcome, blank=True)
    filled = models.PositiveIntegerField("招到人数", default=0)
    shortage = models.ForeignKey(
        "ShortageDeclaration", models.SET_NULL, null=True, blank=True, related_name="vacancies"
    )
    search_vector = SearchVectorField(null=True, editable=False)

    objects = VacancyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "招聘岗位"
        ordering = ["-published_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(headcount__gte=1, headcount__lte=9999),
                name="vacancy_headcount",
                violation_error_message="招聘人数要填 1 到 9,999。",
            ),
            models.CheckConstraint(
                condition=models.Q(pay_min__lte=models.F("pay_max")),
                name="vacancy_pay_order",
                violation_error_message="月薪下限不能高于上限。",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["in_review", "published"])
                | (
                    models.Q(headcount__isnull=False, pay_min__isnull=False, pay_max__isnull=False)
                    & ~models.Q(title="")
                ),
                name="sent_vacancy_is_complete",
                violation_error_message="提交前要写明岗位名称、招聘人数和月薪。",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="published")
                | models.Q(
                    approved_review__isnull=False,
                    published_at__isnull=False,
                    starts_on__isnull=False,
                    expires_on__isnull=False,
                    occupation__isnull=False,
                ),
                name="published_vacancy_is_reviewed",
                violation_error_message="发布前要审核通过，并写明职业和日期。",
            ),
            models.CheckConstraint(
                condition=models.Q(expires_on__isnull=True)
                | models.Q(expires_on__gt=models.F("starts_on")),
                name="vacancy_dates",
                violation_error_message="到期日期要晚于开始日期。",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="closed")
                | (models.Q(closed_at__isnull=False) & ~models.Q(close_outcome="")),
                name="closed_vacancy_has_outcome",
                violation_error_message="结束岗位要写明结果。",
            ),
        ]
        indexes = [
            GinIndex(fields=["search_vector"], name="vacancy_search"),
            # GIN keeps no weights: without these every hit's vector is read to see where a word is.
            GinIndex(WordsOf("search_vector", "a"), name="vacancy_search_title"),
            GinIndex(WordsOf("search_vector", "a,b"), name="vacancy_search_work"),
            models.Index(Upper("title"), name="vacancy_title_upper"),
            models.Index(fields=["-published_at", "-id"], name="vacancy_newest"),
            models.Index(
                fields=["region", "-published_at", "-id"],
                name="vacancy_region_newest",
                opclasses=["varchar_pattern_ops", "timestamptz_ops", "int8_ops"],
            ),
            models.Index(fields=["state", "expires_on"], name="vacancy_state_expiry"),
        ]

    def __str__(self):
        return self.title or "还没有起名的岗位"

    @property
    def shown(self):
        """live · pending · expired for a published vacancy, else its state."""
        if self.state != VacancyState.PUBLISHED:
            return VacancyState(self.state)
        day = today()
        if self.starts_on > day:
            return VacancyShown.PENDING
        return VacancyShown.LIVE if self.expires_on > day else VacancyShown.EXPIRED

    @property
    def last_day(self):
        """The last day on which it shows, or None."""
        return self.expires_on and self.expires_on - timedelta(days=1)

    @property
    def is_live(self):
        """Whether one can apply today."""
        return self.shown == VacancyShown.LIVE


class VacancyReview(models.Model):
    """岗位审核: who decided what, on which words. Findings are those of the lint at that time."""

    vacancy = models.ForeignKey(Vacancy, models.CASCADE, related_name="reviews")
    result = models.CharField("结果", max_length=10, choices=ReviewResult)
    reasons = models.TextField("理由", blank=True)
    findings = models.JSONField("广告检查", default=list)
    reviewed_by = models.ForeignKey("accounts.User", models.RESTRICT, related_name="+")
    reviewed_at = models.DateTimeField("审核时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "岗位审核"
        ordering = ["-reviewed_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(result="returned") | ~models.Q(reasons=""),
                name="returned_review_has_reasons",
                violation_error_message="退回要写明理由。",
            )
        ]

    def __str__(self):
        return f"{self.vacancy} {self.get_result_display()}"

    @property
    def shown(self):
        """The result as an enum member, with its look."""
        return ReviewResult(self.result)
