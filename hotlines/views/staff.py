"""Staff and commissioners: tickets, commissioners, assignments, visits, hotlines."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Case, Count, F, IntegerField, Q, Value, When
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from enterprises.models import Enterprise
from hotlines.enums import QUOTAS, CommissionerRank, TicketState
from hotlines.forms import (
    AnswerForm,
    AssignForm,
    CloseForm,
    CommissionerForm,
    HotlineForm,
    TicketForm,
    VisitForm,
)
from hotlines.models import Assignment, Commissioner, Hotline, Ticket
from hotlines.services.assignments import assign
from hotlines.services.commissioners import register_commissioner
from hotlines.services.directory import delete_hotline, save_hotline
from hotlines.services.tickets import (
    answer_ticket,
    asked_by,
    close_ticket,
    escalate_ticket,
    open_ticket,
)
from hotlines.services.visits import record_visit
from portal.accounts.access import ACTING_STAFF, BUREAU, OFFICERS, allow
from portal.refused import Refused

PAGE_SIZE = 20


@allow(BUREAU)
def tickets(request):
    """Overdue first, then by deadline; answered and closed ones on their own tabs."""
    now = timezone.now()
    state = request.GET.get("state", TicketState.OPEN)
    if state not in TicketState.values:
        state = TicketState.OPEN
    seen = Ticket.objects.visible_to(request.user)
    rows = seen.filter(state=state).select_related("enterprise", "region", "owner__user")
    if request.GET.get("overdue"):
        rows = rows.filter(due_at__lt=now)
    rows = rows.order_by("due_at", "pk") if state == TicketState.OPEN else rows.order_by("-pk")
    counts = seen.aggregate(
        **{value: Count("pk", filter=Q(state=value)) for value in TicketState.values},
        overdue=Count("pk", filter=Q(state=TicketState.OPEN, due_at__lt=now)),
    )
    return render(
        request,
        "hotlines/staff/tickets.html",
        {
            "page_obj": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
            "tabs": [(s.value, s.label, counts[s.value], s.value == state) for s in TicketState],
            "state": state,
            "overdue": counts["overdue"],
            "now": now,
        },
    )


@allow(ACTING_STAFF)
def ticket_new(request):
    """Write down what came by telephone or on a visit."""
    form = TicketForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        data.pop("credit_code")
        made = open_ticket(enterprise=form.enterprise, by=request.user, **data)
        owner = f"已转给专员{made.owner}。" if made.owner else f"已转给{made.region}，等待答复。"
        messages.success(request, f"已登记，编号 {made.public_id}。{owner}")
        if Ticket.objects.visible_to(request.user).filter(pk=made.pk).exists():
            return redirect("workbench:ticket", made.public_id)
        return redirect("workbench:tickets")  # a call for another district
    return render(
        request,
        "hotlines/staff/ticket_new.html",
        {"form": form},
        status=422 if form.is_bound else 200,
    )


@allow(BUREAU)
def ticket(request, public_id):
    """One ticket: the clock, the question, the answer."""
    found = get_object_or_404(
        Ticket.objects.visible_to(request.user).select_related(
            "enterprise", "region", "owner__user", "answered_by"
        ),
        public_id=public_id,
    )
    form = AnswerForm(request.POST or None)
    if request.method == "POST":
        try:
            if "escalate" in request.POST:
                escalate_ticket(found, request.user)
                messages.success(request, "已上报市级。")
                return redirect("workbench:ticket", public_id)
            if "close" in request.POST:
                closing = CloseForm(request.POST)
                if not closing.is_valid():
                    raise Refused("没有办结：请重新选对方是否满意。")
                close_ticket(found, request.user, closing.cleaned_data["satisfaction"])
                messages.success(request, "已办结。")
                return redirect("workbench:tickets")
            if form.is_valid():
                answer_ticket(found, request.user, form.cleaned_data["words"])
                told = "对方会收到消息。" if asked_by(found) else "对方没有账号，请打电话告诉对方。"
                messages.success(request, f"已答复，{told}")
                return redirect("workbench:ticket", public_id)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("workbench:ticket", public_id)
    return render(
        request,
        "hotlines/staff/ticket.html",
        {
            "ticket": found,
            "form": form,
            "close_form": CloseForm(),
            "now": timezone.now(),
            "may_act": request.user.may_act,
        },
        status=422 if form.is_bound else 200,
    )


@allow(BUREAU)
def commissioners(request):
    """Who looks after how many, beside the quota of their rank."""
    rank = Case(
        *[When(rank=value, then=Value(quota)) for value, quota in QUOTAS.items()],
        output_field=IntegerField(),
    )
    rows = (
        Commissioner.objects.visible_to(request.user)
        .with_load()
        .annotate(
            quota=rank,
            short=rank - F("load"),
            waiting=Count("tickets", filter=Q(tickets__state="open"), distinct=True),
        )
        .select_related("user__region")
        .order_by("user__region_id", "office", "pk")
    )
    without = (
        Enterprise.objects.visible_to(request.user)
        .exclude(pk__in=Assignment.objects.active().values("enterprise"))
        .with_is_key(timezone.localdate())
        .select_related("region")
        .order_by("-is_key", "name", "pk")
    )
    return render(
        request,
        "hotlines/staff/commissioners.html",
        {
            "page_obj": Paginator(rows, 50).get_page(request.GET.get("page")),
            "without": list(without[:10]),
            "without_total": without.count(),
            "quotas": [(CommissionerRank(value).label, n) for value, n in QUOTAS.items()],
        },
    )


@allow(OFFICERS & ACTING_STAFF)
def commissioner_new(request):
    """Register an account of the role as a commissioner who can be assigned."""
    form = CommissionerForm(
        request.POST or None, user=request.user, initial={"office": request.user.office}
    )
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        try:
            made = register_commissioner(data.pop("user"), request.user, **data)
        except Refused as refusal:
            form.add_error(None, refusal.messages)
        else:
            messages.success(request, f"{made}已登记为专员，可以派给企业了。")
            return redirect("workbench:commissioner", made.public_id)
    return render(
        request,
        "hotlines/staff/commissioner_new.html",
        {"form": form},
        status=422 if form.is_bound else 200,
    )


@allow(BUREAU)
def commissioner(request, public_id):
    """One commissioner: the enterprises, and the history of handovers."""
    found = get_object_or_404(
        Commissioner.objects.visible_to(request.user).with_load().select_related("user"),
        public_id=public_id,
    )
    history = (
        Assignment.objects.filter(commissioner=found)
        .select_related("enterprise__region", "assigned_by")
        .order_by("ended_at", "-started_at", "-pk")
    )
    return render(
        request,
        "hotlines/staff/commissioner.html",
        {
            "commissioner": found,
            "quota": QUOTAS[CommissionerRank(found.rank)],
            "page_obj": Paginator(history, PAGE_SIZE).get_page(request.GET.get("page")),
        },
    )


@allow(OFFICERS)
def assignment(request, public_id):
    """Assign or hand over an enterprise; the history below."""
    enterprise = get_object_or_404(
        Enterprise.objects.visible_to(request.user).select_related("region"), public_id=public_id
    )
    form = AssignForm(request.POST or None, user=request.user, enterprise=enterprise)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            assign(enterprise, data["commissioner"], request.user, data["reason"])
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{enterprise.name}由{data['commissioner']}包保。")
            return redirect("workbench:enterprise", public_id)
    history = (
        Assignment.objects.filter(enterprise=enterprise)
        .select_related("commissioner__user", "assigned_by")
        .order_by("-started_at", "-pk")
    )
    return render(
        request,
        "hotlines/staff/assignment.html",
        {"enterprise": enterprise, "form": form, "history": history},
        status=422 if form.is_bound else 200,
    )


@allow(ACTING_STAFF)
def visit_new(request, public_id):
    """Record a visit to an enterprise."""
    enterprise = get_object_or_404(Enterprise.objects.visible_to(request.user), public_id=public_id)
    today = timezone.localdate()
    form = VisitForm(request.POST or None, initial={"visited_on": today})
    if request.method == "POST" and form.is_valid():
        try:
            record_visit(enterprise, request.user, today=today, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "走访已记录。")
            return redirect("workbench:enterprise", public_id)
    return render(
        request,
        "hotlines/staff/visit_new.html",
        {"enterprise": enterprise, "form": form, "visits": enterprise.visits.all()[:10]},
        status=422 if form.is_bound else 200,
    )


@allow(OFFICERS)
def hotlines(request):
    """The directory as staff keep it."""
    editable = set(Hotline.objects.editable_by(request.user).values_list("pk", flat=True))
    rows = [(line, line.pk in editable) for line in Hotline.objects.select_related("region")]
    return render(request, "hotlines/staff/hotlines.html", {"rows": rows})


@allow(OFFICERS & ACTING_STAFF)
def hotline_edit(request, public_id=None):
    """Change one line, or add one."""
    line = None
    if public_id:
        line = get_object_or_404(Hotline.objects.editable_by(request.user), public_id=public_id)
    form = HotlineForm(request.POST or None, instance=line, user=request.user)
    if request.method == "POST" and form.is_valid():
        save_hotline(form.save(commit=False))
        messages.success(request, "热线已保存，公开页面马上更新。")
        return redirect("workbench:hotlines")
    return render(
        request,
        "hotlines/staff/hotline_edit.html",
        {"form": form, "line": line},
        status=422 if form.is_bound else 200,
    )


@allow(OFFICERS & ACTING_STAFF)
@require_POST
def hotline_delete(request, public_id):
    """Take a line out of the directory."""
    line = get_object_or_404(Hotline.objects.editable_by(request.user), public_id=public_id)
    delete_hotline(line)
    messages.success(request, f"已删除{line.office}的热线。")
    return redirect("workbench:hotlines")
