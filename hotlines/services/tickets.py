"""Tickets (E3): from hotline, portal or visit, routed to the owner, answered within the clock."""

import zlib
from datetime import datetime, time, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from enterprises.models import Enterprise, KeyListEntry
from hotlines.enums import TicketSource, TicketState
from hotlines.models import Assignment, Ticket
from portal.accounts.models import Membership
from portal.outbox.services import post
from portal.places.working_days import workdays_after
from portal.refused import Refused

ORDINARY_WORKING_DAYS = 2
OFFICE_CLOSES = time(17, 30)
SECOND_CLICK = timedelta(minutes=10)
LOCK_SPACE = 7033  # first half of the advisory locks' numbers, as in portal.runs and sign-in


def due_at(now, is_key):
    """When a question must be answered: 24 hours for key enterprises, nights and holidays
    included (S2 平度 四(三)); for others the end of the second working day."""
    if is_key:
        return now + timedelta(hours=settings.KEY_TICKET_HOURS)
    day = workdays_after(timezone.localtime(now).date(), ORDINARY_WORKING_DAYS)
    return timezone.make_aware(datetime.combine(day, OFFICE_CLOSES))


def open_ticket(
    *, source, region, subject, body, contact_name, contact_phone="", enterprise=None, by=None
):
    """Write a question down and route it: to the enterprise's commissioner if it has one, else to
    the district's queue. The clock starts now. Returns the Ticket; the one that is there already
    when the same person sends the same words again within ten minutes."""
    now = timezone.now()
    with transaction.atomic():
        same = _sent_before(now, region, enterprise, subject, body, contact_phone, by)
        if same is not None:
            return same
        assignment = None
        is_key = False
        if enterprise is not None:
            # Against a handover at the same moment, which would leave the ticket behind.
            enterprise = Enterprise.objects.select_for_update(of=("self",), no_key=True).get(
                pk=enterprise.pk
            )
            region = enterprise.region
            assignment = (
                Assignment.objects.active()
                .filter(enterprise=enterprise)
                .select_related("commissioner__user")
                .first()
            )
            is_key = (
                KeyListEntry.objects.on(timezone.localdate()).filter(enterprise=enterprise).exists()
            )
        ticket = Ticket.objects.create(
            source=source,
            region=region,
            enterprise=enterprise,
            owner=assignment.commissioner if assignment else None,
            is_key=is_key,
            subject=subject,
            body=body,
            contact_name=contact_name,
            contact_phone=contact_phone,
            created_by=by,
            created_at=now,
            due_at=due_at(now, is_key),
        )
        if assignment:
            post(
                assignment.commissioner.user,
                kind="ticket",
                key=f"ticket:{ticket.pk}:owner",
                subject=f"新服务单：{subject}",
                body="重点企业，24 小时内答复。" if is_key else "请在两个工作日内答复。",
                path=reverse("workbench:ticket", args=[ticket.public_id]),
            )
        return ticket


def _sent_before(now, region, enterprise, subject, body, contact_phone, by):
    """The ticket that a second click would write again, else None. Clicks wait for each other."""
    place = enterprise.region_id if enterprise else region.pk
    with connection.cursor() as cursor:
        key = zlib.crc32("\0".join((place, subject, body)).encode()) - 2**31
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_SPACE, key])
    alike = Ticket.objects.filter(
        region=place, enterprise=enterprise, subject=subject, body=body, created_by=by,
        created_at__gt=now - SECOND_CLICK,
    )  # fmt: skip
    # The phone is encrypted: it is compared here, not in the database.
    return next((ticket for ticket in alike if ticket.contact_phone == contact_phone), None)


def answer_ticket(ticket, by, words):
    """Answer; a second answer replaces nothing and is refused."""
    if not words.strip():
        raise Refused("请写答复内容。")
    with transaction.atomic():
        ticket = Ticket.objects.select_for_update(of=("self",)).get(pk=ticket.pk)
        if ticket.state != TicketState.OPEN:
            who = ticket.answered_by or "别人"
            raise Refused(f"这张服务单已由{who}答复，没有重复保存。您写的内容：{words}")
        ticket.state = TicketState.ANSWERED
        ticket.answer = words
        ticket.answered_by = by
        ticket.answered_at = timezone.now()
        ticket.save()
        for user in asked_by(ticket):
            post(
                user,
                kind="ticket",
                key=f"ticket:{ticket.pk}:answer:{user.pk}",
                subject=f"“{ticket.subject}”有答复",
                body=words,
                path=reverse("hotlines:ticket", args=[ticket.public_id]),
            )
        return ticket


def close_ticket(ticket, by, satisfaction=None):
    """Close an answered ticket, with how content the person was if they said."""
    with transaction.atomic():
        ticket = Ticket.objects.select_for_update(of=("self",)).get(pk=ticket.pk)
        if ticket.state == TicketState.OPEN:
            raise Refused("先答复，再办结。")
        if ticket.state == TicketState.ANSWERED:
            ticket.state = TicketState.CLOSED
            ticket.closed_at = timezone.now()
            ticket.satisfaction = satisfaction
            ticket.save()
        return ticket


def escalate_ticket(ticket, by):
    """“镇街吹哨”: pass it up to the city; once is enough."""
    with transaction.atomic():
        ticket = Ticket.objects.select_for_update(of=("self",)).get(pk=ticket.pk)
        if ticket.state != TicketState.OPEN:
            raise Refused("已经答复的服务单不用上报。")
        if ticket.escalated_at is None:
            ticket.escalated_at = timezone.now()
            ticket.save()
        return ticket


def asked_by(ticket):
    """The accounts that read the answer: who asked on the portal, and the enterprise's people.
    None for somebody who called or has no account: they are called back."""
    users = {}
    if ticket.source == TicketSource.PORTAL and ticket.created_by_id:
        users[ticket.created_by_id] = ticket.created_by
    if ticket.enterprise_id:
        for member in Membership.objects.filter(
            enterprise=ticket.enterprise_id, ended_at__isnull=True
        ).select_related("user"):
            users[member.user_id] = member.user
    return list(users.values())
