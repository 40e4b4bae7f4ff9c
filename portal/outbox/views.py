"""The inbox of a job seeker or of an enterprise's person."""

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from portal.accounts.access import MEMBER, SEEKER, allow
from portal.accounts.addresses import inside
from portal.accounts.enums import Role

from .models import Message
from .services import mark_read


@allow(SEEKER, MEMBER)
def inbox(request):
    """Messages, newest first."""
    rows = Message.objects.visible_to(request.user)
    page = Paginator(rows, 20).get_page(request.GET.get("page"))
    seeker = request.user.role == Role.JOB_SEEKER
    return render(
        request,
        "outbox/inbox.html",
        {
            "page_obj": page,
            "unread": rows.unread().count(),
            "base": "base_seeker.html" if seeker else "base_enterprise.html",
        },
    )


@allow(SEEKER, MEMBER)
@require_POST
def open_message(request, public_id):
    """Mark one as read and go where it leads."""
    message = get_object_or_404(Message.objects.visible_to(request.user), public_id=public_id)
    mark_read(message)
    seeker = request.user.role == Role.JOB_SEEKER
    back = "jobseekers:messages" if seeker else "enterprises:messages"
    return redirect(inside(request, message.path) or back)
