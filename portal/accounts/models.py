"""Users, memberships, consent, reveals, sign-ins."""

from datetime import timedelta

import pgtrigger
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Upper
from django.utils import timezone

from .crypto import blind_index
from .enums import (
    ACTING_STAFF_ROLES,
    STAFF_ROLES,
    AccountChangeKind,
    ConsentKind,
    Role,
    SignInOutcome,
)
from .fields import BlindIndexField, EncryptedTextField, PublicIdField
from .identity import normalise
from .masking import mask


class UserQuerySet(models.QuerySet):
    """Accounts."""

    def by_sign_in_name(self, name):
        """The accounts a typed user name or phone means (at most one by constraint)."""
        name = normalise(name)
        phone = name.translate({ord(" "): None, ord("-"): None}).removeprefix("+86")
        return self.filter(
            models.Q(username__iexact=name) | models.Q(phone_index=blind_index(phone))
        )

    def visible_to(self, user):
        """A user sees themselves; city staff and auditors see the staff of their region."""
        if not user.is_authenticated:
            return self.none()
        if user.role == Role.ADMINISTRATOR:
            return self
        own = models.Q(pk=user.pk)
        if user.role in (Role.CITY_STAFF, Role.AUDITOR, Role.DISTRICT_STAFF):
            own |= models.Q(role__in=STAFF_ROLES, region__code__startswith=user.region_scope)
        return self.filter(own)


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    """Creates accounts with a hashed password."""

    def create_user(self, username, password=None, **fields):
        """Make one account; fields as on the model."""
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username, password=None, **fields):
        """Make an administrator (manage.py createsuperuser)."""
        fields.setdefault("role", Role.ADMINISTRATOR)
        return self.create_user(username, password, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """用户."""

    public_id = PublicIdField(unique=True)
    username = models.CharField("用户名", max_length=40, unique=True)
    display_name = models.CharField("姓名", max_length=40, blank=True)
    phone = EncryptedTextField("手机号", blank=True, default="")
    phone_index = BlindIndexField("手机号索引", of="phone", unique=True)
    role = models.CharField("角色", max_length=20, choices=Role, default=Role.JOB_SEEKER)
    region = models.ForeignKey(
        "places.Division", models.RESTRICT, null=True, blank=True, verbose_name="负责地区"
    )
    office = models.CharField("单位", max_length=60, blank=True)
    care_mode = models.BooleanField("关怀版", default=False)
    is_active = models.BooleanField("启用", default=True)
    date_joined = models.DateTimeField("注册时间", default=timezone.now)

    objects = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = []

    class Meta:
        verbose_name = verbose_name_plural = "用户"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(
                    role__in=["commissioner", "district_staff", "city_staff", "auditor"]
                )
                | models.Q(region__isnull=False),
                name="staff_have_region",
                violation_error_message="工作人员要有负责地区。",
            ),
            # Sign-in does not mind the case, so two names must differ by more than that.
            models.UniqueConstraint(
                Upper("username"),
                name="username_whatever_case",
                violation_error_message="这个用户名已经有人用了。",
            ),
        ]

    def __str__(self):
        return self.display_name or self.username

    @property
    def is_staff(self):
        """Only administrators enter Django's admin."""
        return self.role == Role.ADMINISTRATOR

    @property
    def is_bureau(self):
        """Whether this is anyone of the bureau: commissioner, staff, auditor, administrator."""
        return self.role in STAFF_ROLES

    @property
    def may_act(self):
        """Whether this is staff who change things (the auditor only reads)."""
        return self.role in ACTING_STAFF_ROLES

    @property
    def region_scope(self):
        """Prefix of the division codes this user may see; "" is everywhere.

        Raises ValueError for a role that has no region, so that nobody sees all by accident.
        """
        if self.role == Role.ADMINISTRATOR:
            return ""
        if self.role in STAFF_ROLES and self.region_id:
            return self.region_id
        raise ValueError(f"{self.role} has no region")

    @property
    def masked_phone(self):
        """The phone as pages show it."""
        return mask(self.phone, "phone")

    def get_full_name(self):
        """Used by Django's admin."""
        return str(self)


