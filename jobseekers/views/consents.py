"""A job seeker's consents: what, to whom, since when, withdrawing."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from jobseekers.services.profile import (
    FINDABLE_WORDING,
    SMS_WORDING,
    set_findable,
    set_sms,
)
from portal.accounts.access import SEEKER, allow
from portal.accounts.enums import ConsentKind
from portal.accounts.models import ConsentRecord
from portal.accounts.services import withdraw_consent


@allow(SEEKER)
def consents(request):
    """Each consent: what, to whom, since when; withdrawing."""
    if request.method == "POST" and "sms" in request.POST:
        on = request.POST["sms"] == "on"
        set_sms(request.user, on)
        messages.success(
            request, "以后有答复会发短信。" if on else "不再发短信，消息还会在站内给您。"
        )
        return redirect("jobseekers:consents")
    if request.method == "POST":
        on = request.POST.get("findable") == "on"
        set_findable(request.user, on)
        messages.success(
            request,
            "单位可以在候选人名单里看到您了。" if on else "单位不会再在候选人名单里看到您。",
        )
        return redirect("jobseekers:consents")
    records = list(
        ConsentRecord.objects.filter(user=request.user)
        .exclude(kind__in=[ConsentKind.FINDABLE, ConsentKind.SMS])
        .select_related("recipient")
        .order_by("-given_at", "-pk")
    )
    live = {
        record.kind: record
        for record in ConsentRecord.objects.filter(
            user=request.user,
            kind__in=[ConsentKind.FINDABLE, ConsentKind.SMS],
            withdrawn_at__isnull=True,
        )
    }
    return render(
        request,
        "jobseekers/consents.html",
        {
            "records": records,
            "findable": live.get(ConsentKind.FINDABLE),
            "findable_wording": FINDABLE_WORDING,
            "sms": live.get(ConsentKind.SMS),
            "sms_wording": SMS_WORDING,
        },
    )


@allow(SEEKER)
@require_POST
def consent_withdraw(request, public_id):
    """Withdraw one consent."""
    record = get_object_or_404(ConsentRecord, user=request.user, public_id=public_id)
    withdraw_consent(record)
    messages.success(request, "已撤回同意。对方不能再看到您的简历。")
    return redirect("jobseekers:consents")
