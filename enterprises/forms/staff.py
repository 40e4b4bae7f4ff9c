"""What staff decide: licences, key lists, reviews."""

from datetime import timedelta

from django import forms
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from enterprises.enums import KeyListKind
from enterprises.services.vacancies import LONGEST_DAYS

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
BAD_DATE = {"required": "请填日期。", "invalid": "日期写成 2026-05-01 这样。"}


class SeenField(forms.CharField):
    """When the text the reviewer reads was sent in, to the microsecond: which text they mean."""

    def __init__(self):
        super().__init__(widget=forms.HiddenInput)

    def clean(self, value):
        """The aware datetime; None for anything else, which matches no text."""
        try:
            return parse_datetime(super().clean(value))
        except (ValueError, forms.ValidationError):
            return None


class LicenceReviewForm(forms.Form):
    """Pass, or refuse with a reason."""

    file = forms.CharField(widget=forms.HiddenInput)
    seen = forms.CharField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label="不通过的原因",
        max_length=200,
        required=False,
        help_text="不通过时必须写：哪里不对，要补什么。企业会看到原话。",
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class KeyListForm(forms.Form):
    """A list, its document, its dates."""

    kind = forms.ChoiceField(label="名录", choices=KeyListKind)
    source = forms.CharField(
        label="来源文件", max_length=120, error_messages={"required": "请写来源文件。"}
    )
    starts_on = forms.DateField(label="列入日期", widget=DATE, error_messages=BAD_DATE)
    ends_on = forms.DateField(
        label="移出日期", widget=DATE, required=False, error_messages=BAD_DATE
    )


class TakeOffForm(forms.Form):
    """The first day off the list."""

    ends_on = forms.DateField(label="移出日期", widget=DATE, error_messages=BAD_DATE)


class ApproveForm(forms.Form):
    """When it shows, and which findings are false alarms."""

    seen = SeenField()
    starts_on = forms.DateField(label="开始日期", widget=DATE, error_messages=BAD_DATE)
    days = forms.IntegerField(
        label="展示天数",
        min_value=1,
        max_value=LONGEST_DAYS,
        initial=30,
        help_text=f"1 到 {LONGEST_DAYS} 天，企业可以延长。",
        error_messages={"required": "请填展示天数。"},
    )
    note = forms.CharField(label="给企业的话", max_length=200, required=False)

    def __init__(self, *args, check, **kwargs):
        super().__init__(*args, **kwargs)
        self.check = check
        self.fields["starts_on"].initial = timezone.localdate
        last = timezone.localdate() + timedelta(days=LONGEST_DAYS)
        self.fields["starts_on"].widget.attrs["max"] = last.isoformat()
        for one in check.musts:
            if one.may_be_overruled:
                self.fields[f"overruled_{one.number}"] = forms.CharField(
                    label=f"第 {one.number} 处为什么是误报", max_length=200, required=False
                )

    def overruled(self):
        """Number of a finding → why it is a false alarm."""
        return {
            one.number: self.cleaned_data.get(f"overruled_{one.number}", "")
            for one in self.check.musts
        }


class ReturnForm(forms.Form):
    """Why it goes back."""

    seen = SeenField()
    reasons = forms.CharField(
        label="退回理由",
        max_length=1000,
        help_text="写清哪里要改、怎么改，企业照着改。",
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "退回要写明理由，写清哪里要改、怎么改。"},
    )
