"""Outcomes and states of decisions, claims and notices, with their Chinese labels."""

from django.db import models

from enterprises.enums import ToneMixin


class Outcome(ToneMixin, models.TextChoices):
    """审核决定. The words are those of the evaluator (subsidies/policy)."""

    GRANT = "grant", "予以返还"
    DENY = "deny", "不予返还"
    REVIEW = "review", "待核实"
    EXCLUDED = "excluded", "不重复享受"

    def _look(self):
        return {
            "grant": ("ok", "circle-check"),
            "deny": ("plain", "circle-x"),
            "review": ("review", "help-circle"),
            "excluded": ("plain", "ban"),
        }[self.value]


class ClaimState(ToneMixin, models.TextChoices):
    """补贴申领状态. Which may follow which stands in CLAIM_TRANSITIONS."""

    SCREENED = "screened", "待初审"
    FIRST_REVIEWED = "first_reviewed", "待复核"
    SECOND_REVIEWED = "second_reviewed", "待公示"
    PUBLISHED = "published", "公示中"
    APPROVED = "approved", "公示无异议"
    RETURNED = "returned", "退回"
    SUPERSEDED = "superseded", "已被更正"

    def _look(self):
        return {
            "screened": ("info", "clock"),
            "first_reviewed": ("info", "clock"),
            "second_reviewed": ("info", "clock"),
            "published": ("info", "speakerphone"),
            "approved": ("ok", "circle-check"),
            "returned": ("warn", "arrow-back-up"),
            "superseded": ("plain", "history"),
        }[self.value]


CLAIM_TRANSITIONS = {
    ClaimState.SCREENED: {ClaimState.FIRST_REVIEWED, ClaimState.RETURNED, ClaimState.SUPERSEDED},
    ClaimState.FIRST_REVIEWED: {
        ClaimState.SECOND_REVIEWED,
        ClaimState.SCREENED,
        ClaimState.SUPERSEDED,
    },
    ClaimState.SECOND_REVIEWED: {ClaimState.PUBLISHED, ClaimState.SUPERSEDED},
    ClaimState.PUBLISHED: {ClaimState.APPROVED, ClaimState.RETURNED},
    ClaimState.APPROVED: set(),
    ClaimState.RETURNED: {ClaimState.SCREENED, ClaimState.SUPERSEDED},
    ClaimState.SUPERSEDED: set(),
}


# So few persons over the layoff limit that a wrong record may be the reason: “差一点”.
NEAR_MISS_PERSONS = 3


class InsuranceKind(models.TextChoices):
    """社保数据种类."""

    ENTERPRISE_MONTH = "enterprise_month", "单位缴费月"


class PolicyState(models.TextChoices):
    """政策版本状态."""

    DRAFT = "draft", "草稿"
    PUBLISHED = "published", "已发布"


class ObjectionState(ToneMixin, models.TextChoices):
    """异议状态."""

    OPEN = "open", "待答复"
    UPHELD = "upheld", "成立"
    REJECTED = "rejected", "不成立"

    def _look(self):
        return {
            "open": ("warn", "clock"),
            "upheld": ("info", "circle-check"),
            "rejected": ("plain", "circle-x"),
        }[self.value]
