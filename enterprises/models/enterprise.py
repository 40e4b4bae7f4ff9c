"""The enterprise register (A1) and key lists (A2)."""

import pghistory
from django.db import models
from django.utils import timezone

from enterprises.enums import EntityKind, KeyListKind, LicenceState, SizeClass
from portal.accounts.enums import Role
from portal.accounts.fields import EncryptedTextField, PublicIdField
from portal.places.models import Division


def enterprise_scope(user, path=""):
    """Q of the enterprises a user may see, for a relation path such as "enterprise__".

    Staff: region and below; a commissioner: the enterprises assigned to them; an enterprise's
    members: that enterprise while the membership lives; others: nothing.
    """
    if not user.is_authenticated:
        return models.Q(pk__in=[])
    if user.role == Role.COMMISSIONER:
        return models.Q(
            **{
                f"{path}assignments__commissioner__user_id": user.pk,
                f"{path}assignments__ended_at__isnull": True,
            }
        )
    if user.is_bureau:
        return models.Q(**{f"{path}region__code__startswith": user.region_scope})
    if user.role == Role.ENTERPRISE_MEMBER:
        return models.Q(
            **{
                f"{path}memberships__user_id": user.pk,
                f"{path}memberships__ended_at__isnull": True,
            }
        )
    return models.Q(pk__in=[])


class EnterpriseQuerySet(models.QuerySet):
    """Enterprises."""

    def visible_to(self, user):
        """See enterprise_scope."""
        return self.filter(enterprise_scope(user))

    def key_on(self, day):
        """On any key list on that day."""
        return self.filter(
            models.Exists(KeyListEntry.objects.on(day).filter(enterprise=models.OuterRef("pk")))
        )

    def with_is_key(self, day):
        """Annotates is_key."""
        return self.annotate(
            is_key=models.Exists(
                KeyListEntry.objects.on(day).filter(enterprise=models.OuterRef("pk"))
            )
        )

    def may_post(self):
        """Those whose licence was checked by staff."""
        return self.filter(licence_state=LicenceState.APPROVED)

    def licence_waiting(self):
        """Those with a licence file that nobody has looked at yet; annotates waiting_since."""
        newest = LicenceFile.objects.filter(enterprise=models.OuterRef("pk")).order_by(
            "-uploaded_at", "-pk"
        )
        return self.annotate(
            waiting_since=models.Subquery(newest.values("uploaded_at")[:1])
        ).filter(
            models.Q(waiting_since__gt=models.F("licence_checked_at"))
            | models.Q(waiting_since__isnull=False, licence_checked_at__isnull=True)
        )


