"""Staff: payment batches from approved claims to the bank's answer."""

from collections import Counter

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from portal.accounts.access import OFFICERS, allow
from portal.reports.workbook import workbook_response
from portal.ui.formatting import thousands, yuan
from subsidies import payment_file
from subsidies.enums import PaymentBatchState, PaymentState
from subsidies.forms import ReasonForm
from subsidies.models import PaymentBatch, Recovery
from subsidies.payment_forms import AnswerFileForm, SettledForm
from subsidies.rmb_words import rmb_words
from subsidies.services import payments as service
from subsidies.services.bank_answer import AnswerRejected, apply_bank_answer
from subsidies.services.claims import REVIEWER_ROLES
from subsidies.services.payment_downloads import fetch_list, fetches
from subsidies.services.settlement import record_paid, record_returned

from .said import refusals_said

PER_PAGE = 50
SHOWN_WRONG = 200


@allow(OFFICERS)
def payments(request):
    """What can be paid, what waits for an account, every batch."""
    user = request.user
    payable = service.sort_payable(service.payable_claims(user))
    batches = PaymentBatch.objects.visible_to(user).select_related(
        "region", "prepared_by", "sent_by"
    )
    return render(
        request,
        "subsidies/payments/list.html",
        {
            "payable": payable,
            "ready": payable.ready[:PER_PAGE],
            "without_fen": sum(claim.amount_fen for claim in (*payable.without, *payable.misnamed)),
            "waiting": _waiting(payable)[:PER_PAGE],
            "waiting_count": len(_waiting(payable)),
            "to_send": service.batches_to_send(user).select_related("prepared_by"),
            "page": Paginator(batches, 20).get_page(request.GET.get("page")),
            "open_recoveries": Recovery.objects.visible_to(user)
            .filter(state__in=("open", "notified"))
            .count(),
            "may_act": user.role in REVIEWER_ROLES,
        },
    )


def _waiting(payable):
    """(claim, why it cannot be paid) of claims without an account that works."""
    return (
        [(claim, "还没有确认收款账户") for claim in payable.without]
        + [
            (claim, "收款账户的户名和申请上的姓名不一致。等本人重新确认")
            for claim in payable.misnamed
        ]
        + [
            (claim, f"银行退回：{payment.returned_reason}。等重新确认账户")
            for claim, payment in payable.bounced
        ]
    )


@allow(OFFICERS)
@require_POST
def prepare(request):
    """Put everything that can be paid now, or what was ticked, into a batch."""
    ticked = request.POST.getlist("claims")
    with refusals_said(request) as outcome:
        if request.POST.get("scope") == "all":
            ready = service.sort_payable(service.payable_claims(request.user)).ready
            seen = (request.POST.get("shown_count"), request.POST.get("shown_fen"))
            if (str(len(ready)), str(sum(claim.amount_fen for claim, _ in ready))) != seen:
                raise ValidationError("名单有变化，没有生成发放表。请看过新的名单再办。")
            ticked = [claim.public_id for claim, _ in ready]
        batch = service.prepare_batch(ticked, request.user)
        messages.success(
            request,
            f"已生成{batch}：{thousands(batch.count)} 笔，{yuan(batch.total_fen)} 元。"
            "下一步由另一人核对后送银行。",
        )
    if outcome.refused:
        return redirect("subsidies:payments")
    return redirect("subsidies:payment_batch", batch.public_id)


@allow(OFFICERS)
@require_POST
def remind(request):
    """Ask those without an account to confirm one."""
    with refusals_said(request) as outcome:
        count = service.remind_without_account(request.user)
    if not outcome.refused:
        words = f"已发出 {thousands(count)} 条提醒。" if count else "都已经提醒过，没有再发。"
        messages.success(request, words)
    return redirect("subsidies:payments")


def _batch(request, public_id):
    batches = PaymentBatch.objects.visible_to(request.user).select_related(
        "region", "prepared_by", "sent_by", "cancelled_by"
    )
    return get_object_or_404(batches, public_id=public_id)


