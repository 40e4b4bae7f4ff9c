"""Roles and kinds of consent, with their Chinese labels."""

from django.db import models


class Role(models.TextChoices):
    """角色. One account has one role; an enterprise's people also need a live membership."""

    JOB_SEEKER = "job_seeker", "求职者"
    ENTERPRISE_MEMBER = "enterprise_member", "企业用户"
    COMMISSIONER = "commissioner", "人社服务专员"
    DISTRICT_STAFF = "district_staff", "区县工作人员"
    CITY_STAFF = "city_staff", "市级工作人员"
    AUDITOR = "auditor", "审计人员"
    ADMINISTRATOR = "administrator", "系统管理员"


STAFF_ROLES = frozenset(
    {Role.COMMISSIONER, Role.DISTRICT_STAFF, Role.CITY_STAFF, Role.AUDITOR, Role.ADMINISTRATOR}
)
# Those who may change things in the staff pages. The auditor reads; the administrator has the admin.
ACTING_STAFF_ROLES = frozenset({Role.COMMISSIONER, Role.DISTRICT_STAFF, Role.CITY_STAFF})


class ConsentKind(models.TextChoices):
    """授权同意 of PIPL art. 23: each to be given on its own."""

    RESUME_TO_EMPLOYER = "resume_to_employer", "向招聘单位提供简历"
    FINDABLE = "findable", "被招聘单位找到"
    SMS = "sms", "接收短信"


class SignInOutcome(models.TextChoices):
    """登录结果."""

    SUCCESS = "success", "成功"
    WRONG_PASSWORD = "wrong_password", "密码不对"
    UNKNOWN_ACCOUNT = "unknown_account", "没有这个账号"
    LOCKED = "locked", "已锁定"
    INACTIVE = "inactive", "已停用"
    SIGNED_OUT = "signed_out", "退出"


class AccountChangeKind(models.TextChoices):
    """账号变更."""

    CREATED = "created", "开通"
    CHANGED = "changed", "修改"
    PASSWORD = "password", "重设密码"
