"""The shortage declaration with its four clears, and what staff record."""

from django import forms
from django.utils import timezone

from enterprises.enums import FillChannel, ShortageOutcome
from enterprises.services.shortages import MOST_ITEMS

from .fields import WordsField

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class DeclarationForm(forms.Form):
    """Why, and by when."""

    reason = forms.CharField(
        label="为什么缺人",
        max_length=200,
        help_text="例如“订单增加”“节后返岗不足”。",
        error_messages={"required": "请写为什么缺人。"},
    )
    needed_by = forms.DateField(
        label="希望到岗日期",
        required=False,
        widget=DATE,
        error_messages={"invalid": "日期写成 2026-05-01 这样。"},
    )

    def clean_needed_by(self):
        """Not in the past."""
        day = self.cleaned_data["needed_by"]
        if day and "needed_by" in self.changed_data and day < timezone.localdate():
            raise forms.ValidationError("希望到岗日期不能早于今天。")
        return day


class ItemForm(forms.Form):
    """One kind of work: how many, what work, which skills, what pay."""

    title = forms.CharField(
        label="工种", max_length=60, error_messages={"required": "请写缺什么工种。"}
    )
    missing = forms.IntegerField(
        label="缺多少人",
        min_value=1,
        max_value=99_999,
        error_messages={
            "required": "请写缺多少人。",
            "min_value": "缺多少人要填 1 以上。",
            "invalid": "缺多少人要填整数。",
            "max_value": "缺多少人最多填 99,999。",
        },
    )
    skills = WordsField(label="要什么技能", word_length=30, required=False, max_length=300)
    pay_min = forms.IntegerField(
        label="月薪从",
        min_value=1,
        max_value=999_999,
        error_messages={"required": "请写月薪。", "invalid": "月薪要填整数，单位是元。"},
    )
    pay_max = forms.IntegerField(
        label="到",
        min_value=1,
        max_value=999_999,
        error_messages={"required": "请写月薪到多少。", "invalid": "月薪要填整数，单位是元。"},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("missing", "pay_min", "pay_max"):
            self.fields[name].widget.attrs["inputmode"] = "numeric"

    def clean(self):
        """The order of the range."""
        data = super().clean()
        low, high = data.get("pay_min"), data.get("pay_max")
        if low and high and low > high:
            self.add_error("pay_max", f"月薪下限 {low:,} 元高于上限 {high:,} 元，请调换。")
        return data


class BaseItems(forms.BaseFormSet):
    """Up to six kinds of work; a wholly empty one at the end is left out."""

    def clean(self):
        """At least one."""
        if any(self.errors):
            return
        if not self.items():
            raise forms.ValidationError("请至少写一个工种。")

    def items(self):
        """The filled ones as the service wants them."""
        return [form.cleaned_data for form in self.forms if form.cleaned_data.get("title")]


ItemFormSet = forms.formset_factory(
    ItemForm,
    formset=BaseItems,
    extra=0,
    min_num=1,
    validate_min=False,
    max_num=MOST_ITEMS,
    validate_max=True,
    absolute_max=MOST_ITEMS + 2,
)
PREFIX = "items"


def posted(data):
    """The posted data for the formset: rows of the page count as new ones, so empty ones may be
    left empty whether the page began with them or not."""
    data = data.copy()
    data[f"{PREFIX}-INITIAL_FORMS"] = "0"
    return data


def rows_after(data, change):
    """The rows as typed, with one more ("add") or without row n ("drop:n"): initial values for a
    formset that judges nothing yet, so that nothing typed is lost.
    """
    rows = [
        {name: data.get(f"{PREFIX}-{number}-{name}", "") for name in ItemForm.base_fields}
        for number in range(_total(data))
    ]
    if change == "add" and len(rows) < MOST_ITEMS:
        rows.append({})
    number = change.removeprefix("drop:")
    if change.startswith("drop:") and number.isdecimal() and len(rows) > 1:
        del rows[int(number) : int(number) + 1]
    return rows


def _total(data):
    try:
        return max(1, min(MOST_ITEMS, int(data.get(f"{PREFIX}-TOTAL_FORMS", 1))))
    except ValueError:
        return 1


class WithdrawForm(forms.Form):
    """Why the enterprise needs nobody any more."""

    note = forms.CharField(
        label="为什么不再需要",
        max_length=200,
        error_messages={"required": "请写明原因，例如“订单取消”。"},
    )


class FillForm(forms.Form):
    """People who came."""

    filled_on = forms.DateField(
        label="到岗日期",
        widget=DATE,
        error_messages={"required": "请填到岗日期。", "invalid": "日期写成 2026-05-01 这样。"},
    )
    persons = forms.IntegerField(
        label="到岗人数",
        min_value=1,
        error_messages={"required": "请填到岗人数。", "min_value": "到岗人数要填 1 以上。"},
    )
    channel = forms.ChoiceField(label="渠道", choices=FillChannel)


class CloseForm(forms.Form):
    """The outcome."""

    outcome = forms.ChoiceField(label="结果", choices=ShortageOutcome, widget=forms.RadioSelect)
    note = forms.CharField(
        label="说明",
        max_length=200,
        required=False,
        help_text="没有招到、企业不再需要时必须写明原因。",
    )
