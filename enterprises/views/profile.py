"""Overview, register, facts, licence, members: what an enterprise is."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from enterprises.access import SESSION_KEY, current_enterprise, enterprises_of
from enterprises.forms.register import EditForm, InviteForm, LicenceForm, RegisterForm
from enterprises.models import LicenceFile
from enterprises.overview import waiting_for
from enterprises.services.licences import licence_in_force, posting_obstacle, upload_licence
from enterprises.services.members import end_membership, invite_member, make_owner
from enterprises.services.register import FACTS, register_enterprise, update_enterprise
from portal.accounts.access import BUREAU, MEMBER, PUBLIC, allow
from portal.accounts.enums import Role
from portal.accounts.models import Membership

from .owned import page, refusals_said, to_form


@allow(PUBLIC)
def overview(request):
    """What waits for the enterprise; to others, what the portal does for enterprises."""
    user = request.user
    if not user.is_authenticated or user.role != Role.ENTERPRISE_MEMBER:
        context = {"emergency_from": settings.SHORTAGE_EMERGENCY_FROM}
        return render(request, "enterprises/landing.html", context)
    if not enterprises_of(user).exists():
        return redirect("enterprises:register")
    enterprise = current_enterprise(request)
    return page(
        request,
        "enterprises/overview.html",
        waiting_for(enterprise),
        enterprise=enterprise,
    )


@allow(MEMBER)
def register(request):
    """Put an enterprise on the register."""
    form = RegisterForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            enterprise = register_enterprise(request.user, form.cleaned_data)
        except ValidationError as error:
            to_form(form, error)
        else:
            request.session[SESSION_KEY] = enterprise.public_id
            messages.success(request, "企业已登记。下一步上传营业执照，核验后就能发布岗位。")
            return redirect("enterprises:licence")
    first = not enterprises_of(request.user).exists()
    return render(
        request,
        "enterprises/register.html",
        {"form": form, "first": first, "enterprise": None},
    )


@allow(MEMBER)
def edit(request):
    """Keep the facts right; the size class follows and is shown with its rule."""
    enterprise = current_enterprise(request)
    initial = {name: getattr(enterprise, name) for name in FACTS if name != "contact_phone"}
    form = EditForm(request.POST or None, initial=initial, enterprise=enterprise)
    if request.method == "POST" and form.is_valid():
        try:
            enterprise = update_enterprise(enterprise, request.user, form.facts())
        except ValidationError as error:
            to_form(form, error)
        else:
            size = enterprise.get_size_class_display() or "暂不能划分"
            messages.success(request, f"已保存。企业规模：{size}。")
            return redirect("enterprises:edit")
    return page(request, "enterprises/edit.html", {"form": form}, enterprise=enterprise)


@allow(MEMBER)
def licence(request):
    """The licence: its state, the files sent, one more."""
    enterprise = current_enterprise(request)
    form = LicenceForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            upload_licence(enterprise, request.user, form.cleaned_data["licence"])
        except ValidationError as error:
            form.add_error("licence", error)
        else:
            messages.success(request, "执照已上传，工作人员核验后告诉您，一般 1 个工作日内。")
            return redirect("enterprises:licence")
    context = {
        "form": form,
        "files": enterprise.licence_files.select_related("uploaded_by")[:10],
        "obstacle": posting_obstacle(enterprise),
        "in_force": licence_in_force(enterprise),
    }
    return page(request, "enterprises/licence.html", context, enterprise=enterprise)


@allow(MEMBER, BUREAU)
def licence_file(request, public_id):
    """One licence file, to those who see its enterprise, as a download and nothing else."""
    found = get_object_or_404(LicenceFile.objects.visible_to(request.user), public_id=public_id)
    try:
        content = found.file.open("rb")
    except FileNotFoundError as error:
        raise Http404("the stored file is gone") from error
    ending = found.file.name.rsplit(".", 1)[-1]
    response = FileResponse(
        content,
        as_attachment=True,
        filename=f"{found.enterprise.name}-营业执照.{ending}",
        content_type=found.media_type,
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@allow(MEMBER)
def members(request):
    """Who acts for the enterprise; add one."""
    enterprise = current_enterprise(request)
    rows = list(_members(enterprise).select_related("user"))
    own = next((row for row in rows if row.user_id == request.user.pk), None)
    manages = bool(own and own.is_owner)
    form = InviteForm(request.POST or None) if manages else None
    if request.method == "POST":
        if not manages:
            raise Http404
        if form.is_valid():
            try:
                added = invite_member(enterprise, request.user, **form.cleaned_data)
            except ValidationError as error:
                to_form(form, error)
            else:
                messages.success(request, f"已添加 {added.user}，对方会收到消息。")
                return redirect("enterprises:members")
    context = {"form": form, "rows": rows, "manages": manages}
    return page(request, "enterprises/members.html", context, enterprise=enterprise)


@allow(MEMBER)
@require_POST
def member_change(request, pk):
    """End a membership or let the member manage the others (action=end|owner)."""
    enterprise = current_enterprise(request)
    own = _members(enterprise).filter(user=request.user, is_owner=True).exists()
    membership = get_object_or_404(_members(enterprise).select_related("user", "enterprise"), pk=pk)
    leaves = membership.user_id == request.user.pk
    if not own and not leaves:
        raise Http404
    with refusals_said(request) as said:
        if request.POST.get("action") == "owner" and own:
            make_owner(membership, request.user)
            messages.success(request, f"{membership.user} 现在也能管理成员。")
        else:
            end_membership(membership, request.user)
            messages.success(
                request, "您已退出这家企业。" if leaves else f"已移出 {membership.user}。"
            )
    if leaves and not said.refused:
        request.session.pop(SESSION_KEY, None)
        return redirect("enterprises:overview")
    return redirect("enterprises:members")


@allow(MEMBER)
@require_POST
def switch(request):
    """Work for another of one's enterprises."""
    chosen = get_object_or_404(
        enterprises_of(request.user), public_id=request.POST.get("enterprise", "")
    )
    request.session[SESSION_KEY] = chosen.public_id
    messages.success(request, f"现在办的是{chosen.name}的事。")
    return redirect("enterprises:overview")


def _members(enterprise):
    return Membership.objects.filter(enterprise=enterprise, ended_at__isnull=True).order_by(
        "-is_owner", "started_at", "pk"
    )
