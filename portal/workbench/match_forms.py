"""What staff narrow the pages of the matching by, and the weights they draft."""

from datetime import date, timedelta

from django import forms
from django.conf import settings
from django.utils import timezone

from jobseekers.matching.score import PART_LABELS, PARTS
from jobseekers.services.funnel import KEPT_DAYS
from jobseekers.services.plans import CAPS, LISTS, WHOLE
from portal.places.models import Division, Occupation

from .supply_demand import NO_CODE, ORDERS, UNCODED

ALL = "全部"
PERIODS = (7, 30, 90)
WEIGHT_HELP = {
    "occupation": "按职业分类大典，同一工种最高，同小类、同中类依次降低。",
    "place": "同街道、同区县、邻近区县、同城市依次降低。",
    "pay": "岗位工资的中间数比期望高多少。",
    "skills": "技能的相近程度，少见的技能分量重；岗位名称和意向岗位的用词。",
    "education": "正合要求最高，高出很多的略低。",
    "experience": "够年限。",
    "freshness": "岗位刚发布、求职意向刚确认。",
    "priority": "就业困难人员、重点企业。",
    "choices": "够得上的同类岗位少的人分高，岗位紧张时先给没有别的选择的人；单位看到的先后不看这一项。",
}


class NarrowForm(forms.Form):
    """District, for who sees several, and kind of work; an unknown choice counts as none."""

    area = forms.ChoiceField(label="地区", required=False)
    occupation = forms.ChoiceField(label="职业", required=False)

    def __init__(self, query, *, user, uncoded=True):
        super().__init__(query)
        self.wide = len(user.region_scope) <= len(settings.CITY_CODE)
        areas = Division.objects.districts_of(settings.CITY_CODE) if self.wide else ()
        self.fields["area"].choices = [("", ALL), *((one.code, one.name) for one in areas)]
        classes = Occupation.objects.at_level(Occupation.MIDDLE).order_by("code")
        self.fields["occupation"].choices = [
            ("", ALL),
            *classes.values_list("code", "name"),
            *([(NO_CODE, UNCODED)] if uncoded else []),
        ]
        self.is_valid()

    def value(self, name: str) -> str:
        """What was chosen, "" for all."""
        return self.cleaned_data.get(name) or ""


class AreaForm(NarrowForm):
    """Supply and demand: by what the rows are, and in which order."""

    by = forms.ChoiceField(
        label="分组", required=False, choices=[("occupation", "按职业"), ("area", "按地区")]
    )
    order = forms.ChoiceField(label="排序", required=False, choices=list(ORDERS.items()))

    @property
    def rows_by(self) -> str:
        """ "area" or "occupation"."""
        return "area" if self.wide and self.value("by") == "area" else "occupation"

    @property
    def ordered(self) -> str:
        """A key of ORDERS."""
        return self.value("order") or next(iter(ORDERS))


def _day(label):
    return forms.DateField(
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={
            "required": "请填日期。",
            "invalid": "日期要写成 2026-04-01 这样。",
        },
    )


class PeriodForm(NarrowForm):
    """A period of pushes, at most as long as they are kept; 30 days when nothing is said."""

    first = _day("从")
    last = _day("到")

    def __init__(self, query, *, user, uncoded=True):
        query = query.copy()
        last = query.get("last") or timezone.localdate().isoformat()
        query["last"] = last
        query["first"] = query.get("first") or _month_before(last)
        super().__init__(query, user=user, uncoded=uncoded)

    def clean(self):
        """Both days, in order, within what is kept."""
        data = super().clean()
        today = timezone.localdate()
        first, last = data.get("first"), data.get("last")
        if not first or not last:
            return data
        if first > last:
            self.add_error("last", "结束日期在开始日期之前，请对调。")
        elif last > today:
            self.add_error("last", "结束日期还没有到。")
        elif first < today - timedelta(days=KEPT_DAYS):
            self.add_error("first", f"推送记录保留 {KEPT_DAYS} 天，请选近一点的日期。")
        return data

    @property
    def period(self):
        """(first, last) day, both included; the last 30 days when what was asked cannot be."""
        if not self.errors:
            return self.cleaned_data["first"], self.cleaned_data["last"]
        today = timezone.localdate()
        return today - timedelta(days=PERIODS[1] - 1), today

    @property
    def shortcuts(self):
        """[(words, first, last, whether it is the one shown)]."""
        today = timezone.localdate()
        ranges = [(days, today - timedelta(days=days - 1)) for days in PERIODS]
        return [
            (f"近 {days} 天", first, today, self.period == (first, today)) for days, first in ranges
        ]


def _month_before(day: str) -> str:
    """The first day of the usual period that ends on a day; "" when that is no day."""
    try:
        return (date.fromisoformat(day) - timedelta(days=PERIODS[1] - 1)).isoformat()
    except (ValueError, OverflowError):
        return ""


class PlanForm(forms.Form):
    """A draft of weights and caps. What adds up to what is checked by the service."""

    cap_per_headcount = forms.IntegerField(
        label="每招 1 人最多推荐给",
        min_value=CAPS[0],
        max_value=CAPS[-1],
        help_text="越大，岗位能看到的人越多，也越容易扎堆。",
        error_messages={"required": "请填人数。", "invalid": "请填整数。"},
    )
    per_seeker = forms.IntegerField(
        label="每人最多推荐",
        min_value=LISTS[0],
        max_value=LISTS[-1],
        error_messages={"required": "请填个数。", "invalid": "请填整数。"},
    )
    note = forms.CharField(
        label="为什么改",
        max_length=300,
        help_text="例如“通勤太远的多，地点多看一些”。以后查得到。",
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "请写明为什么改，以后查得到。"},
    )

    def __init__(self, data=None, *, plan):
        """plan: what the fields begin with."""
        values = {
            "cap_per_headcount": plan.cap_per_headcount,
            "per_seeker": plan.per_seeker,
            "note": plan.note,
        }
        values |= {f"weight-{part}": plan.weights.get(part, 0) for part in PARTS}
        super().__init__(data, initial=values)
        for part in PARTS:
            self.fields[f"weight-{part}"] = forms.IntegerField(
                label=PART_LABELS[part],
                min_value=0,
                max_value=WHOLE,
                help_text=WEIGHT_HELP.get(part, ""),
                error_messages={"required": "请填千分之几，不看的填 0。", "invalid": "请填整数。"},
            )

    @property
    def weight_fields(self):
        """The bound fields of the weights, in the order of the score's parts."""
        return [self[f"weight-{part}"] for part in PARTS]

    def values(self) -> tuple:
        """weights, cap, list length, note, as the services take them."""
        data = self.cleaned_data
        weights = {part: data[f"weight-{part}"] for part in PARTS}
        return weights, data["cap_per_headcount"], data["per_seeker"], data["note"]
