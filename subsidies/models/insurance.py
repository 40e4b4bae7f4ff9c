"""Social-insurance records as the agencies send them, and where each row came from.

One file is one import. A month of one kind and region has at most one current import; a corrected
file supersedes the whole of it, and the old rows stay. Person-months lie in a table partitioned by
month (migration 0006) that Django reads and only COPY writes.
"""

from django.db import models
from django.utils import timezone

from enterprises.models import Enterprise
from portal.accounts.fields import PublicIdField
from subsidies.enums import ImportState, InsuranceKind


class InsuranceMapping(models.Model):
    """列名对应: how one agency's files name their columns. columns: {header: field}."""

    kind = models.CharField("种类", max_length=20, choices=InsuranceKind)
    name = models.CharField("名称", max_length=60)
    columns = models.JSONField("列名与字段", default=dict)
    saved_by = models.ForeignKey(
        "accounts.User", models.RESTRICT, null=True, blank=True, related_name="+"
    )
    saved_at = models.DateTimeField("保存时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "列名对应"
        ordering = ["kind", "name"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "name"], name="one_mapping_per_name")
        ]

    def __str__(self):
        return self.name


class InsuranceImportQuerySet(models.QuerySet):
    """Imports."""

    def visible_to(self, user):
        """Bureau staff those of their region, and those of the city theirs is part of."""
        if not user.is_authenticated or not user.is_bureau:
            return self.none()
        scope = user.region_scope
        above = [scope[:length] for length in (2, 4, 6) if length < len(scope)]
        return self.filter(
            models.Q(region__code__startswith=scope)
            | models.Q(region__in=above)
            | models.Q(region=None)
        )


class InsuranceImport(models.Model):
    """社保导入: one per file; the totals add up to the file.

    month is the month the file is about; a file that was superseded, refused or that failed keeps
    its row. sums: {money column: {"file": fen, "accepted": fen, "rejected": fen}}; rejected is of
    the lines whose figure could be read, and `unreadable` counts the others.
    """

    public_id = PublicIdField(unique=True)
    kind = models.CharField("种类", max_length=20, choices=InsuranceKind)
    source = models.CharField("来源", max_length=120)
    sha256 = models.CharField("校验值", max_length=64)
    region = models.ForeignKey(
        "places.Division", models.RESTRICT, null=True, blank=True, verbose_name="地区"
    )
    state = models.CharField(
        "状态", max_length=12, choices=ImportState, default=ImportState.CURRENT
    )
    mapping = models.ForeignKey(
        InsuranceMapping, models.RESTRICT, null=True, blank=True, verbose_name="列名对应"
    )
    encoding = models.CharField("编码", max_length=12, blank=True)
    sums = models.JSONField("金额合计", default=dict)
    supersedes = models.OneToOneField(
        "self", models.RESTRICT, null=True, blank=True, related_name="superseded_by"
    )
    job = models.ForeignKey(
        "runs.JobRun", models.RESTRICT, null=True, blank=True, related_name="insurance_imports"
    )
    error = models.CharField("没有导入的原因", max_length=500, blank=True)
    file = models.FileField("待导入的文件", upload_to="insurance/%Y/%m/", blank=True)
    first_month = models.DateField("起始月")
    last_month = models.DateField("截止月")
    lines = models.PositiveIntegerField("行数")
    accepted = models.PositiveIntegerField("接收")
    rejected = models.PositiveIntegerField("退回")
    premium_fen = models.BigIntegerField("缴费合计（分）")
    imported_by = models.ForeignKey(
        "accounts.User", models.RESTRICT, null=True, blank=True, related_name="+"
    )
    imported_at = models.DateTimeField("导入时间", default=timezone.now)

    objects = InsuranceImportQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "社保导入"
        ordering = ["-imported_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(lines=models.F("accepted") + models.F("rejected")),
                name="import_lines_add_up",
            ),
            models.UniqueConstraint(
                fields=["kind", "region", "first_month"],
                condition=models.Q(state="current", region__isnull=False),
                name="one_current_import_per_month",
                violation_error_message="这个月的数据已经导入。",
            ),
            models.UniqueConstraint(
                # Files without lines look the same every month: nobody began to draw benefit.
                fields=["kind", "sha256"],
                condition=models.Q(state="current", lines__gt=0),
                name="a_file_is_current_once",
            ),
        ]

    def __str__(self):
        return self.source

    @property
    def look(self):
        """Tone and icon of the state, for pages."""
        state = ImportState(self.state)
        return state.tone, state.icon


