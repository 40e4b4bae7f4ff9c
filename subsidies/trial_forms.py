"""The form that starts a trial."""

from decimal import Decimal

from django import forms
from django.conf import settings

from portal.places.models import Industry
from subsidies.models import PolicyVersion
from subsidies.policy import PolicyFileError
from subsidies.services.bundles import screened_keys
from subsidies.services.publishing import compiled
from subsidies.services.trials import open_parameters

WHICH = [("", "全部"), ("winners", "增加的"), ("losers", "减少的"), ("same", "不变的")]
PARAMETER_PREFIX = "parameter-"


class TrialForm(forms.Form):
    """Name, what is tried, the year, and a field for each figure the bureau may choose."""

    title = forms.CharField(
        label="名称",
        max_length=80,
        help_text="例如“返还比例提高到 60%”。",
        error_messages={"required": "请给这次试算起个名称，以后好找。"},
    )
    policy = forms.ModelChoiceField(
        label="试算的政策",
        queryset=PolicyVersion.objects.none(),
        required=False,
        empty_label="不换政策，只改下面的参数",
        help_text="草稿和已发布的都可以试算。",
    )
    base_year = forms.IntegerField(
        label="所属年度",
        min_value=2015,
        max_value=2099,
        help_text="按这一年的社保缴费记录计算。",
        error_messages={"required": "请填所属年度，例如 2019。"},
    )
    legal_date = forms.DateField(
        label="适用政策日期",
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="与这一天有效的政策比较。",
        error_messages={"required": "请填日期。", "invalid": "日期要写成 2020-04-01 这样。"},
    )

    def __init__(self, data=None, *, versions, choices):
        """versions: those in force, whose local figures may be tried. choices: what may be tried."""
        super().__init__(
            data,
            initial={
                "base_year": settings.REFUND_BASE_YEAR,
                "legal_date": settings.REFUND_LEGAL_DATE,
            },
        )
        self.fields["policy"].queryset = choices
        self.fields["policy"].label_from_instance = _policy_label
        self._units = {}
        for name, parameter in sorted(open_parameters([*versions, *choices]).items()):
            if parameter.unit in _FIELDS:
                key = f"{PARAMETER_PREFIX}{name}"
                self._units[key] = parameter.unit
                self.fields[key] = _field(parameter)

    @property
    def parameter_fields(self):
        """The bound fields of the figures, each with the unit shown behind it."""
        return [(self[key], _FIELDS[unit][1]) for key, unit in self._units.items()]

    def parameters(self) -> dict[str, str]:
        """{name: value as the policies write it: fen, shares of one, whole numbers}."""
        return {
            key.removeprefix(PARAMETER_PREFIX): _as_written(unit, self.cleaned_data[key])
            for key, unit in self._units.items()
            if self.cleaned_data.get(key) is not None
        }


# Unit of a parameter → decimal places, what stands behind the field, how many of it make one typed.
_FIELDS = {"share": (2, "%", Decimal("0.01")), "fen": (2, "元", 100), "int": (0, "", 1)}


def _field(parameter):
    places, unit, scale = _FIELDS[parameter.unit]
    least, most = (_plain(Decimal(str(end)) / scale) for end in _ends(parameter))
    return forms.DecimalField(
        label=parameter.label,
        required=False,
        max_digits=12,
        decimal_places=places,
        help_text=f"{least} 到 {most}{f' {unit}' if unit else ''}。不填就用登记的。",
        error_messages={"invalid": f"请填数字，{least} 到 {most} 之间。"},
    )


def _ends(parameter):
    return parameter.local.least, parameter.local.most


def _as_written(unit, value):
    return _plain(value * _FIELDS[unit][2])


def _plain(value):
    return format(value.normalize(), "f")


def _policy_label(version):
    return f"{version.title}（{version.version}，{version.get_state_display()}）"


def tried_choices(region_code: str):
    """Versions that may be tried in a region: drafts and published ones that hold there."""
    prefixes = [region_code[:length] for length in range(2, len(region_code) + 1)]
    return PolicyVersion.objects.filter(region_code__in=prefixes).order_by(
        "state", "policy_id", "-drafted_at"
    )


def refund_choices(region_code: str):
    """Of those, the ones that can be read and have something a screening decides."""
    found = [version.pk for version in tried_choices(region_code) if _is_screened(version)]
    return tried_choices(region_code).filter(pk__in=found)


def _is_screened(version):
    try:
        return bool(screened_keys(compiled(version)))
    except PolicyFileError:  # a draft half written: its own page says what is wrong
        return False


class RowFilterForm(forms.Form):
    """Which rows of the result are listed. Nonsense in the address is ignored."""

    which = forms.ChoiceField(label="变化", choices=WHICH, required=False)
    region = forms.ChoiceField(label="地区", required=False)
    industry = forms.ChoiceField(label="行业", required=False)

    def __init__(self, data, *, regions):
        super().__init__(data)
        self.fields["region"].choices = [("", "全部地区"), *((r.code, r.name) for r in regions)]
        sections = Industry.objects.at_level(1).values_list("code", "name")
        self.fields["industry"].choices = [("", "全部行业"), *sections]

    def chosen(self) -> dict:
        """The valid filters by name, "" for the others."""
        self.is_valid()
        return {name: self.cleaned_data.get(name) or "" for name in self.fields}