@pghistory.track(exclude=["contact_phone"])
class Enterprise(models.Model):
    """企业."""

    public_id = PublicIdField(unique=True)
    credit_code = models.CharField("统一社会信用代码", max_length=18, unique=True)
    name = models.CharField("企业名称", max_length=80)
    region = models.ForeignKey("places.Division", models.RESTRICT, verbose_name="所在地区")
    address = models.CharField("地址", max_length=120, blank=True)
    entity_kind = models.CharField(
        "单位类型", max_length=20, choices=EntityKind, null=True, blank=True
    )
    industry = models.ForeignKey("places.Industry", models.RESTRICT, verbose_name="行业")
    staff_total = models.PositiveIntegerField("从业人员", null=True, blank=True)
    revenue_wan = models.PositiveBigIntegerField("年营业收入（万元）", null=True, blank=True)
    assets_wan = models.PositiveBigIntegerField("资产总额（万元）", null=True, blank=True)
    size_class = models.CharField(
        "企业规模", max_length=6, choices=SizeClass, null=True, blank=True
    )
    size_rule = models.CharField("规模依据", max_length=200, blank=True)
    contact_name = models.CharField("联系人", max_length=40, blank=True)
    contact_phone = EncryptedTextField("联系电话", blank=True, default="")
    introduction = models.TextField("企业简介", blank=True)
    licence_state = models.CharField(
        "执照核验", max_length=10, choices=LicenceState, default=LicenceState.PENDING
    )
    licence_reason = models.CharField("未通过的原因", max_length=200, blank=True)
    licence_checked_at = models.DateTimeField("核验时间", null=True, blank=True)
    licence_checked_by = models.ForeignKey(
        "accounts.User", models.RESTRICT, null=True, blank=True, related_name="+"
    )
    licence_recheck_on = models.DateField("复查日期", null=True, blank=True)
    difficult_certified = models.BooleanField("困难企业认定", null=True, blank=True)
    hit_by_epidemic = models.BooleanField("受疫情影响较重认定", null=True, blank=True)
    dispatch_company = models.BooleanField("劳务派遣单位", default=False)
    dishonest = models.BooleanField("严重失信", default=False)
    created_at = models.DateTimeField("登记时间", default=timezone.now)

    objects = EnterpriseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "企业"
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(credit_code__regex=r"^[0-9A-HJ-NPQRTUWXY]{18}$"),
                name="credit_code_shape",
                violation_error_message="统一社会信用代码要 18 位数字或大写字母。",
            ),
            models.CheckConstraint(
                condition=~models.Q(licence_state="approved")
                | models.Q(licence_checked_at__isnull=False, licence_checked_by__isnull=False),
                name="approved_licence_has_checker",
                violation_error_message="核验通过要有核验人和时间。",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def district(self):
        """The district whose office looks after the enterprise."""
        place = self.region
        while place.level > Division.DISTRICT:
            place = place.parent
        return place


class LicenceFileQuerySet(models.QuerySet):
    """Uploaded licences."""

    def visible_to(self, user):
        """Those of the enterprises the user sees."""
        return self.filter(enterprise__in=Enterprise.objects.visible_to(user))


class LicenceFile(models.Model):
    """营业执照: the uploaded file, kept outside the web root."""

    public_id = PublicIdField(unique=True)
    enterprise = models.ForeignKey(Enterprise, models.CASCADE, related_name="licence_files")
    file = models.FileField("文件", upload_to="licences/%Y/%m/")
    original_name = models.CharField("原文件名", max_length=120)
    media_type = models.CharField("类型", max_length=40)
    size = models.PositiveIntegerField("大小（字节）")
    sha256 = models.CharField("校验值", max_length=64)
    uploaded_by = models.ForeignKey("accounts.User", models.RESTRICT, related_name="+")
    uploaded_at = models.DateTimeField("上传时间", default=timezone.now)

    objects = LicenceFileQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "营业执照"
        ordering = ["-uploaded_at", "-pk"]

    def __str__(self):
        return self.original_name


class KeyListEntryQuerySet(models.QuerySet):
    """Entries on key lists."""

    def on(self, day):
        """In force on a day: from starts_on, before ends_on."""
        return self.filter(starts_on__lte=day).filter(
            models.Q(ends_on__isnull=True) | models.Q(ends_on__gt=day)
        )

    def visible_to(self, user):
        """Those of the enterprises the user sees."""
        return self.filter(enterprise__in=Enterprise.objects.visible_to(user))


@pghistory.track()
class KeyListEntry(models.Model):
    """重点名录. Dates are half-open: the day of ends_on is the first day off the list."""

    enterprise = models.ForeignKey(Enterprise, models.CASCADE, related_name="key_entries")
    kind = models.CharField("名录", max_length=30, choices=KeyListKind)
    source = models.CharField("来源文件", max_length=120)
    starts_on = models.DateField("列入日期")
    ends_on = models.DateField("移出日期", null=True, blank=True)

    objects = KeyListEntryQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "重点名录"
        ordering = ["-starts_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True)
                | models.Q(ends_on__gt=models.F("starts_on")),
                name="key_entry_dates",
                violation_error_message="移出日期要晚于列入日期。",
            ),
            models.UniqueConstraint(
                fields=["enterprise", "kind"],
                condition=models.Q(ends_on__isnull=True),
                name="one_open_key_entry",
                violation_error_message="已经在这个名录里。",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} · {self.enterprise}"
