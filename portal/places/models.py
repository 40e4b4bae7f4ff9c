"""The national code tables: divisions, industries, occupations; and titles of posts in them."""

import pghistory
from django.db import models
from django.utils import timezone

from portal.accounts.access import OFFICERS
from portal.accounts.fields import PublicIdField


class CodeQuerySet(models.QuerySet):
    """Queries every code table shares."""

    def at_level(self, level):
        """Codes of one level, 1 being the top."""
        return self.filter(level=level)

    def below(self, code):
        """The code itself and everything under it (codes are prefix codes)."""
        return self.filter(code__startswith=code)


class DivisionQuerySet(CodeQuerySet):
    """Administrative divisions."""

    def districts_of(self, city_code):
        """The districts a city's pages list: districts, county-level cities, development zones."""
        return self.filter(parent_id=city_code, level=Division.DISTRICT, listed=True).order_by(
            "order", "code"
        )


class Division(models.Model):
    """行政区划. Codes are prefix codes: 32 · 3204 · 320412 · 320412100 · 320412100001."""

    PROVINCE, CITY, DISTRICT, STREET, VILLAGE = 1, 2, 3, 4, 5

    code = models.CharField("区划代码", max_length=12, primary_key=True)
    name = models.CharField("名称", max_length=64)
    level = models.PositiveSmallIntegerField("级别")
    parent = models.ForeignKey(
        "self", models.RESTRICT, null=True, related_name="children", verbose_name="上级"
    )
    listed = models.BooleanField(
        "在页面列出", default=True, help_text="统计用的虚拟区划（如“市辖区”）不列出。"
    )
    order = models.PositiveSmallIntegerField("顺序", default=0)

    objects = DivisionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "行政区划"
        ordering = ["code"]
        indexes = [models.Index(fields=["level", "code"])]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(level=1, parent__isnull=True)
                | models.Q(level__gt=1, parent__isnull=False),
                name="division_parent_by_level",
                violation_error_message="除省级外，区划都要有上级。",
            )
        ]

    def __str__(self):
        return self.name


class Industry(models.Model):
    """行业, GB/T 4754-2017. Codes carry the section letter: C · C34 · C342 · C3421."""

    code = models.CharField("行业代码", max_length=5, primary_key=True)
    name = models.CharField("名称", max_length=64)
    level = models.PositiveSmallIntegerField("级别")
    parent = models.ForeignKey(
        "self", models.RESTRICT, null=True, related_name="children", verbose_name="上级"
    )
    definition = models.TextField("说明", blank=True)

    objects = CodeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "行业"
        ordering = ["code"]

    def __str__(self):
        return self.name


class Occupation(models.Model):
    """职业, 职业分类大典（2022 年版）. Codes: 6 · 6-20 · 6-20-01 · 6-20-01-01."""

    MAJOR, MIDDLE, MINOR, FINE = 1, 2, 3, 4

    code = models.CharField("职业代码", max_length=12, primary_key=True)
    name = models.CharField("名称", max_length=64)
    level = models.PositiveSmallIntegerField("级别")
    parent = models.ForeignKey(
        "self", models.RESTRICT, null=True, related_name="children", verbose_name="上级"
    )
    definition = models.TextField("定义", blank=True)
    work_types = models.TextField("包含工种", blank=True)

    objects = CodeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "职业"
        ordering = ["code"]

    def __str__(self):
        return self.name


class OccupationCorrectionQuerySet(models.QuerySet):
    """Corrections."""

    def in_force(self):
        """Those the coder uses."""
        return self.filter(ended_at__isnull=True)

    def visible_to(self, user):
        """Officers: a correction holds for the whole city, so its districts read it as well."""
        allowed = user.is_authenticated and user.role in OFFICERS
        return self.all() if allowed else self.none()


@pghistory.track()
class OccupationCorrection(models.Model):
    """职业编码更正: what staff say a title is; the coder uses it before its table.

    A row is never changed but by being ended, by a newer one or by taking it back. key is the title
    without punctuation, numbers and noise (Coder.key); recoded counts what was coded anew with it:
    {"vacancies": {old code: number}, "wishes": {…}}, "" for none.
    """

    public_id = PublicIdField(unique=True)
    key = models.CharField("统一写法", max_length=60, db_index=True)
    title = models.CharField("岗位名称", max_length=60)
    occupation = models.ForeignKey(
        Occupation, models.RESTRICT, related_name="+", verbose_name="职业"
    )
    reason = models.CharField("理由", max_length=200)
    recoded = models.JSONField("改过的编码", default=dict, blank=True)
    author = models.ForeignKey("accounts.User", models.RESTRICT, related_name="+")
    created_at = models.DateTimeField("更正时间", default=timezone.now)
    ended_by = models.ForeignKey(
        "accounts.User", models.RESTRICT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField("停用时间", null=True, blank=True)
    end_reason = models.CharField("停用理由", max_length=200, blank=True, default="")

    objects = OccupationCorrectionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "职业编码更正"
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["key"],
                condition=models.Q(ended_at__isnull=True),
                name="one_correction_per_title",
                violation_error_message="这个名称刚刚更正过，请看现在的更正。",
            ),
            models.CheckConstraint(
                condition=~models.Q(key="") & ~models.Q(reason=""),
                name="correction_has_title_and_reason",
                violation_error_message="更正要有岗位名称和理由。",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, ended_by__isnull=True, end_reason="")
                | models.Q(
                    ~models.Q(end_reason=""), ended_at__isnull=False, ended_by__isnull=False
                ),
                name="ended_correction_says_why",
            ),
        ]

    def __str__(self):
        return f"{self.title} → {self.occupation_id}"

    @property
    def recoded_vacancies(self):
        """How many vacancies were coded anew with it."""
        return sum(self.recoded.get("vacancies", {}).values())

    @property
    def recoded_wishes(self):
        """How many wishes were coded anew with it."""
        return sum(self.recoded.get("wishes", {}).values())


class TitleDoubt(models.TextChoices):
    """名称存疑的原因."""

    UNCODED = "uncoded", "编不出"
    CHOSEN_OTHERWISE = "otherwise", "单位选的不同"


class DoubtfulTitleQuerySet(models.QuerySet):
    """Doubtful titles."""

    def visible_to(self, user):
        """Officers: those of their region."""
        if not user.is_authenticated or user.role not in OFFICERS:
            return self.none()
        return self.filter(region__code__startswith=user.region_scope)


class DoubtfulTitle(models.Model):
    """没有把握的名称 of current vacancies and wishes in one district, counted anew every night.

    UNCODED: the coder's confidence is below its threshold. CHOSEN_OTHERWISE: it is sure, and
    enterprises chose another minor class (a signal; nothing is learned from it by itself).
    title: the spelling met most often. chosen: {minor code: vacancies} as enterprises chose.
    """

    key = models.CharField("统一写法", max_length=60)
    region = models.ForeignKey(Division, models.RESTRICT, related_name="+", verbose_name="区")
    doubt = models.CharField("原因", max_length=10, choices=TitleDoubt)
    title = models.CharField("岗位名称", max_length=60)
    vacancies = models.PositiveIntegerField("岗位", default=0)
    wishes = models.PositiveIntegerField("求职意向", default=0)
    chosen = models.JSONField("单位选的职业", default=dict)
    counted_at = models.DateTimeField("统计时间")

    objects = DoubtfulTitleQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "没有把握的名称"
        ordering = ["key", "region_id"]
        constraints = [
            models.UniqueConstraint(fields=["key", "region"], name="one_doubt_per_title_and_region")
        ]

    def __str__(self):
        return self.title
