"""The national code tables: divisions, industries, occupations."""

from django.db import models


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
