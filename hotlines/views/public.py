"""Hotlines and questions: open to everyone, around the clock."""

from django.conf import settings
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from enterprises.access import enterprises_of
from hotlines.enums import TicketSource
from hotlines.forms import AskForm, MemberAskForm
from hotlines.models import Hotline, Ticket
from hotlines.services.tickets import open_ticket
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
    if region.isdigit() and len(region) == 6:
        rows = rows.filter(region__code__startswith=region)
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


@allow(PUBLIC)
def ask(request):
    """Leave a question; an enterprise's person gets it routed to their commissioner."""
    user = request.user
    enterprise = None
    if user.is_authenticated and user.role == Role.ENTERPRISE_MEMBER:
        enterprise = enterprises_of(user).select_related("region").first()
    if enterprise:
        form = MemberAskForm(request.POST or None)
    else:
        name = user.display_name if user.is_authenticated else ""
        form = AskForm(request.POST or None, initial={"contact_name": name})
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        if enterprise:
            data |= {
                "region": enterprise.region,
                "contact_name": str(user),
                "contact_phone": user.phone,
            }
        ticket = open_ticket(
            source=TicketSource.PORTAL,
            enterprise=enterprise,
            by=user if user.is_authenticated else None,
            **data,
        )
        if user.is_authenticated:
            messages.success(request, "已收到您的留言，答复后会给您发消息。")
            return redirect("hotlines:ticket", ticket.public_id)
        return render(request, "hotlines/asked.html", {"ticket": ticket})
    return render(
        request,
        "hotlines/ask.html",
        {"form": form, "enterprise": enterprise},
        status=422 if form.is_bound else 200,
    )


@allow(SIGNED_IN)
def ticket(request, public_id):
    """A question one asked, and its answer."""
    found = get_object_or_404(Ticket.objects.visible_to(request.user), public_id=public_id)
    return render(request, "hotlines/ticket.html", {"ticket": found})
