"""The back office's three acts on accounts: open one, change one, a new password."""

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.views.decorators.cache import never_cache

from portal.back_office.tables import shown_person
from portal.places.models import Division

from .enums import STAFF_ROLES, Role
from .models import User
from .services import change_account, create_staff_account, reset_password


class StaffForm(forms.Form):
    """What a staff account is for."""

    display_name = forms.CharField(label="姓名", max_length=40)
    role = forms.ChoiceField(
        label="角色", choices=[(role.value, role.label) for role in Role if role in STAFF_ROLES]
    )
    region = forms.ModelChoiceField(
        label="负责地区",
        queryset=Division.objects.none(),
        required=False,
        empty_label="请选择",
        help_text="能看到这个地区和它下面的全部内容。系统管理员不用选。",
    )
    office = forms.CharField(label="单位", max_length=60, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = Division.objects.filter(
            level__in=[Division.CITY, Division.DISTRICT], code__startswith=settings.CITY_CODE
        )


class OpenForm(StaffForm):
    """A new one."""

    username = forms.CharField(label="用户名", max_length=40, help_text="登录用，开通后不再改。")
    phone = forms.CharField(
        label="手机号", max_length=20, required=False, help_text="（选填）也可以用它登录。"
    )
    field_order = ["username", "display_name", "role", "region", "office", "phone"]


class EditForm(StaffForm):
    """An existing one."""

    is_active = forms.BooleanField(
        label="启用", required=False, help_text="停用后马上不能登录，已登录的也会退出。"
    )


class SwitchForm(forms.Form):
    """An account of a job seeker or an enterprise's person: on or off."""

    is_active = forms.BooleanField(
        label="启用", required=False, help_text="停用后马上不能登录，已登录的也会退出。"
    )


class PasswordForm(forms.Form):
    """Why somebody gets a new password."""

    reason = forms.CharField(
        label="怎样核实了本人",
        max_length=200,
        help_text="例如：本人持身份证到窗口。您的姓名、时间和这条理由会留档。",
    )


def _page(request, title, form, *, account=None, password="", button="保存"):
    context = {
        **admin.site.each_context(request),
        "title": title,
        "form": form,
        "account": account,
        "person": shown_person(account) if account else "",
        "password": password,
        "button": button,
        "opts": User._meta,
    }
    bound = form is not None and form.is_bound
    return TemplateResponse(
        request, "admin/accounts/user/act.html", context, status=422 if bound else 200
    )


def _refused(form, error):
    """What a service said, at its field where the form has it."""
    known = hasattr(error, "error_dict") and set(error.error_dict) <= set(form.fields)
    form.add_error(None, error if known else ValidationError(error.messages))


@never_cache
def open_account(request):
    """A new staff account; its first password is shown on the answer and nowhere else."""
    form = OpenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            account, password = create_staff_account(request.user, **form.cleaned_data)
        except ValidationError as error:
            _refused(form, error)
        else:
            return _page(request, "账号已开通", None, account=account, password=password)
    return _page(request, "开通工作人员账号", form, button="开通账号")


@never_cache
def edit_account(request, pk):
    """What an account is for, and whether it works."""
    account = get_object_or_404(User, pk=pk)
    staff = account.role in STAFF_ROLES
    names = ("display_name", "role", "region", "office", "is_active")
    initial = {name: getattr(account, name) for name in names}
    form = (EditForm if staff else SwitchForm)(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            change_account(request.user, account, **(initial | form.cleaned_data))
        except ValidationError as error:
            _refused(form, error)
        else:
            messages.success(request, "已保存，变更已留档。")
            return redirect("admin:accounts_user_change", pk)
    return _page(request, "修改账号", form, account=account)


@never_cache
def new_password(request, pk):
    """A new password after the person proved who they are."""
    account = get_object_or_404(User, pk=pk)
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            password = reset_password(request.user, account, form.cleaned_data["reason"])
        except ValidationError as error:
            _refused(form, error)
        else:
            return _page(request, "密码已重设", None, account=account, password=password)
    return _page(request, "重设密码", form, account=account, button="重设密码")
