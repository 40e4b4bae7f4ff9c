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
    PAYING = "paying", "发放中"
    PAID = "paid", "已发放"
    PAYMENT_RETURNED = "payment_returned", "银行退回"
    RETURNED = "returned", "退回"
    SUPERSEDED = "superseded", "已被更正"

    def _look(self):
        return {
            "screened": ("info", "clock"),
            "first_reviewed": ("info", "clock"),
            "second_reviewed": ("info", "clock"),
            "published": ("info", "speakerphone"),
            "approved": ("ok", "circle-check"),
            "paying": ("info", "clock"),
            "paid": ("ok", "circle-check"),
            "payment_returned": ("bad", "arrow-back-up"),
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
    # Back to the first review, and to a person from there, when an objection is upheld.
    ClaimState.SECOND_REVIEWED: {
        ClaimState.PUBLISHED,
        ClaimState.SCREENED,
        ClaimState.SUPERSEDED,
    },
    ClaimState.PUBLISHED: {ClaimState.APPROVED, ClaimState.RETURNED},
    # Back to a person when a correction lowers the grant before the money has left.
    ClaimState.APPROVED: {ClaimState.PAYING, ClaimState.RETURNED},
    ClaimState.PAYING: {
        ClaimState.PAID,
        ClaimState.PAYMENT_RETURNED,
        ClaimState.APPROVED,
        ClaimState.RETURNED,
    },
    ClaimState.PAYMENT_RETURNED: {ClaimState.PAYING, ClaimState.RETURNED},
    ClaimState.PAID: {ClaimState.PAYMENT_RETURNED},
    ClaimState.RETURNED: {ClaimState.SCREENED, ClaimState.SUPERSEDED},
    ClaimState.SUPERSEDED: set(),
}


# So few persons over the layoff limit that a wrong record may be the reason: “差一点”.
NEAR_MISS_PERSONS = 3


class InsuranceKind(models.TextChoices):
    """社保数据种类."""

    ENTERPRISE_MONTH = "enterprise_month", "单位缴费月"
    PERSON_MONTH = "person_month", "人员缴费月"
    BENEFIT_RECIPIENT = "benefit_recipient", "失业金领取人员"


class ImportState(ToneMixin, models.TextChoices):
    """社保导入状态."""

    WAITING = "waiting", "等待导入"
    CURRENT = "current", "现行"
    SUPERSEDED = "superseded", "已被更正"
    REFUSED = "refused", "没有导入"

    def _look(self):
        return {
            "waiting": ("info", "clock"),
            "current": ("ok", "circle-check"),
            "superseded": ("plain", "history"),
            "refused": ("bad", "circle-x"),
        }[self.value]


class PolicyState(ToneMixin, models.TextChoices):
    """政策版本状态."""

    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "待批准"
    RETURNED = "returned", "退回修改"
    PUBLISHED = "published", "已发布"
    WITHDRAWN = "withdrawn", "已作废"

    def _look(self):
        return {
            "draft": ("plain", "pencil"),
            "submitted": ("info", "clock"),
            "returned": ("warn", "arrow-back-up"),
            "published": ("ok", "circle-check"),
            "withdrawn": ("plain", "ban"),
        }[self.value]


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


class PaymentBatchState(ToneMixin, models.TextChoices):
    """发放批次状态."""

    PREPARED = "prepared", "待复核"
    SENT = "sent", "已送银行"
    CLOSED = "closed", "已办结"
    CANCELLED = "cancelled", "已撤销"

    def _look(self):
        return {
            "prepared": ("info", "clock"),
            "sent": ("info", "clock"),
            "closed": ("ok", "circle-check"),
            "cancelled": ("plain", "ban"),
        }[self.value]


class PaymentState(ToneMixin, models.TextChoices):
    """发放状态."""

    PREPARED = "prepared", "待送银行"
    SENT = "sent", "已送银行"
    PAID = "paid", "已到账"
    RETURNED = "returned", "银行退回"
    CANCELLED = "cancelled", "已撤销"

    def _look(self):
        return {
            "prepared": ("info", "clock"),
            "sent": ("info", "clock"),
            "paid": ("ok", "circle-check"),
            "returned": ("bad", "arrow-back-up"),
            "cancelled": ("plain", "ban"),
        }[self.value]


class RecoveryState(ToneMixin, models.TextChoices):
    """追回状态."""

    OPEN = "open", "待通知"
    NOTIFIED = "notified", "待退还"
    REPAID = "repaid", "已退还"
    WAIVED = "waived", "不再追回"
    SUPERSEDED = "superseded", "已被更正"

    def _look(self):
        return {
            "open": ("warn", "clock"),
            "notified": ("info", "clock"),
            "repaid": ("ok", "circle-check"),
            "waived": ("plain", "ban"),
            "superseded": ("plain", "history"),
        }[self.value]


class SubsidyApplicationState(ToneMixin, models.TextChoices):
    """补贴申请状态."""

    DRAFT = "draft", "填写中"
    SUBMITTED = "submitted", "待审核"
    RETURNED = "returned", "退回补正"
    DECIDED = "decided", "已有决定"
    WITHDRAWN = "withdrawn", "已撤回"

    def _look(self):
        return {
            "draft": ("plain", "pencil"),
            "submitted": ("info", "clock"),
            "returned": ("warn", "arrow-back-up"),
            "decided": ("ok", "circle-check"),
            "withdrawn": ("plain", "ban"),
        }[self.value]


class TrialState(ToneMixin, models.TextChoices):
    """试算状态."""

    WAITING = "waiting", "等待"
    RUNNING = "running", "试算中"
    DONE = "done", "已完成"
    FAILED = "failed", "没有完成"

    def _look(self):
        return {
            "waiting": ("info", "clock"),
            "running": ("info", "clock"),
            "done": ("ok", "circle-check"),
            "failed": ("bad", "circle-x"),
        }[self.value]
