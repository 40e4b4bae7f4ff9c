"""The inbox of everyone who gets messages, in the frame of their own pages."""

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from portal.accounts.access import ACTING_STAFF, MEMBER, SEEKER, allow
from portal.accounts.addresses import inside
from portal.accounts.enums import Role

from .models import Message
from .services import mark_read

# Frame and address of the inbox by role; staff share one.
FRAMES = {
    Role.JOB_SEEKER: ("base_seeker.html", "jobseekers"),
    Role.ENTERPRISE_MEMBER: ("base_enterprise.html", "enterprises"),
}
STAFF_FRAME = ("base_staff.html", "workbench")


@allow(SEEKER, MEMBER, ACTING_STAFF)
def inbox(request):
    """Messages, newest first."""
    rows = Message.objects.visible_to(request.user)
    page = Paginator(rows, 20).get_page(request.GET.get("page"))
    base, space = FRAMES.get(request.user.role, STAFF_FRAME)
    return render(
        request,
        "outbox/inbox.html",
        {
            "page_obj": page,
            "unread": rows.unread().count(),
            "base": base,
            "open_name": f"{space}:message_open",
        },
    )


@allow(SEEKER, MEMBER, ACTING_STAFF)
@require_POST
def open_message(request, public_id):
    """Mark one as read and go where it leads."""
    message = get_object_or_404(Message.objects.visible_to(request.user), public_id=public_id)
    mark_read(message)
    _, space = FRAMES.get(request.user.role, STAFF_FRAME)
    return redirect(inside(request, message.path) or f"{space}:messages")
