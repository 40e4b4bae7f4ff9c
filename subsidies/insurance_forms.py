"""The forms of the insurance pages: a file, a re-opening, a mapping."""

import re
from datetime import date

from django import forms

from subsidies.enums import InsuranceKind
from subsidies.models import InsuranceMapping
from subsidies.services.insurance.layouts import IGNORE, LAYOUTS, built_in_names, header_key
from subsidies.services.insurance.uploads import LARGEST

MORE_ROWS = 4
MOST_COLUMNS = 80


class MonthField(forms.CharField):
    """A month as 2019-12; the value is its first day."""

    def __init__(self, **options):
        widget = forms.TextInput(
            attrs={"type": "month", "placeholder": "2019-12", "pattern": r"\d{4}-\d{2}"}
        )
        options.setdefault("error_messages", {"required": "请填月份，例如 2019-12。"})
        super().__init__(widget=widget, **options)

    def clean(self, value):
        """The first day of the month."""
        text = super().clean(value)
        found = re.fullmatch(r"(\d{4})[-/年]?(\d{1,2})月?", text)
        try:
            return date(int(found[1]), int(found[2]), 1)
        except (TypeError, ValueError) as error:
            raise forms.ValidationError("月份要写成 2019-12 这样。") from error


class InsuranceFileForm(forms.Form):
    """A file to import."""

    kind = forms.ChoiceField(label="种类", choices=InsuranceKind.choices)
    month = MonthField(
        label="费款所属期", help_text="文件是哪一个月的。失业金领取人员填开始领取的月份。"
    )
    region = forms.ModelChoiceField(
        label="地区", queryset=None, empty_label=None, help_text="文件包含的单位登记在哪里。"
    )
    mapping = forms.ModelChoiceField(
        label="列名对应",
        queryset=InsuranceMapping.objects.all(),
        required=False,
        empty_label="不用，按常见列名识别",
        help_text="文件的列名不常见时，先保存列名对应。",
    )
    file = forms.FileField(
        label="文件（CSV 或 xlsx）",
        help_text=f"最大 {LARGEST // 1024 // 1024} MB，其中 xlsx 最大 20 MB。更大的请技术人员用命令导入。",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.xlsx"}),
        error_messages={"required": "请选择要导入的文件。", "empty": "这个文件是空的。"},
    )

    def __init__(self, *args, regions, **options):
        super().__init__(*args, **options)
        self.fields["region"].queryset = regions
        self.fields["mapping"].label_from_instance = lambda one: (
            f"{one.name}（{one.get_kind_display()}）"
        )


class ReopenForm(forms.Form):
    """Why a month is re-opened."""

    reason = forms.CharField(
        label="理由",
        max_length=200,
        help_text="例如“社保中心 3 月 2 日来函，更正 12 家单位的人数”。",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明重开的理由。"},
    )


class HeadingsForm(forms.Form):
    """The heading line of a file, pasted: the mapping begins with it."""

    kind = forms.ChoiceField(label="种类", choices=InsuranceKind.choices)
    headings = forms.CharField(
        label="文件的表头",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="打开文件，复制第一行，粘贴到这里。",
        error_messages={"required": "请粘贴文件的表头。"},
    )

    def clean_headings(self):
        """The headings as a list."""
        words = re.split(r"[,\t\n\r，]+", self.cleaned_data["headings"])
        return [word.strip().strip('"') for word in words if word.strip()][:MOST_COLUMNS]


def guesses(kind: str, headings: list[str]) -> list[tuple[str, str]]:
    """(heading, field that the built-in names say, else nothing yet) for each heading."""
    known = {header_key(name): field for name, field in built_in_names(kind).items()}
    return [(heading, known.get(header_key(heading), "")) for heading in headings]


def field_choices(kind: str) -> list[tuple[str, str]]:
    """What a column can be: the fields of the kind, or left out."""
    fields = [
        (field.name, f"{field.label}（必须有）" if field.required else field.label)
        for field in LAYOUTS[kind].fields
    ]
    return [("", "请选择"), *fields, (IGNORE, "不导入")]


class MappingForm(forms.Form):
    """Name of a mapping, and a heading with its field in each row."""

    name = forms.CharField(
        label="名称",
        max_length=60,
        help_text="例如“市社保中心导出”。",
        error_messages={"required": "请填写名称。"},
    )

    def __init__(self, data=None, *, kind, rows, name=""):
        """rows: (heading, field) to begin with; some empty ones follow."""
        super().__init__(data, initial={"name": name})
        rows = [*rows, *[("", "")] * MORE_ROWS]
        count = len(rows)
        if data is not None:
            count = min(sum(key.startswith("heading-") for key in data), MOST_COLUMNS)
            rows += [("", "")] * (count - len(rows))
        self._count = count
        for place, (heading, field) in enumerate(rows[:count]):
            self.fields[f"heading-{place}"] = forms.CharField(
                label=f"第 {place + 1} 行的列名", max_length=60, required=False, initial=heading
            )
            self.fields[f"field-{place}"] = forms.ChoiceField(
                label=f"第 {place + 1} 行是什么",
                choices=field_choices(kind),
                required=False,
                initial=field,
            )

    def pairs(self):
        """(heading field, choice field) as bound fields, for the page."""
        return [(self[f"heading-{n}"], self[f"field-{n}"]) for n in range(self._count)]

    def clean(self):
        """Every heading that is written has a field."""
        cleaned = super().clean()
        columns = {}
        for place in range(self._count):
            heading = cleaned.get(f"heading-{place}", "")
            field = cleaned.get(f"field-{place}", "")
            if heading and not field:
                self.add_error(f"field-{place}", f"请选择“{heading}”是什么，不用的选“不导入”。")
            elif field and not heading:
                self.add_error(f"heading-{place}", "请填写列名。")
            elif heading:
                columns[heading] = field
        cleaned["columns"] = columns
        return cleaned
