"""States and groups of job seekers and their applications, with their Chinese labels."""

from django.db import models

from enterprises.enums import ToneMixin as _ToneMixin


class SeekerStatus(models.TextChoices):
    """求职状态."""

    LOOKING = "looking", "正在找工作"
    OPEN = "open", "在职，可以考虑"
    NOT_LOOKING = "not_looking", "暂时不找"


class SeekerGroup(models.TextChoices):
    """人员类别 (B1)."""

    REGISTERED_UNEMPLOYED = "registered_unemployed", "登记失业人员"
    GRADUATE = "graduate", "高校毕业生"
    MIGRANT = "migrant", "进城务工人员"
    HARD_TO_PLACE = "hard_to_place", "就业困难人员"
    VETERAN = "veteran", "退役军人"
    DISABLED = "disabled", "残疾人"
    OUT_OF_POVERTY = "out_of_poverty", "脱贫人口"
    ZERO_EMPLOYMENT = "zero_employment", "零就业家庭成员"


class ApplicationState(_ToneMixin, models.TextChoices):
    """应聘状态. Which may follow which stands in TRANSITIONS."""

    APPLIED = "applied", "已申请"
    SEEN = "seen", "单位已看"
    INTERVIEW = "interview", "约面试"
    OFFERED = "offered", "同意录用"
    HIRED = "hired", "已入职"
    DECLINED = "declined", "不合适"
    WITHDRAWN = "withdrawn", "已撤回"

    def _look(self):
        return _TONES[self.value]


_TONES = {
    "applied": ("info", "send"),
    "seen": ("info", "eye"),
    "interview": ("warn", "calendar-event"),
    "offered": ("ok", "circle-check"),
    "hired": ("ok", "briefcase"),
    "declined": ("plain", "circle-x"),
    "withdrawn": ("plain", "arrow-back-up"),
}

# The one table of transitions: from → to → who may make it ("employer" or "seeker").
TRANSITIONS = {
    ApplicationState.APPLIED: {
        ApplicationState.SEEN: "employer",
        ApplicationState.INTERVIEW: "employer",
        ApplicationState.OFFERED: "employer",
        ApplicationState.DECLINED: "employer",
        ApplicationState.WITHDRAWN: "seeker",
    },
    ApplicationState.SEEN: {
        ApplicationState.INTERVIEW: "employer",
        ApplicationState.OFFERED: "employer",
        ApplicationState.DECLINED: "employer",
        ApplicationState.WITHDRAWN: "seeker",
    },
    ApplicationState.INTERVIEW: {
        ApplicationState.OFFERED: "employer",
        ApplicationState.DECLINED: "employer",
        ApplicationState.WITHDRAWN: "seeker",
    },
    ApplicationState.OFFERED: {
        ApplicationState.HIRED: "employer",
        ApplicationState.DECLINED: "employer",
        ApplicationState.WITHDRAWN: "seeker",
    },
    ApplicationState.HIRED: {},
    ApplicationState.DECLINED: {},
    ApplicationState.WITHDRAWN: {},
}
LIVE_STATES = (
    ApplicationState.APPLIED,
    ApplicationState.SEEN,
    ApplicationState.INTERVIEW,
    ApplicationState.OFFERED,
    ApplicationState.HIRED,
)
UNANSWERED_STATES = (ApplicationState.APPLIED, ApplicationState.SEEN)


class DismissalReason(models.TextChoices):
    """“不适合我”的理由."""

    TOO_FAR = "too_far", "太远"
    PAY_LOW = "pay_low", "工资低"
    WRONG_WORK = "wrong_work", "工种不对"
    SHIFT = "shift", "班次不行"
    DONE_BEFORE = "done_before", "做过，不想再做"
    OTHER = "other", "其他"


class MatchPlanState(models.TextChoices):
    """匹配方案状态."""

    DRAFT = "draft", "草案"
    IN_USE = "in_use", "使用中"
    RETIRED = "retired", "已停用"


class InvitationState(models.TextChoices):
    """邀请状态."""

    SENT = "sent", "等待答复"
    ACCEPTED = "accepted", "已应聘"
    DECLINED = "declined", "不考虑"


class AlertFrequency(models.TextChoices):
    """订阅多久发一次."""

    DAILY = "daily", "每天"
    WEEKLY = "weekly", "每周"


class ImportState(models.TextChoices):
    """导入状态."""

    ACCEPTED = "accepted", "已导入"
    REJECTED = "rejected", "有错误，没有导入"
    REPEATED = "repeated", "重复文件，没有变化"


class MatchSide(models.TextChoices):
    """匹配的一方."""

    VACANCY = "vacancy", "岗位"
    SEEKER = "seeker", "求职者"
