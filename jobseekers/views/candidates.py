"""An employer's side: people who agreed to be found, and inviting them."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from enterprises.models import Vacancy
from jobseekers.forms import InviteForm
from jobseekers.models import JobSeeker
from jobseekers.services import invitations as service
from jobseekers.services.recommending import candidates_for, factors_of
from portal.accounts.access import MEMBER, allow
from portal.refused import Refused


def _vacancy(request, public_id):
    return get_object_or_404(
        Vacancy.objects.managed_by(request.user).select_related("enterprise", "region__parent"),
        public_id=public_id,
    )


@allow(MEMBER)
def candidates(request, public_id):
    """People who agreed to be found and fit one post, with all factors of that, masked; and who was
    invited, with what they said."""
    vacancy = _vacancy(request, public_id)
    invited = service.sent_for(vacancy)
    asked = {one.seeker_id for one in invited}
    limit, sent = service.limit_of(vacancy), service.sent_today(vacancy)
    return render(
        request,
        "jobseekers/candidates.html",
        {
            "enterprise": vacancy.enterprise,
            "vacancy": vacancy,
            "candidates": [
                (advice, factors_of(advice.recommendation.parts))
                for advice in candidates_for(vacancy)
                if advice.recommendation.seeker_id not in asked
            ],
            "invited": invited,
            "limit": limit,
            "left": max(0, limit - sent) if vacancy.is_live else 0,
        },
    )


@allow(MEMBER)
@require_POST
def invite(request, public_id):
    """Invite one of them to apply."""
    vacancy = _vacancy(request, public_id)
    form = InviteForm(request.POST)
    if not form.is_valid():
        messages.error(request, "给求职者的话最多 300 个字，没有发出邀请。")
        return redirect("enterprises:candidates", public_id)
    seeker = JobSeeker.objects.filter(
        public_id=form.cleaned_data["seeker"], user__isnull=False
    ).first()
    try:
        if seeker is None:
            raise Refused(service.GONE)
        service.invite(vacancy, seeker, request.user, form.cleaned_data["note"])
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "已发出邀请。对方应聘后，您能看到简历和联系方式。")
    return redirect("enterprises:candidates", public_id)
