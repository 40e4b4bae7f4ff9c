"""Signing in and out, registering, and where each role starts."""

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from portal.accounts.access import PUBLIC, SIGNED_IN, allow
from portal.accounts.addresses import next_address
from portal.accounts.enums import Role, SignInOutcome
from portal.accounts.forms import PasswordForm, RegisterForm, SignInForm
from portal.accounts.services import (
    attempt_sign_in,
    client_address,
    record_sign_out,
    register_account,
)

BACKEND = "portal.accounts.backends.PhoneOrUsernameBackend"


@allow(PUBLIC)
@never_cache
@sensitive_post_parameters("password")
def sign_in(request):
    """Sign in by phone or user name."""
    if request.user.is_authenticated and request.method != "POST":
        return redirect(next_address(request) or "accounts:start")
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        result = attempt_sign_in(request, form.cleaned_data["name"], form.cleaned_data["password"])
        if result.outcome == SignInOutcome.SUCCESS:
            login(request, result.user, backend=BACKEND)
            return redirect(next_address(request) or "accounts:start")
        form.add_error(None, _refusal(result))
    return render(
        request,
        "accounts/sign_in.html",
        {"form": form, "next": next_address(request)},
        status=422 if form.is_bound else 200,
    )


def _refusal(result):
    """The sentence for an attempt that failed; the same for an unknown name and a wrong password."""
    if result.outcome == SignInOutcome.LOCKED:
        return f"连续输错 5 次，账号已锁定，还要等 {result.minutes_left} 分钟。急用请拨打服务热线。"
    if result.outcome == SignInOutcome.INACTIVE:
        return "这个账号已经停用。有疑问请拨打服务热线。"
    if result.tries_left > 0:
        return f"账号或密码不对，还可以试 {result.tries_left} 次。"
    return "账号或密码不对，已连续输错 5 次，账号锁定 30 分钟。急用请拨打服务热线。"


@allow(SIGNED_IN)
@require_POST
def sign_out(request):
    """Sign out."""
    record_sign_out(request.user, client_address(request))
    logout(request)
    messages.success(request, "已退出登录。")
    return redirect("home")


@allow(PUBLIC)
@never_cache
@sensitive_post_parameters("password")
def register(request):
    """A new account for a job seeker or an enterprise's person."""
    if request.user.is_authenticated:
        return redirect("accounts:start")
    initial = {"role": request.GET.get("role", Role.JOB_SEEKER)}
    form = RegisterForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            user = register_account(
                phone=data["phone"],
                password=data["password"],
                display_name=data["display_name"],
                role=data["role"],
            )
        except ValidationError as error:
            form.add_error(None if not hasattr(error, "error_dict") else "phone", error.messages)
        else:
            login(request, user, backend=BACKEND)
            return redirect(_first_page(request, user))
    return render(
        request,
        "accounts/register.html",
        {"form": form, "next": next_address(request)},
        status=422 if form.is_bound else 200,
    )


def _first_page(request, user):
    """A job seeker fills in the résumé first and then goes on to what they came for."""
    target = next_address(request)
    if user.role != Role.JOB_SEEKER:
        messages.success(request, "注册好了，您已登录。")
        return target or reverse("accounts:start")
    messages.success(request, "注册好了，您已登录。再填简历和意向，大约三分钟。")
    onward = f"?{urlencode({'next': target})}" if target else ""
    return reverse("jobseekers:profile") + onward


START = {
    Role.JOB_SEEKER: "jobseekers:recommendations",
    Role.ENTERPRISE_MEMBER: "enterprises:overview",
    Role.ADMINISTRATOR: "admin:index",
}


@allow(SIGNED_IN)
def start(request):
    """The first page of each role."""
    return redirect(START.get(request.user.role, "workbench:today"))


@allow(SIGNED_IN)
@never_cache
@sensitive_post_parameters("old", "new")
def password(request):
    """Change one's own password."""
    form = PasswordForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        request.user.set_password(form.cleaned_data["new"])
        request.user.save(update_fields=["password"])
        update_session_auth_hash(request, request.user)
        messages.success(request, "密码已经换好，其他地方的登录都已退出。")
        return redirect(reverse("accounts:start"))
    return render(
        request, "accounts/password.html", {"form": form}, status=422 if form.is_bound else 200
    )