def _batch_page(request, one, *, wrong=(), status=200):
    listed = one.payments.select_related(
        "claim__enterprise", "claim__decision__application__user"
    ).defer("claim__decision__facts", "claim__decision__trace", "claim__decision__amount_steps")
    state = request.GET.get("state", "")
    if state in PaymentState.values:
        listed = listed.filter(state=state)
    counts = Counter(one.payments.values_list("state", flat=True))
    user = request.user
    acts = user.role in REVIEWER_ROLES
    sent = one.state in (PaymentBatchState.SENT, PaymentBatchState.CLOSED)
    return render(
        request,
        "subsidies/payments/batch.html",
        {
            "batch": one,
            "code": payment_file.batch_code(one),
            "words": rmb_words(one.total_fen),
            "page": Paginator(listed.order_by("number"), PER_PAGE).get_page(
                request.GET.get("page")
            ),
            "state": state,
            "tabs": [(s, counts[s.value]) for s in PaymentState if s.value in counts],
            "open_count": counts.get(PaymentState.SENT.value, 0),
            "is_mine": one.prepared_by_id == user.pk,
            "prepared": one.state == PaymentBatchState.PREPARED,
            "sent": sent,
            "may_act": acts,
            "may_fetch": acts and one.state != PaymentBatchState.CANCELLED,
            "may_settle": acts and sent,
            "reason_form": ReasonForm(),
            "settled_form": SettledForm(),
            "answer_form": AnswerFileForm(),
            "wrong": list(wrong)[:SHOWN_WRONG],
            "wrong_count": len(wrong),
            "fetched": fetches(one),
        },
        status=status,
    )


@allow(OFFICERS)
def batch(request, public_id):
    """A batch: its list with masked accounts, who did what, the next step."""
    return _batch_page(request, _batch(request, public_id))


@allow(OFFICERS)
@require_POST
def send(request, public_id):
    """The second person hands the list to the bank."""
    one = _batch(request, public_id)
    with refusals_said(request) as outcome:
        service.send_batch(one.public_id, request.user, request.POST.get("seen", ""))
    if not outcome.refused:
        messages.success(request, f"{one}已记为送银行。银行回复后在这里登记结果。")
    return redirect("subsidies:payment_batch", one.public_id)


@allow(OFFICERS)
@require_POST
def cancel(request, public_id):
    """Take back a batch that has not been sent."""
    one = _batch(request, public_id)
    with refusals_said(request) as outcome:
        service.cancel_batch(one.public_id, request.user, request.POST.get("reason", ""))
    if not outcome.refused:
        messages.success(request, f"{one}已撤销，里面的企业回到可以发放的名单。")
    return redirect("subsidies:payment_batch", one.public_id)


@allow(OFFICERS)
@require_POST
@never_cache
def file(request, public_id):
    """The payment file with account numbers in full; who fetched it and why is kept."""
    one = _batch(request, public_id)
    with refusals_said(request) as outcome:
        one, listed = fetch_list(one.public_id, request.user, request.POST.get("reason"))
    if outcome.refused:
        return redirect("subsidies:payment_batch", one.public_id)
    content = payment_file.payment_workbook(one, listed)
    return workbook_response(content, payment_file.file_name(one))


@allow(OFFICERS)
@require_POST
def settle(request, public_id):
    """Record ticked lines as paid or returned, or all that are open as paid."""
    one = _batch(request, public_id)
    form = SettledForm(request.POST)
    scope, ticked = request.POST.get("scope"), request.POST.getlist("payments")
    if not form.is_valid():
        messages.error(request, "".join(sum(form.errors.values(), [])))
        return redirect("subsidies:payment_batch", one.public_id)
    day, reason = form.cleaned_data["day"], form.cleaned_data["reason"]
    with refusals_said(request) as outcome:
        if scope == "returned":
            record_returned(one.public_id, request.user, day, dict.fromkeys(ticked, reason))
            done = f"{len(ticked)} 笔已登记为银行退回，已告诉对方核对账户。"
        elif scope == "paid" and not ticked:
            raise ValidationError("请勾选到账的那几笔。")
        else:
            record_paid(one.public_id, request.user, day, None if scope == "all" else ticked)
            done = "已登记到账，已告诉对方。"
    if not outcome.refused:
        messages.success(request, done)
    return redirect("subsidies:payment_batch", one.public_id)


@allow(OFFICERS)
@require_POST
def answer(request, public_id):
    """Read the bank's answer; bad lines are shown with number and reason, and nothing is recorded."""
    one = _batch(request, public_id)
    form = AnswerFileForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, "".join(sum(form.errors.values(), [])))
        return redirect("subsidies:payment_batch", one.public_id)
    sent_file = form.cleaned_data["file"]
    day = form.cleaned_data["day"]
    try:
        done = apply_bank_answer(one.public_id, request.user, sent_file.read(), sent_file.name, day)
    except AnswerRejected as rejected:
        messages.error(request, str(rejected))
        return _batch_page(request, one, wrong=rejected.lines, status=400)
    except ValidationError as refused:
        messages.error(request, "".join(refused.messages))
        return redirect("subsidies:payment_batch", one.public_id)
    messages.success(
        request,
        f"已登记：到账 {thousands(done['paid'])} 笔，退回 {thousands(done['returned'])} 笔。",
    )
    return redirect("subsidies:payment_batch", one.public_id)
