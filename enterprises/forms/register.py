"""Register, edit, licence, members."""

from django import forms

from enterprises.enums import EntityKind
from enterprises.services.uploads import LARGEST
from portal.accounts.identity import clean_credit_code, clean_phone
from portal.accounts.masking import mask
from portal.places.models import Division, Industry

from .fields import RowField, industry_choices, place_choices


class FactsForm(forms.Form):
    """What an enterprise says of itself."""

    name = forms.CharField(
        label="企业名称",
        max_length=80,
        help_text="与营业执照上的一样。",
        error_messages={"required": "请填企业名称。"},
    )
    region = RowField(
        Division, label="所在地区", error_messages={"required": "请选所在的区和街道（镇）。"}
    )
    address = forms.CharField(label="详细地址", max_length=120, required=False)
    industry = RowField(
        Industry,
        label="行业",
        help_text="按国家行业分类，选主要做的那一项。",
        error_messages={"required": "请选行业。"},
    )
    entity_kind = forms.ChoiceField(
        label="单位类型",
        choices=[("", "按统一社会信用代码认定"), *EntityKind.choices],
        required=False,
        help_text="会计师事务所请选出来，代码里看不出；核验营业执照时一起核对。",
    )
    staff_total = forms.IntegerField(
        label="从业人员", min_value=0, max_value=9_999_999, required=False
    )
    revenue_wan = forms.IntegerField(
        label="上年营业收入", min_value=0, max_value=9_999_999_999, required=False
    )
    assets_wan = forms.IntegerField(
        label="资产总额", min_value=0, max_value=9_999_999_999, required=False
    )
    contact_name = forms.CharField(
        label="联系人", max_length=40, error_messages={"required": "请填联系人，我们有事找得到人。"}
    )
    contact_phone = forms.CharField(
        label="联系电话", max_length=20, error_messages={"required": "请填联系电话。"}
    )
    introduction = forms.CharField(
        label="企业简介",
        max_length=1000,
        required=False,
        help_text="求职者在岗位页上能看到，最多 1,000 字。",
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    dispatch_company = forms.BooleanField(label="我们是劳务派遣单位", required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["region"].choices = place_choices("请选择")
        self.fields["industry"].choices = industry_choices()
        self.fields["contact_phone"].widget.input_type = "tel"
        for name in ("staff_total", "revenue_wan", "assets_wan"):
            self.fields[name].widget.attrs["inputmode"] = "numeric"

    def clean_entity_kind(self):
        """None when it is left to the code."""
        return self.cleaned_data["entity_kind"] or None

    def clean_contact_phone(self):
        """Digits only."""
        phone = self.cleaned_data["contact_phone"]
        return clean_phone(phone) if phone else ""


class RegisterForm(FactsForm):
    """The same with the credit code, once."""

    credit_code = forms.CharField(
        label="统一社会信用代码",
        max_length=40,
        help_text="营业执照上的 18 位代码。",
        error_messages={"required": "请填统一社会信用代码。"},
    )
    field_order = ["credit_code"]

    def clean_credit_code(self):
        """Normalised and with a right check character."""
        return clean_credit_code(self.cleaned_data["credit_code"])


class EditForm(FactsForm):
    """The same for an enterprise on the register; the telephone is not shown again."""

    def __init__(self, *args, enterprise, **kwargs):
        super().__init__(*args, **kwargs)
        phone = self.fields["contact_phone"]
        if enterprise.contact_phone:
            phone.required = False
            shown = mask(enterprise.contact_phone, "phone")
            phone.help_text = f"现在是 {shown}，不改就空着。"
        region = enterprise.region
        known = {
            code
            for _, group in self.fields["region"].choices
            if isinstance(group, list)
            for code, _ in group
        }
        if region.pk not in known:  # an address outside the city's own streets stays choosable
            self.fields["region"].choices += [(region.pk, region.name)]
        industry = enterprise.industry
        offered = {
            code
            for _, group in self.fields["industry"].choices
            if isinstance(group, list)
            for code, _ in group
        }
        if industry.pk not in offered:
            self.fields["industry"].choices += [(industry.pk, industry.name)]

    def facts(self):
        """What to change: the telephone only when one was typed."""
        facts = dict(self.cleaned_data)
        if not facts["contact_phone"]:
            facts.pop("contact_phone")
        return facts


class LicenceForm(forms.Form):
    """One file."""

    licence = forms.FileField(
        label="营业执照",
        help_text=f"JPG、PNG 图片或 PDF，不超过 {LARGEST // 1024 // 1024} MB，四角和文字要看得清。",
        error_messages={"required": "请选择文件。", "empty": "文件是空的，请重新选择。"},
        widget=forms.ClearableFileInput(attrs={"accept": ".jpg,.jpeg,.png,.pdf"}),
    )


class InviteForm(forms.Form):
    """A member to be, by the name they sign in with."""

    sign_in_name = forms.CharField(
        label="对方的手机号或用户名",
        max_length=40,
        help_text="对方要先注册好企业账号。",
        error_messages={"required": "请填对方登录用的手机号或用户名。"},
    )
    is_owner = forms.BooleanField(label="也让对方管理成员", required=False)
