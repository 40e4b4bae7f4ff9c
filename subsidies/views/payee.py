"""Where one's subsidies are paid to: an enterprise's page, and a person's."""

from django.contrib import messages
from django.shortcuts import redirect, render

from enterprises.access import current_enterprise
from enterprises.views.owned import page, to_form
from portal.accounts.access import MEMBER, SEEKER, allow
from portal.refused import Refused
from subsidies.enums import ClaimState, PaymentState
from subsidies.models import Claim, PayeeAccount, Payment
from subsidies.payment_forms import PayeeForm
from subsidies.services.payees import (
    confirm_enterprise_account,
    confirm_person_account,
    name_of_applicant,
)


@allow(MEMBER)
def payee(request):
    """The account as confirmed, what waits for it, and the form."""
    enterprise = current_enterprise(request)
    account = (
        PayeeAccount.objects.filter(enterprise=enterprise).select_related("confirmed_by").first()
    )
    # The number is typed anew each time: nobody reads it off the page.
    initial = {"holder": enterprise.name, "bank": account.bank if account else ""}
    form = PayeeForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            confirm_enterprise_account(enterprise, request.user, **form.cleaned_data)
        except Refused as refused:
            to_form(form, refused)
        else:
            messages.success(request, "收款账户已确认。批准的补贴编入下一批拨到这里。")
            return redirect("enterprises:payee")
    claims = Claim.objects.filter(enterprise=enterprise)
    context = {"form": form, "account": account, "back": "enterprises:policies"}
    return page(
        request,
        "subsidies/payee.html",
        context | _waiting(claims, account) | {"base": "base_enterprise.html"},
        enterprise=enterprise,
        status=400 if form.errors else 200,
    )


def _waiting(claims, account):
    """What is approved and not paid, and the last return the account was not confirmed after."""
    waiting = claims.filter(state__in=(ClaimState.APPROVED, ClaimState.PAYMENT_RETURNED))
    returned = (
        Payment.objects.filter(claim__in=waiting, state=PaymentState.RETURNED)
        .order_by("-recorded_at")
        .first()
    )
    if returned and account and account.confirmed_at > returned.recorded_at:
        returned = None
    return {
        "waiting_fen": sum(waiting.values_list("amount_fen", flat=True)),
        "returned": returned,
    }


@allow(SEEKER)
def person_payee(request):
    """The same for a person: only their own card."""
    user = request.user
    name = name_of_applicant(user)
    if not name:
        messages.error(request, "请先提交补贴申请，再确认收款账户。户名要和申请上的姓名一致。")
        return redirect("applications:list")
    account = PayeeAccount.objects.filter(user=user).select_related("confirmed_by").first()
    form = PayeeForm(
        request.POST or None,
        initial={"holder": name, "bank": account.bank if account else ""},
    )
    form.fields["holder"].help_text = "您本人的姓名"
    form.fields["number"].help_text = "您本人的银行卡号"
    if request.method == "POST" and form.is_valid():
        try:
            confirm_person_account(user, name=name, **form.cleaned_data)
        except Refused as refused:
            to_form(form, refused)
        else:
            messages.success(request, "收款账户已确认。批准的补贴编入下一批拨到这里。")
            return redirect("applications:account")
    claims = Claim.objects.filter(enterprise=None, decision__application__user=user)
    context = {"form": form, "account": account, "back": "applications:list"}
    return render(
        request,
        "subsidies/payee.html",
        context | _waiting(claims, account) | {"base": "base_seeker.html"},
        status=400 if form.errors else 200,
    )
