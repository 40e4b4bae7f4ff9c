"""Forms of accounts."""

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from .enums import Role
from .identity import clean_mobile
from .models import User

LONGEST_PASSWORD = 128  # hashing costs time; nobody's password is longer


class SignInForm(forms.Form):
    """Phone or user name, and password."""

    name = forms.CharField(
        label="手机号或用户名",
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "username"}),
    )
    password = forms.CharField(
        label="密码",
        strip=False,
        max_length=LONGEST_PASSWORD,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class RegisterForm(forms.Form):
    """A job seeker's or an enterprise person's new account."""

    role = forms.ChoiceField(
        label="您是",
        choices=[
            (Role.JOB_SEEKER, "找工作的个人"),
            (Role.ENTERPRISE_MEMBER, "招人的单位"),
        ],
        widget=forms.RadioSelect,
        initial=Role.JOB_SEEKER,
    )
    display_name = forms.CharField(
        label="姓名", max_length=40, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    phone = forms.CharField(
        label="手机号",
        max_length=20,
        help_text="以后用它登录。页面上只显示前三位和后四位。",
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )
    password = forms.CharField(
        label="设一个密码",
        strip=False,
        max_length=LONGEST_PASSWORD,
        help_text="至少 10 个字符，不能全是数字，不要用常见密码。",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    agreed = forms.BooleanField(
        label="我已阅读《隐私与个人信息说明》",
        error_messages={"required": "请先阅读说明，再勾选。"},
    )

    def clean_phone(self):
        """The normalised mobile number."""
        return clean_mobile(self.cleaned_data["phone"])

    def clean(self):
        """Password rules, with the account's own data in view."""
        data = super().clean()
        password = data.get("password")
        if password:
            user = User(username=data.get("phone", ""), display_name=data.get("display_name", ""))
            try:
                validate_password(password, user)
            except ValidationError as error:
                self.add_error("password", error)
        return data


class RevealForm(forms.Form):
    """Why somebody wants to see it."""

    reason = forms.CharField(
        label="为什么要看",
        max_length=200,
        help_text="例如：电话通知面试结果。您的姓名、时间和这条理由会留档。",
    )


class PasswordForm(forms.Form):
    """Changing one's own password."""

    old = forms.CharField(
        label="现在的密码",
        strip=False,
        max_length=LONGEST_PASSWORD,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label="新密码",
        strip=False,
        max_length=LONGEST_PASSWORD,
        help_text="至少 10 个字符，不能全是数字，不要用常见密码。",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_old(self):
        """Must be right."""
        if not self.user.check_password(self.cleaned_data["old"]):
            raise ValidationError("现在的密码不对。")
        return self.cleaned_data["old"]

    def clean_new(self):
        """Must follow the rules and be another one."""
        if self.user.check_password(self.cleaned_data["new"]):
            raise ValidationError("新密码和现在的一样，请换一个。")
        validate_password(self.cleaned_data["new"], self.user)
        return self.cleaned_data["new"]
