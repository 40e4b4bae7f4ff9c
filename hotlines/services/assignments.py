"""Who looks after which enterprise (E2): one active commissioner, handed over with history."""

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from enterprises.models import Enterprise
from enterprises.services.notices import tell_members
from hotlines.models import Assignment, Commissioner, Ticket
from portal.outbox.services import post
from portal.refused import Refused


def assign(enterprise, commissioner, by, reason=""):
    """Give an enterprise a commissioner; if it has one, this is a handover and needs a reason,
    and both are told.

    Open tickets of the enterprise go with it. The same commissioner again changes nothing. Raises
    Refused for a commissioner who left or works elsewhere. Returns the live Assignment.
    """
    with transaction.atomic():
        enterprise = Enterprise.objects.select_for_update().get(pk=enterprise.pk)
        commissioner = Commissioner.objects.select_related("user").get(pk=commissioner.pk)
        if not commissioner.is_active:
            raise Refused(f"{commissioner}已不在岗，不能包保企业。")
        if not enterprise.region_id.startswith(commissioner.user.region_id):
            raise Refused(f"{commissioner}负责的地区不包括这家企业所在地。")
        live = _live(enterprise)
        if live and live.commissioner_id == commissioner.pk:
            return live
        if live:
            if not reason.strip():
                raise Refused("换专员要写明原因，会留在交接记录里。")
            _end(live)
        made = Assignment.objects.create(
            enterprise=enterprise, commissioner=commissioner, assigned_by=by, reason=reason[:200]
        )
        Ticket.objects.unanswered().filter(enterprise=enterprise).update(owner=commissioner)
        _tell(made, handed_over=live is not None)
        if live:
            _tell_former(live, f"由{commissioner}接手。原因：{reason.strip()}")
        return made


def release(enterprise, by, reason):
    """End the assignment without a successor."""
    if not reason.strip():
        raise Refused("结束包保要写明原因。")
    with transaction.atomic():
        enterprise = Enterprise.objects.select_for_update().get(pk=enterprise.pk)
        live = _live(enterprise)
        if live:
            live.reason = f"{live.reason}；结束：{reason.strip()}".removeprefix("；")[:200]
            _end(live)
            Ticket.objects.unanswered().filter(enterprise=enterprise).update(owner=None)
            _tell_former(live, f"原因：{reason.strip()}")
        return live


def _live(enterprise):
    return (
        Assignment.objects.active()
        .filter(enterprise=enterprise)
        .select_related("enterprise", "commissioner__user")
        .first()
    )


def _end(assignment):
    assignment.ended_at = timezone.now()
    assignment.save()


def _tell_former(assignment, words):
    """To the commissioner whose time with an enterprise is over."""
    enterprise = assignment.enterprise
    post(
        assignment.commissioner.user,
        kind="assignment",
        key=f"assignment:{assignment.pk}:former",
        subject=f"您不再包保{enterprise.name}",
        body=words,
    )


def _tell(assignment, handed_over):
    enterprise, commissioner = assignment.enterprise, assignment.commissioner
    post(
        commissioner.user,
        kind="assignment",
        key=f"assignment:{assignment.pk}:commissioner",
        subject=f"您开始包保{enterprise.name}",
        body="请在三个工作日内联系企业，了解用工需求。",
        path=reverse("workbench:enterprise", args=[enterprise.public_id]),
    )
    tell_members(
        enterprise,
        kind="assignment",
        key=f"assignment:{assignment.pk}",
        subject="您的服务专员换人了" if handed_over else "您有了服务专员",
        body=f"{commissioner}，{commissioner.office}，电话 {commissioner.phone}。",
        path=reverse("enterprises:overview"),
    )