class InsuranceRejection(models.Model):
    """退回行: why a line of a file was not taken. value is masked when it is personal."""

    source = models.ForeignKey(InsuranceImport, models.CASCADE, related_name="rejections")
    line = models.PositiveIntegerField("行号")
    column = models.CharField("列", max_length=60)
    value = models.CharField("内容", max_length=60, blank=True)
    reason = models.CharField("原因", max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = "退回行"
        ordering = ["line", "pk"]
        indexes = [models.Index(fields=["source", "line"])]

    def __str__(self):
        return f"第 {self.line} 行：{self.reason}"


class InsuranceReopening(models.Model):
    """重开月份: a named person allows one corrected file for a month that was imported."""

    kind = models.CharField("种类", max_length=20, choices=InsuranceKind)
    region = models.ForeignKey("places.Division", models.RESTRICT, verbose_name="地区")
    month = models.DateField("月份")
    reason = models.CharField("理由", max_length=200)
    opened_by = models.ForeignKey("accounts.User", models.RESTRICT, related_name="+")
    opened_at = models.DateTimeField("重开时间", default=timezone.now)
    used_by = models.OneToOneField(
        InsuranceImport, models.RESTRICT, null=True, blank=True, related_name="reopening"
    )

    class Meta:
        verbose_name = verbose_name_plural = "重开月份"
        ordering = ["-opened_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "region", "month"],
                condition=models.Q(used_by__isnull=True),
                name="one_open_reopening",
                violation_error_message="这个月已经重开，等待更正文件。",
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="reopening_has_reason"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.month:%Y-%m}"


class InsuranceMonth(models.Model):
    """缴费月: one enterprise, one month of unemployment insurance. NULL means not known.

    headcount: persons insured in that month. Premiums in fen, actually paid in that month,
    of the enterprise's side and of the employees' side. month is its first day.
    """

    enterprise = models.ForeignKey(
        Enterprise, models.RESTRICT, related_name="insurance_months", db_index=False
    )
    month = models.DateField("月份")
    headcount = models.PositiveIntegerField("参保人数", null=True)
    premium_enterprise_fen = models.BigIntegerField("单位缴纳（分）", null=True)
    premium_employee_fen = models.BigIntegerField("职工缴纳（分）", null=True)
    social_insurance_fen = models.BigIntegerField("各险种应缴合计（分）", null=True)
    # 补缴以前月份的欠费: not part of the premiums above.
    back_paid_fen = models.BigIntegerField("补缴（分）", null=True)
    source = models.ForeignKey(InsuranceImport, models.RESTRICT, related_name="months")
    line = models.PositiveIntegerField("行号", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "缴费月"
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "month", "source"], name="one_record_per_month"
            ),
            models.CheckConstraint(
                condition=models.Q(month__day=1), name="insurance_month_first_day"
            ),
        ]

    def __str__(self):
        return f"{self.enterprise_id} {self.month:%Y-%m}"


class PersonMonth(models.Model):
    """参保人员缴费月: one person at one enterprise in one month of unemployment insurance.

    person: the first 16 bytes of the keyed hash of the identity number (crypto.blind_index), as a
    UUID; the clear number is not kept. Partitioned by month: always name the month. A line of a
    person who pays twice for a month (a back payment) is a line of its own with back_paid.
    """

    pk = models.CompositePrimaryKey("month", "source_id", "line")
    month = models.DateField("月份")
    source = models.ForeignKey(
        InsuranceImport, models.DO_NOTHING, related_name="person_months", db_constraint=False
    )
    line = models.IntegerField("行号")
    enterprise = models.ForeignKey(
        Enterprise, models.DO_NOTHING, related_name="person_months", db_constraint=False
    )
    person = models.UUIDField("人员")
    first_insured_on = models.DateField("首次参保", null=True)
    base_fen = models.IntegerField("缴费基数（分）", null=True)
    paid_fen = models.IntegerField("实缴（分）", null=True)
    back_paid = models.BooleanField("补缴", default=False)

    class Meta:
        managed = False
        db_table = "subsidies_personmonth"
        verbose_name = verbose_name_plural = "参保人员缴费月"

    def __str__(self):
        return f"{self.enterprise_id} {self.month:%Y-%m}"


class BenefitRecipient(models.Model):
    """失业金领取: a person who began drawing unemployment benefit, and whose last employer it was."""

    source = models.ForeignKey(InsuranceImport, models.RESTRICT, related_name="recipients")
    line = models.PositiveIntegerField("行号")
    person = models.UUIDField("人员")
    enterprise = models.ForeignKey(
        Enterprise, models.RESTRICT, null=True, blank=True, related_name="benefit_recipients"
    )
    began_on = models.DateField("开始领取")
    last_month = models.DateField("领取至", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "失业金领取"
        constraints = [
            models.UniqueConstraint(fields=["source", "person"], name="one_recipient_per_file")
        ]
        indexes = [
            models.Index(fields=["person"]),
            models.Index(fields=["enterprise", "began_on"]),
        ]

    def __str__(self):
        return f"{self.enterprise_id} {self.began_on}"
