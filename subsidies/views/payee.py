"""An enterprise's own: where its subsidies are paid to."""

from django.contrib import messages
from django.shortcuts import redirect

from enterprises.access import current_enterprise
from enterprises.views.owned import page, to_form
from portal.accounts.access import MEMBER, allow
from portal.refused import Refused
from subsidies.enums import ClaimState, PaymentState
from subsidies.models import Claim, PayeeAccount, Payment
from subsidies.payment_forms import PayeeForm
from subsidies.services.payees import confirm_enterprise_account


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
    waiting = Claim.objects.filter(
        enterprise=enterprise, state__in=(ClaimState.APPROVED, ClaimState.PAYMENT_RETURNED)
    )
    returned = (
        Payment.objects.filter(claim__in=waiting, state=PaymentState.RETURNED)
        .order_by("-recorded_at")
        .first()
    )
    if returned and account and account.confirmed_at > returned.recorded_at:
        returned = None
    return page(
        request,
        "subsidies/payee.html",
        {
            "account": account,
            "form": form,
            "waiting_fen": sum(waiting.values_list("amount_fen", flat=True)),
            "returned": returned,
        },
        enterprise=enterprise,
        status=400 if form.errors else 200,
    )
