"""邀请: what employers asked a job seeker."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from enterprises.rows import vacancy_row
from enterprises.search_results import key_labels
from enterprises.views.vacancy_page import ended_words
from jobseekers.enums import InvitationState
from jobseekers.models import Invitation
from jobseekers.services import invitations as service
from portal.accounts.access import SEEKER, allow
from portal.refused import Refused


@allow(SEEKER)
def invitations(request):
    """Every invitation, newest first; the open ones can be followed or turned down."""
    page = Paginator(service.received_by(request.user), 20).get_page(request.GET.get("page"))
    labels = key_labels([one.vacancy for one in page.object_list])
    rows = []
    for one in page.object_list:
        ended = ended_words(one.vacancy)
        label = labels.get(one.vacancy.enterprise_id, "")
        row = vacancy_row(one.vacancy, label, status=ended[0] if ended else None)
        waits = one.state == InvitationState.SENT and not ended
        rows.append((one, row, waits))
    return render(request, "jobseekers/invitations.html", {"page_obj": page, "rows": rows})


@allow(SEEKER)
@require_POST
def decline(request, public_id):
    """“不考虑”."""
    found = get_object_or_404(Invitation.objects.visible_to(request.user), public_id=public_id)
    try:
        service.decline(found)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "已答复不考虑，这个岗位也不再推荐给您。")
    return redirect("jobseekers:invitations")
