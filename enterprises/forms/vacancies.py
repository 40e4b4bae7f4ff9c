"""The vacancy form: every field may be left empty while it is a draft."""

from django import forms
from django.urls import reverse

from enterprises.enums import CloseOutcome, Education, Lodging, Shift
from enterprises.services.vacancies import LONGEST_DAYS
from portal.places.models import Division

from .fields import OccupationField, RowField, WordsField, place_choices

BENEFITS = (
    "五险",
    "公积金",
    "厂车接送",
    "计件奖金",
    "年终奖",
    "带薪年假",
    "节日福利",
    "定期体检",
    "技能培训",
    "高温补贴",
)
EXPERIENCE = (
    (0, "不限"),
    (1, "1 年以上"),
    (2, "2 年以上"),
    (3, "3 年以上"),
    (5, "5 年以上"),
    (8, "8 年以上"),
    (10, "10 年以上"),
)
PAY_MONTHS = tuple((n, f"{n} 个月") for n in range(12, 19))
TEXT_LENGTH = 1000


class VacancyForm(forms.Form):
    """Facts of a vacancy, each checked by itself."""

    title = forms.CharField(label="岗位名称", max_length=60, required=False)
    headcount = forms.IntegerField(
        label="招聘人数",
        min_value=1,
        max_value=9999,
        required=False,
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"), "招聘人数要填 1 到 9,999。"
        ),
    )
    occupation = OccupationField(label="职业分类", required=False)
    occupation_words = forms.CharField(label="自己找职业", max_length=30, required=False)
    region = RowField(Division, label="工作地点")
    address = forms.CharField(label="详细地址", max_length=120, required=False)
    shift = forms.ChoiceField(label="班制", required=False)
    pay_min = forms.IntegerField(
        label="最低",
        min_value=1,
        max_value=999_999,
        required=False,
        error_messages={"invalid": "月薪要填整数，单位是元。", "min_value": "月薪要大于 0。"},
    )
    pay_max = forms.IntegerField(
        label="最高",
        min_value=1,
        max_value=999_999,
        required=False,
        error_messages={"invalid": "月薪要填整数，单位是元。", "min_value": "月薪要大于 0。"},
    )
    pay_months = forms.TypedChoiceField(
        label="每年发几个月", choices=PAY_MONTHS, coerce=int, required=False, empty_value=12
    )
    lodging = forms.ChoiceField(label="食宿", required=False)
    benefits = forms.MultipleChoiceField(
        label="福利",
        choices=[(word, word) for word in BENEFITS],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    benefits_other = WordsField(
        label="其他福利", word_length=20, most=10, required=False, max_length=200
    )
    duties = forms.CharField(
        label="工作内容",
        max_length=TEXT_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=f"每天做什么、用什么设备，最多 {TEXT_LENGTH:,} 字。",
    )
    requirements = forms.CharField(
        label="任职要求",
        max_length=TEXT_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=f"写岗位真正需要的能力，最多 {TEXT_LENGTH:,} 字。",
    )
    education = forms.TypedChoiceField(
        label="学历", choices=Education, coerce=int, required=False, empty_value=Education.NONE
    )
    experience_years = forms.TypedChoiceField(
        label="经验", choices=EXPERIENCE, coerce=int, required=False, empty_value=0
    )
    skills = WordsField(label="技能", word_length=30, required=False, max_length=400)
    certificates = WordsField(
        label="必须有的证书",
        word_length=30,
        most=6,
        required=False,
        max_length=200,
        help_text="只写法律、法规规定上岗必须有的，例如“低压电工作业证”。用顿号隔开。",
    )
    shortage = forms.ChoiceField(label="为哪份缺工申报招人", required=False)

    def __init__(self, *args, enterprise, vacancy=None, **kwargs):
        if vacancy is not None and "initial" not in kwargs:
            kwargs["initial"] = self.initial_of(vacancy)
        super().__init__(*args, **kwargs)
        self.enterprise = enterprise
        places = place_choices()
        region = vacancy.region if vacancy else enterprise.region
        known = {code for _, group in places for code, _ in group}
        if region.pk not in known:
            places.append((region.pk, region.name))
        self.fields["region"].choices = places
        self.fields["shift"].choices = [
            (one.value, one.label) for one in [Shift.UNSTATED, *(s for s in Shift if s.value)]
        ]
        self.fields["lodging"].choices = [
            (one.value, one.label) for one in [Lodging.NONE, *(s for s in Lodging if s.value)]
        ]
        if vacancy is not None and vacancy.experience_years not in dict(EXPERIENCE):
            years = vacancy.experience_years
            self.fields["experience_years"].choices = [*EXPERIENCE, (years, f"{years} 年以上")]
        self._offer_shortages()
        for name in ("headcount", "pay_min", "pay_max"):
            self.fields[name].widget.attrs["inputmode"] = "numeric"
        # With script the suggestions follow the title; without, they come with the next button.
        self.fields["title"].widget.attrs |= {
            "hx-get": reverse("enterprises:occupation_options"),
            "hx-trigger": "change",
            "hx-include": "#id_duties",
            "hx-target": "#occupation-options",
            "hx-swap": "outerHTML",
        }

    def _offer_shortages(self):
        self.shortages = {
            str(one.public_id): one for one in self.enterprise.shortages.unclosed()[:20]
        }
        field = self.fields["shortage"]
        field.choices = [("", "不是为缺工申报招的")] + [
            (key, f"{one.declared_at:%Y-%m-%d} 缺 {one.missing_total} 人：{one.reason[:20]}")
            for key, one in self.shortages.items()
        ]

    @staticmethod
    def initial_of(vacancy):
        """The form's values of a vacancy."""
        values = {
            name: getattr(vacancy, name)
            for name in VacancyForm.base_fields
            if hasattr(vacancy, name) and name not in ("shortage", "occupation", "region")
        }
        values["region"] = vacancy.region_id
        values["occupation"] = vacancy.occupation_id
        values["benefits"] = [word for word in vacancy.benefits if word in BENEFITS]
        values["benefits_other"] = [word for word in vacancy.benefits if word not in BENEFITS]
        values["shortage"] = vacancy.shortage.public_id if vacancy.shortage_id else ""
        return values

    def clean_shortage(self):
        """The declaration, or None."""
        return self.shortages.get(self.cleaned_data["shortage"])

    def clean(self):
        """The order of the pay range: the maximum is what is kept out."""
        data = super().clean()
        low, high = data.get("pay_min"), data.get("pay_max")
        if low and high and low > high:
            self.add_error("pay_max", f"最高 {high:,} 元低于最低 {low:,} 元，请改一个。")
        return data

    def facts(self):
        """The valid values, as save_draft takes them; call after is_valid()."""
        data = dict(self.cleaned_data)
        data.pop("occupation_words", None)
        other = data.pop("benefits_other", None)
        if "benefits" in data and other is not None:
            data["benefits"] = list(dict.fromkeys([*data["benefits"], *other]))
        else:
            data.pop("benefits", None)
        return data


class AppealForm(forms.Form):
    """Why the enterprise thinks that the lint is wrong."""

    appeal = forms.CharField(
        label="为什么您认为判断有误",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明理由，审核的人要看。"},
    )


class ExtendForm(forms.Form):
    """For how long."""

    days = forms.TypedChoiceField(
        label="延长多久",
        coerce=int,
        choices=[(7, "7 天"), (15, "15 天"), (30, "30 天"), (60, "60 天"), (LONGEST_DAYS, "90 天")],
        initial=30,
    )


class CloseVacancyForm(forms.Form):
    """The outcome, and how many came."""

    outcome = forms.ChoiceField(
        label="结果",
        choices=CloseOutcome,
        widget=forms.RadioSelect,
        error_messages={"required": "请选结果。"},
    )
    filled = forms.IntegerField(
        label="招到几人",
        min_value=0,
        max_value=9999,
        initial=0,
        error_messages={"required": "请填招到几人，没有就填 0。", "invalid": "招到几人要填整数。"},
    )
