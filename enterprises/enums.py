"""States and kinds of enterprises, shortages and vacancies, with their Chinese labels.

`tone` (ok · warn · bad · review · info · plain) and `icon` are what a status label shows.
"""

from django.db import models


class ToneMixin:
    """Adds the look of a status label to an enum through its TONES table."""

    @property
    def tone(self):
        """Ground colour of the label."""
        return self._look()[0]

    @property
    def icon(self):
        """Icon beside the word."""
        return self._look()[1]

    def _look(self):
        return TONES[type(self).__name__][self.value]


class SizeClass(models.TextChoices):
    """企业规模, 国统字〔2017〕213号."""

    LARGE = "large", "大型"
    MEDIUM = "medium", "中型"
    SMALL = "small", "小型"
    MICRO = "micro", "微型"


class EntityKind(models.TextChoices):
    """单位类型: an enterprise, or one of the six kinds that refunds treat like small ones."""

    ENTERPRISE = "enterprise", "企业"
    SOCIAL_GROUP = "social_group", "社会团体"
    FOUNDATION = "foundation", "基金会"
    SOCIAL_SERVICE = "social_service", "社会服务机构"
    LAW_FIRM = "law_firm", "律师事务所"
    ACCOUNTING_FIRM = "accounting_firm", "会计师事务所"
    INDIVIDUAL_BUSINESS = "individual_business", "以单位形式参保的个体工商户"


class LicenceState(ToneMixin, models.TextChoices):
    """执照核验."""

    PENDING = "pending", "待核验"
    APPROVED = "approved", "已核验"
    REFUSED = "refused", "未通过"


class KeyListKind(models.TextChoices):
    """重点名录. The first four are 三必需一重要 of S0(一)."""

    PUBLIC_UTILITY = "public_utility", "公共事业运行必需"
    EPIDEMIC_CONTROL = "epidemic_control", "疫情防控必需"
    DAILY_LIFE = "daily_life", "群众生活必需"
    NATIONAL_ECONOMY = "national_economy", "重要国计民生"
    ABOVE_SCALE = "above_scale", "四上企业"
    TOP_TEN_INDUSTRY = "top_ten_industry", "十强产业"
    MAJOR_PROJECT = "major_project", "重大项目"
    LAYOFF_MONITORING = "layoff_monitoring", "失业动态监测"


class ShortageState(ToneMixin, models.TextChoices):
    """缺工申报状态."""

    OPEN = "open", "待服务"
    SERVING = "serving", "服务中"
    CLOSED = "closed", "已销号"


class ShortageOutcome(models.TextChoices):
    """销号结果."""

    FILLED = "filled", "已招满"
    PARTLY = "partly", "部分招到"
    WITHDRAWN = "withdrawn", "企业不再需要"
    UNMET = "unmet", "没有招到"


class FillChannel(models.TextChoices):
    """招到的渠道: through which channel people came (weekly report)."""

    PORTAL = "portal", "平台招聘"
    FAIR = "fair", "招聘会"
    REFERRAL = "referral", "机构职介"
    TRANSPORT = "transport", "点对点接返"
    SHARING = "sharing", "共享用工"
    OTHER = "other", "其他"


class VacancyState(ToneMixin, models.TextChoices):
    """岗位状态. Live and expired are not states but scopes over dates."""

    DRAFT = "draft", "草稿"
    IN_REVIEW = "in_review", "审核中"
    RETURNED = "returned", "退回修改"
    PUBLISHED = "published", "已发布"
    CLOSED = "closed", "已结束"


class VacancyShown(ToneMixin, models.TextChoices):
    """岗位时效: what a published vacancy is today, by its dates."""

    LIVE = "live", "招聘中"
    PENDING = "pending", "未到发布日"
    EXPIRED = "expired", "已到期"


class ReviewResult(ToneMixin, models.TextChoices):
    """岗位审核结果."""

    APPROVED = "approved", "通过"
    RETURNED = "returned", "退回"


class CloseOutcome(models.TextChoices):
    """岗位结束结果."""

    FILLED = "filled", "招满了"
    PARTLY = "partly", "招到一部分"
    CANCELLED = "cancelled", "不招了"


class Education(models.IntegerChoices):
    """学历, 0 to 6 in the order the matching kernel compares."""

    NONE = 0, "不限"
    JUNIOR = 1, "初中"
    SENIOR = 2, "高中或中专"
    COLLEGE = 3, "大专"
    BACHELOR = 4, "本科"
    MASTER = 5, "硕士"
    DOCTOR = 6, "博士"


class Shift(models.TextChoices):
    """班次."""

    DAY = "day", "长白班"
    TWO = "two", "两班倒"
    THREE = "three", "三班倒"
    NIGHT = "night", "夜班"
    FLEXIBLE = "flexible", "弹性"
    UNSTATED = "", "没有写明"


class Lodging(models.TextChoices):
    """食宿."""

    BOTH = "both", "包吃住"
    LODGING = "lodging", "包住"
    MEALS = "meals", "包吃"
    ALLOWANCE = "allowance", "有食宿补贴"
    NONE = "", "不提供"


TONES = {
    "LicenceState": {
        "pending": ("warn", "clock"),
        "approved": ("ok", "circle-check"),
        "refused": ("plain", "circle-x"),
    },
    "ShortageState": {
        "open": ("warn", "clock"),
        "serving": ("info", "user-check"),
        "closed": ("plain", "circle-check"),
    },
    "VacancyState": {
        "draft": ("plain", "pencil"),
        "in_review": ("info", "clock"),
        "returned": ("warn", "arrow-back-up"),
        "published": ("ok", "circle-check"),
        "closed": ("plain", "circle-x"),
    },
    "VacancyShown": {
        "live": ("ok", "circle-check"),
        "pending": ("info", "clock"),
        "expired": ("plain", "calendar-off"),
    },
    "ReviewResult": {
        "approved": ("ok", "circle-check"),
        "returned": ("warn", "arrow-back-up"),
    },
}
