"""Forms of payee accounts, payment batches, recoveries and budgets."""

from decimal import Decimal

from django import forms
from django.conf import settings
from django.utils import timezone

from portal.places.models import Division
from subsidies.services.recoveries import FEWEST_DAYS, MOST_DAYS


class FenField(forms.DecimalField):
    """Yuan with two decimals as people type them; clean value in fen."""

    def __init__(self, **options):
        super().__init__(
            max_digits=15,
            decimal_places=2,
            min_value=Decimal("0.01"),
            error_messages={
                "required": "请填金额。",
                "invalid": "金额请用数字，例如 12000.00。",
                "min_value": "金额要大于 0。",
                "max_decimal_places": "金额最多两位小数。",
            },
            widget=forms.TextInput(attrs={"inputmode": "decimal"}),
            **options,
        )

    def to_python(self, value):
        """Thousands marks are allowed."""
        return super().to_python(value.replace(",", "") if isinstance(value, str) else value)

    def clean(self, value):
        """Fen as int."""
        yuan = super().clean(value)
        return None if yuan is None else int(yuan * 100)


class DayField(forms.DateField):
    """A day, by the calendar of the browser or typed."""

    def __init__(self, label, **options):
        super().__init__(
            label=label,
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            error_messages={
                "required": f"请填{label}。",
                "invalid": f"{label}请写成 2026-11-20 这样。",
            },
            **options,
        )


class PayeeForm(forms.Form):
    """Where the money goes."""

    holder = forms.CharField(
        label="户名",
        max_length=100,
        help_text="和单位名称一致，一个字都不差",
        error_messages={"required": "请填户名。"},
    )
    bank = forms.CharField(
        label="开户银行",
        max_length=100,
        help_text="写全称，到支行，例如“中国工商银行常州武进支行”",
        error_messages={"required": "请填开户银行。"},
    )
    number = forms.CharField(
        label="账号",
        max_length=60,
        help_text="对照开户许可或基本存款账户信息填写",
        error_messages={"required": "请填账号。"},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


class SettledForm(forms.Form):
    """What became of ticked payments."""

    day = DayField("日期", initial=timezone.localdate)
    reason = forms.CharField(
        label="退回原因",
        max_length=100,
        required=False,
        help_text="登记退回时必填，照银行写的填，对方会看到",
    )


class AnswerFileForm(forms.Form):
    """The bank's file."""

    file = forms.FileField(
        label="回盘文件",
        help_text="Excel 或 CSV，要有“编号”或“序号”，和“处理结果”",
        error_messages={"required": "请选文件。", "empty": "文件是空的。"},
    )
    day = DayField("日期", initial=timezone.localdate)


class NotifyForm(forms.Form):
    """How long the claimant has."""

    working_days = forms.IntegerField(
        label="几个工作日内退还",
        min_value=FEWEST_DAYS,
        max_value=MOST_DAYS,
        initial=lambda: settings.RECOVERY_WORKING_DAYS,
        error_messages={
            "required": "请填工作日数。",
            "invalid": "工作日数请用数字。",
            "min_value": f"退还期限最少 {FEWEST_DAYS} 个工作日。",
            "max_value": f"退还期限最多 {MOST_DAYS} 个工作日。",
        },
    )


class RepaymentForm(forms.Form):
    """Money that came back."""

    amount_fen = FenField(label="退还金额（元）")
    paid_on = DayField("到账日期", initial=timezone.localdate)
    voucher = forms.CharField(
        label="凭证号", max_length=60, error_messages={"required": "请填凭证号。"}
    )
    shared = forms.BooleanField(
        label="这张凭证也用于另一笔追回",
        required=False,
        help_text="同一张凭证付了几笔时才勾选",
    )


class DocumentForm(forms.Form):
    """The document a decision rests on."""

    document = forms.CharField(
        label="依据的文件",
        max_length=200,
        help_text="文号或会议纪要",
        error_messages={"required": "请写明依据的文件。"},
    )


class BudgetForm(forms.Form):
    """A budget to be approved by another person."""

    region = forms.ChoiceField(label="地区")
    base_year = forms.IntegerField(
        label="所属年度",
        min_value=2000,
        max_value=2100,
        error_messages={"required": "请填年度。", "invalid": "年度请用四位数字。"},
    )
    group = forms.ChoiceField(label="补贴种类")
    amount_fen = FenField(label="预算（元）")
    document = forms.CharField(
        label="依据文件", max_length=120, error_messages={"required": "请写明依据文件。"}
    )

    def __init__(self, data=None, *, scope, groups, initial=None):
        super().__init__(data, initial=initial)
        places = Division.objects.filter(
            code__startswith=scope, level__lte=Division.DISTRICT
        ).order_by("code")
        self.fields["region"].choices = [(place.code, place.name) for place in places]
        self.fields["group"].choices = groups