class Membership(models.Model):
    """任职: a user acts for an enterprise from one day until ended."""

    user = models.ForeignKey(User, models.RESTRICT, related_name="memberships", verbose_name="用户")
    enterprise = models.ForeignKey(
        "enterprises.Enterprise", models.RESTRICT, related_name="memberships", verbose_name="企业"
    )
    is_owner = models.BooleanField("管理员", default=False)
    started_at = models.DateTimeField("开始", default=timezone.now)
    ended_at = models.DateTimeField("结束", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "任职"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "enterprise"],
                condition=models.Q(ended_at__isnull=True),
                name="one_live_membership",
                violation_error_message="这位用户已经是本企业成员。",
            )
        ]

    def __str__(self):
        return f"{self.user_id} · {self.enterprise}"


class ConsentRecord(models.Model):
    """授权同意: who agreed to what, for whom, in which words, since when (PIPL art. 23)."""

    public_id = PublicIdField(unique=True)
    user = models.ForeignKey(User, models.RESTRICT, related_name="consents", verbose_name="用户")
    kind = models.CharField("事项", max_length=30, choices=ConsentKind)
    recipient = models.ForeignKey(
        "enterprises.Enterprise", models.RESTRICT, null=True, blank=True, verbose_name="接收方"
    )
    wording = models.TextField("同意的原文")
    given_at = models.DateTimeField("同意时间", default=timezone.now)
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "授权同意"
        ordering = ["-given_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind", "recipient"],
                condition=models.Q(withdrawn_at__isnull=True),
                nulls_distinct=False,
                name="one_live_consent",
                violation_error_message="已经同意过了。",
            )
        ]

    def __str__(self):
        return f"{self.user_id} {self.get_kind_display()}"


class Reveal(models.Model):
    """明文查看: who saw whose personal data, and why. Never changed, never deleted."""

    by = models.ForeignKey(User, models.RESTRICT, related_name="reveals", verbose_name="查看人")
    subject_kind = models.CharField("对象类别", max_length=40)
    subject_id = models.BigIntegerField("对象")
    subject_label = models.CharField("对象（掩码）", max_length=80)
    field = models.CharField("项目", max_length=30)
    reason = models.CharField("理由", max_length=200)
    at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "明文查看"
        ordering = ["-at", "-pk"]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(reason=""),
                name="reveal_has_reason",
                violation_error_message="请写明为什么要看。",
            )
        ]

    def __str__(self):
        return f"{self.by_id} {self.subject_kind} {self.field}"


class AccountChange(models.Model):
    """账号变更: what an administrator did to an account. Never changed, never deleted.

    before and after hold the fields that differ, as text; a password is never among them.
    """

    account = models.ForeignKey(
        User, models.RESTRICT, related_name="account_changes", verbose_name="账号"
    )
    by = models.ForeignKey(User, models.RESTRICT, related_name="+", verbose_name="办理人")
    kind = models.CharField("事项", max_length=10, choices=AccountChangeKind)
    before = models.JSONField("变更前", default=dict)
    after = models.JSONField("变更后", default=dict)
    reason = models.CharField("理由", max_length=200, blank=True)
    at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "账号变更"
        ordering = ["-at", "-pk"]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M} {self.get_kind_display()}"


class SignIn(models.Model):
    """登录记录. The typed name is not kept: it may be a phone, or a password in the wrong box."""

    user = models.ForeignKey(User, models.CASCADE, null=True, blank=True, related_name="sign_ins")
    name_index = models.CharField("账号索引", max_length=64)
    outcome = models.CharField("结果", max_length=20, choices=SignInOutcome)
    address = models.GenericIPAddressField("网络地址", null=True, blank=True)
    at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "登录记录"
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["name_index", "-at"]), models.Index(fields=["user", "-at"])]

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M} {self.get_outcome_display()}"

    @staticmethod
    def lock_window_start():
        """Failures before this moment no longer count."""
        return timezone.now() - timedelta(minutes=settings.SIGN_IN_LOCK_MINUTES)
