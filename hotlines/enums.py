"""Ranks, ticket states and visit kinds, with their Chinese labels."""

from django.db import models

from enterprises.enums import ToneMixin


class CommissionerRank(models.TextChoices):
    """专员类别, with the quota of S2 山东 3: leaders ≥ 1, agency heads ≥ 2, staff ≥ 3."""

    LEADER = "leader", "局领导"
    AGENCY_HEAD = "agency_head", "机构负责人"
    STAFF = "staff", "工作人员"


QUOTAS = {
    CommissionerRank.LEADER: 1,
    CommissionerRank.AGENCY_HEAD: 2,
    CommissionerRank.STAFF: 3,
}


class TicketSource(models.TextChoices):
    """服务工单来源."""

    HOTLINE = "hotline", "热线"
    PORTAL = "portal", "网上留言"
    VISIT = "visit", "走访"


class TicketState(ToneMixin, models.TextChoices):
    """服务工单状态."""

    OPEN = "open", "待答复"
    ANSWERED = "answered", "已答复"
    CLOSED = "closed", "已办结"

    def _look(self):
        return {
            "open": ("warn", "clock"),
            "answered": ("ok", "message-check"),
            "closed": ("plain", "circle-check"),
        }[self.value]


class Satisfaction(models.IntegerChoices):
    """满意度."""

    GOOD = 3, "满意"
    FAIR = 2, "基本满意"
    POOR = 1, "不满意"


class VisitKind(models.TextChoices):
    """走访方式."""

    ON_SITE = "on_site", "上门"
    TELEPHONE = "telephone", "电话"
    ONLINE = "online", "线上"
