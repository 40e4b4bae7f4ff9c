"""Forms of the pages on titles and occupation codes."""

from django import forms

_REASON = {
    "required": "请写理由，以后看更正的人会用到。",
    "max_length": "理由最多 %(limit_value)d 个字，现在有 %(show_value)d 个。",
}


class CorrectionForm(forms.Form):
    """What a title is, why, and which of those that have it are coded anew.

    found: rows of found_with_title(); all of them are marked at first.
    """

    title = forms.CharField(
        max_length=60,
        widget=forms.HiddenInput,
        error_messages={
            "required": "请填岗位名称。",
            "max_length": "岗位名称最多 %(limit_value)d 个字。",
        },
    )
    code = forms.CharField(widget=forms.HiddenInput, error_messages={"required": "请选一个职业。"})
    recode = forms.MultipleChoiceField(
        label="现有的哪些一起改",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "现有的岗位刚刚有变化，请看过新的数目再办。"},
    )
    reason = forms.CharField(
        label="理由",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="例如：多数企业招的是流水线上的装配",
        error_messages=_REASON,
    )

    def __init__(self, data=None, *, found=(), **kwargs):
        super().__init__(data, **kwargs)
        field = self.fields["recode"]
        field.choices = [(row.code or "none", _words(row)) for row in found]
        field.initial = [value for value, _ in field.choices]

    def clean_recode(self):
        """Present codes, "" for what has none."""
        return ["" if value == "none" else value for value in self.cleaned_data["recode"]]


class EndForm(forms.Form):
    """Why a correction no longer holds."""

    reason = forms.CharField(
        label="停用的理由",
        max_length=200,
        widget=forms.TextInput,
        error_messages=_REASON | {"required": "请写停用的理由。"},
    )


def _words(row):
    now = f"{row.code} {row.occupation}" if row.occupation else "没有编码"
    parts = [f"{row.vacancies} 个岗位"] if row.vacancies else []
    parts += [f"{row.wishes} 个求职意向"] if row.wishes else []
    return f"现在是“{now}”的：{'、'.join(parts)}"
