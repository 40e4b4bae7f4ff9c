"""Hotlines and questions: open to everyone, around the clock."""

from django.conf import settings
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from enterprises.access import enterprises_of
from enterprises.models import Vacancy
from hotlines.enums import TicketSource
from hotlines.forms import AskForm, MemberAskForm
from hotlines.models import Hotline, Ticket
from hotlines.services.tickets import open_ticket
from jobseekers.services.profile import seeker_of
from portal.accounts.access import PUBLIC, SIGNED_IN, allow
from portal.accounts.enums import Role
from portal.places.models import Division
from portal.places.working_days import is_workday

OPENS, CLOSES = 9, 17.5


def open_now(moment):
    """Whether the offices answer the telephone at that moment (city time)."""
    hour = moment.hour + moment.minute / 60
    return is_workday(moment.date()) and OPENS <= hour < CLOSES


@allow(PUBLIC)
def hotlines(request):
    """The directory by region."""
    region = request.GET.get("region", "")
    rows = Hotline.objects.select_related("region")
    if region.isdecimal() and len(region) == 6:
        rows = rows.filter(region__code__startswith=region)
    rows = list(rows)
    return render(
        request,
        "hotlines/list.html",
        {
            "hotlines": rows,
            "region": region,
            "districts": Division.objects.districts_of(settings.CITY_CODE),
            "open_now": open_now(timezone.localtime()),
        },
    )


SENT = "asked_ticket"


@allow(PUBLIC)
def ask(request):
    """Leave a question; an enterprise's person gets it routed to their commissioner."""
    subject = request.GET.get("subject", "")[:60]
    vacancy = None
    if request.GET.get("vacancy"):
        vacancy = Vacancy.objects.published_once().filter(public_id=request.GET["vacancy"]).first()
    if vacancy:
        subject = f"举报岗位：{vacancy.title}（{vacancy.enterprise.name}）"[:60]
    title = "举报岗位" if vacancy else "留言提问"
    return _ask_page(request, title, {"subject": subject})


@allow(PUBLIC)
def feedback(request):
    """Opinions and complaints about the portal or an office go the same way as questions."""
    return _ask_page(request, "意见与投诉", {"subject": "意见与投诉"})


def _ask_page(request, title, initial):
    user = request.user
    enterprise = None
    if user.is_authenticated and user.role == Role.ENTERPRISE_MEMBER:
        enterprise = enterprises_of(user).select_related("region").first()
    if enterprise:
        form = MemberAskForm(request.POST or None, initial=initial)
    else:
        form = AskForm(request.POST or None, initial=initial | _known(user))
    if request.method == "POST" and form.is_valid():
        ticket = _open(user, enterprise, form.cleaned_data)
        if user.is_authenticated:
            messages.success(request, "已收到您的留言，答复后会给您发消息。")
            return redirect("hotlines:ticket", ticket.public_id)
        request.session[SENT] = ticket.public_id
        return redirect("hotlines:asked")
    return render(
        request,
        "hotlines/ask.html",
        {"form": form, "enterprise": enterprise, "title": title},
        status=422 if form.is_bound else 200,
    )


def _known(user):
    """What a signed-in person need not type again."""
    if not user.is_authenticated:
        return {}
    seeker = seeker_of(user) if user.role == Role.JOB_SEEKER else None
    known = {"contact_name": user.display_name, "contact_phone": user.phone}
    return known | ({"region": seeker.region_id[:6]} if seeker else {})


def _open(user, enterprise, data):
    if enterprise:
        data = data | {
            "region": enterprise.region,
            "contact_name": str(user),
            "contact_phone": user.phone,
        }
    return open_ticket(
        source=TicketSource.PORTAL,
        enterprise=enterprise,
        by=user if user.is_authenticated else None,
        **data,
    )


@allow(PUBLIC)
def asked(request):
    """What a stranger is told after leaving a question; only to the one who left it."""
    ticket = get_object_or_404(Ticket, public_id=request.session.get(SENT, ""))
    return render(request, "hotlines/asked.html", {"ticket": ticket})


@allow(SIGNED_IN)
def ticket(request, public_id):
    """A question one asked, and its answer."""
    found = get_object_or_404(Ticket.objects.visible_to(request.user), public_id=public_id)
    return render(request, "hotlines/ticket.html", {"ticket": found})
