"""Forms of hotlines, commissioners, tickets and visits."""

from django import forms
from django.conf import settings
from django.utils import timezone

from enterprises.models import Enterprise
from portal.accounts.enums import Role
from portal.accounts.identity import clean_phone, clean_public_phone, normalise
from portal.accounts.models import User
from portal.places.models import Division

from .enums import CommissionerRank, Satisfaction, TicketSource, VisitKind
from .models import Commissioner, Hotline


class AskForm(forms.Form):
    """A question from anybody, day or night."""

    region = forms.ModelChoiceField(label="您在哪个地区", queryset=Division.objects.none())
    subject = forms.CharField(label="什么事", max_length=60, help_text="一句话，例如：缺夜班工人。")
    body = forms.CharField(
        label="说清楚一点", max_length=2000, widget=forms.Textarea(attrs={"rows": 5})
    )
    contact_name = forms.CharField(
        label="怎么称呼您", max_length=40, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    contact_phone = forms.CharField(
        label="电话",
        max_length=20,
        help_text="只有答复您的工作人员能看到。",
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = Division.objects.districts_of(settings.CITY_CODE)

    def clean_contact_phone(self):
        """A number one can call."""
        return clean_phone(self.cleaned_data["contact_phone"])


class MemberAskForm(forms.Form):
    """A question of an enterprise's person: who and where are known."""

    subject = forms.CharField(label="什么事", max_length=60, help_text="一句话，例如：缺夜班工人。")
    body = forms.CharField(
        label="说清楚一点", max_length=2000, widget=forms.Textarea(attrs={"rows": 5})
    )


# What people write themselves comes by the portal's own form.
TAKEN_DOWN = [(s.value, s.label) for s in TicketSource if s != TicketSource.PORTAL]


class TicketForm(AskForm):
    """Staff write down what came by telephone or on a visit."""

    source = forms.ChoiceField(label="来源", choices=TAKEN_DOWN)
    credit_code = forms.CharField(
        label="企业（统一社会信用代码或全名）",
        required=False,
        max_length=80,
        help_text="填了就转给这家企业的专员；重点企业按 24 小时计时。",
    )
    field_order = [
        "source", "credit_code", "region", "subject", "body", "contact_name", "contact_phone",
    ]  # fmt: skip

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        self.enterprise = None
        self.fields["contact_phone"].help_text = ""

    def clean_credit_code(self):
        """An enterprise the user sees."""
        typed = normalise(self.cleaned_data["credit_code"])
        if typed:
            seen = Enterprise.objects.visible_to(self.user)
            self.enterprise = (
                seen.filter(credit_code=typed).first()
                or seen.filter(name=self.cleaned_data["credit_code"].strip()).first()
            )
            if self.enterprise is None:
                raise forms.ValidationError("没有找到这家企业，或不在您负责的地区。")
        return typed


class AnswerForm(forms.Form):
    """The answer to a ticket."""

    words = forms.CharField(label="答复", max_length=2000, widget=forms.Textarea(attrs={"rows": 5}))


class CloseForm(forms.Form):
    """How content the person was."""

    satisfaction = forms.TypedChoiceField(
        label="对方是否满意",
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", "没有问到"), *Satisfaction.choices],
    )


class AssignForm(forms.Form):
    """Give an enterprise a commissioner whose region it lies in."""

    commissioner = forms.ModelChoiceField(label="专员", queryset=Commissioner.objects.none())
    reason = forms.CharField(
        label="原因", required=False, max_length=200, help_text="换专员时要写，会留在交接记录里。"
    )

    def __init__(self, *args, user, enterprise, **kwargs):
        super().__init__(*args, **kwargs)
        # Prefix codes: province, city, district, street, village.
        covering = {enterprise.region_id[:length] for length in (2, 4, 6, 9, 12)}
        self.fields["commissioner"].queryset = (
            Commissioner.objects.visible_to(user)
            .filter(is_active=True, user__region__in=covering)
            .select_related("user")
            .order_by("office", "pk")
        )
        self.fields["commissioner"].label_from_instance = lambda c: f"{c}（{c.office}）"


class CommissionerForm(forms.Form):
    """Which account becomes a commissioner, and how the commissioner is reached."""

    user = forms.ModelChoiceField(
        label="账号",
        queryset=User.objects.none(),
        help_text="系统管理员开通的专员账号里，还没有登记的。",
    )
    rank = forms.ChoiceField(label="类别", choices=CommissionerRank, initial=CommissionerRank.STAFF)
    office = forms.CharField(label="单位", max_length=60)
    phone = forms.CharField(label="工作电话", max_length=20, help_text="企业会看到这个号码。")

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = User.objects.filter(
            role=Role.COMMISSIONER,
            is_active=True,
            commissioner__isnull=True,
            region__code__startswith=user.region_scope,
        ).order_by("display_name", "pk")
        self.fields["user"].label_from_instance = lambda u: f"{u}（{u.username}）"

    def clean_phone(self):
        """A number one can call."""
        return clean_phone(self.cleaned_data["phone"])


class VisitForm(forms.Form):
    """What was seen and what comes next."""

    visited_on = forms.DateField(
        label="日期", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    kind = forms.ChoiceField(label="方式", choices=VisitKind)
    summary = forms.CharField(
        label="了解到的情况", max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )
    plan = forms.CharField(
        label="下一步（一企一策）",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_visited_on(self):
        """Not of the future."""
        day = self.cleaned_data["visited_on"]
        if day > timezone.localdate():
            raise forms.ValidationError("走访日期不能晚于今天。")
        return day


class HotlineForm(forms.ModelForm):
    """One line of the directory."""

    class Meta:
        model = Hotline
        fields = ["region", "office", "phone", "hours", "qq", "liaison", "order"]

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = Division.objects.filter(
            code__startswith=user.region_scope, level__in=[Division.CITY, Division.DISTRICT]
        )

    def clean_phone(self):
        """A number one can call, 12333 and the like as well."""
        return clean_public_phone(self.cleaned_data["phone"])
