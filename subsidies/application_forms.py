"""The form of an application, made from the facts a provision reads.

Every fact may be left open: “不清楚” is unknown, and unknown is looked into, not refused. Money is
typed in yuan, shares in percent, dates as dates. What a record shows is not asked (`locked`).
"""

from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError

from portal.accounts.identity import clean_identity_number
from subsidies.enums import SubsidyApplicationState
from subsidies.policy.facts import CATALOGUE, MOST_COUNT
from subsidies.services.application_needs import PROVEN_BY_RECORD

UNKNOWN = "不清楚"
YEARS = 3  # of placements: each of the last three
MOST_ROWS = 200
FEWEST_ROWS, MORE_ROWS = 3, 5
_PROVEN = "不清楚可以不填，按社保等记录核对"


def _int(fact):
    return forms.IntegerField(
        min_value=0,
        max_value=MOST_COUNT,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages={"invalid": "请填整数。", "min_value": "不能小于 0。"},
    )


def _fen(fact):
    return forms.DecimalField(
        min_value=0,
        max_digits=14,
        decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        error_messages={
            "invalid": "请填金额，例如 1234.50。",
            "max_decimal_places": "金额最多两位小数。",
        },
    )


def _share(fact):
    return forms.DecimalField(
        min_value=0,
        max_value=100,
        max_digits=7,
        decimal_places=4,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        error_messages={"invalid": "请填百分比，例如 70。"},
    )


def _date(fact):
    return forms.DateField(
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "请填日期，例如 2020-03-10。"},
    )


def _bool(fact):
    choices = [("yes", "是"), ("no", "否"), ("", UNKNOWN)]
    return forms.ChoiceField(choices=choices, widget=forms.RadioSelect)


def _choice(fact):
    choices = [*fact.choices.items(), ("", UNKNOWN)]
    return forms.ChoiceField(choices=choices, widget=forms.RadioSelect)


_MAKERS = {
    "int": _int,
    "fen": _fen,
    "share": _share,
    "date": _date,
    "bool": _bool,
    "choice": _choice,
}
_SUFFIXES = {"fen": "元", "share": "%"}
_WIDTHS = {"int": "s", "fen": "m", "share": "s", "date": "m"}


def json_value(name: str, value):
    """A cleaned value of the form as decisions keep it; None for what was left open."""
    kind = CATALOGUE[name].kind
    if value in (None, ""):
        return None
    if kind == "fen":
        return int(value * 100)
    if kind == "share":
        return f"{(value / 100).normalize():f}"
    if kind == "date":
        return value.isoformat()
    if kind == "bool":
        return value == "yes"
    return value


class FactsForm(forms.Form):
    """Some facts of the catalogue, in the order given. `locked`: those a record shows."""

    def __init__(self, *args, names, locked=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.names = [name for name in names if name not in locked]
        for name in self.names:
            self._add(name)

    def _add(self, name):
        fact = CATALOGUE[name]
        if fact.kind == "placements":
            for year in range(1, YEARS + 1):
                people, kept = _int(fact), _share(fact)
                people.label, kept.label = f"近第 {year} 年见习人数", f"近第 {year} 年留用率（%）"
                people.required = kept.required = False
                self.fields[f"{name}_{year}_persons"] = people
                self.fields[f"{name}_{year}_kept"] = kept
            return
        made = _MAKERS[fact.kind](fact)
        made.label, made.required = fact.label, False
        made.help_text = _PROVEN if name in PROVEN_BY_RECORD else ""
        made.suffix = _SUFFIXES.get(fact.kind, fact.unit)
        made.width = _WIDTHS.get(fact.kind, "")
        self.fields[name] = made

    def declared(self) -> dict:
        """Fact → JSON value of what was filled in; wants a valid form."""
        values = {}
        for name in self.names:
            if CATALOGUE[name].kind == "placements":
                value = self._placements(name)
            else:
                value = json_value(name, self.cleaned_data.get(name))
            if value is not None:
                values[name] = value
        return values

    def _placements(self, name):
        years = []
        for year in range(1, YEARS + 1):
            people = self.cleaned_data.get(f"{name}_{year}_persons")
            kept = self.cleaned_data.get(f"{name}_{year}_kept")
            if people is not None and kept is not None:
                share = f"{(Decimal(kept) / 100).normalize():f}"
                years.append({"persons": people, "kept_share": share})
        return years or None


class PersonForm(FactsForm):
    """One person: name, identity number, and the facts asked of each."""

    name = forms.CharField(
        label="姓名",
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    identity_number = forms.CharField(
        label="身份证号",
        max_length=24,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args, own_number="", **kwargs):
        super().__init__(*args, **kwargs)
        self.own_number = own_number
        if own_number:
            del self.fields["identity_number"]

    @property
    def is_blank(self) -> bool:
        """Whether nothing at all was typed in this row."""
        return not any(str(self.data.get(self.add_prefix(n), "")).strip() for n in self.fields)

    def clean(self):
        """A row that is begun has a name and a right number."""
        data = super().clean()
        if self.is_blank and not self.own_number:
            return data
        if not (data.get("name") or "").strip() and "name" not in self.errors:
            self.add_error("name", "请填姓名。")
        if self.own_number:
            data["identity_number"] = self.own_number
        elif "identity_number" not in self.errors:
            try:
                data["identity_number"] = clean_identity_number(data.get("identity_number"))
            except ValidationError as error:
                self.add_error("identity_number", error)
        return data


class ApplicationForm:
    """The whole form: the shared facts and a row for each person.

    data: POST, or what was typed last (`typed`), or None. bound: whether it is checked. alone: one
    person, the applicant. own_number: the applicant's registered number, which is not asked again.
    facts_only: for whoever just wants to know, one row without name and number.
    """

    def __init__(
        self,
        needs,
        data=None,
        *,
        bound=False,
        alone=False,
        facts_only=False,
        own=(),
        own_number="",
        locked=(),
    ):
        self.needs = needs
        self.alone = alone or facts_only
        kind = {"data": data} if bound else {}
        shared_typed = _under("a", data)
        self.shared = FactsForm(
            prefix="a", names=needs.asked_shared, locked=locked, initial=shared_typed, **kind
        )
        self.rows = self._row_count(data)
        self.persons = []
        for index in range(self.rows):
            prefix = f"p{index}"
            shown = {
                "prefix": prefix,
                "names": needs.asked_each,
                "initial": _under(prefix, data) or (dict(own) if alone else {}),
                "locked": locked if self.alone else (),
                **kind,
            }
            if facts_only:
                self.persons.append(FactsForm(**shown))
            else:
                self.persons.append(PersonForm(own_number=own_number if alone else "", **shown))

    def _row_count(self, data):
        if not self.needs.has_persons:
            return 0
        if self.alone:
            return 1
        typed = str((data or {}).get("rows", ""))
        rows = int(typed) if typed.isascii() and typed.isdecimal() else FEWEST_ROWS
        if (data or {}).get("go") == "more":
            rows += MORE_ROWS
        return max(1, min(rows, MOST_ROWS))

    def is_valid(self) -> bool:
        """Checks all parts, so that every mistake is shown at once; two rows of one person too."""
        right = [form.is_valid() for form in (self.shared, *self.persons)]
        seen: dict[str, int] = {}
        for index, form in enumerate(self.persons, 1):
            number = form.cleaned_data.get("identity_number")
            if not number or form.own_number:
                continue
            if number in seen:
                form.add_error("identity_number", f"和第 {seen[number]} 位的身份证号一样。")
                right.append(False)
            seen.setdefault(number, index)
        return all(right)

    @property
    def forms(self):
        """The rows, as the error summary wants them."""
        return self.persons

    @property
    def filled(self) -> list[PersonForm]:
        """The rows in which something was typed; of a person alone, the one row."""
        return [form for form in self.persons if form.own_number or not form.is_blank]


def typed(post) -> dict:
    """What was typed, for the draft: every field but the tokens."""
    return {
        name: value for name, value in post.items() if name not in ("csrfmiddlewaretoken", "go")
    }


def _under(prefix, data):
    """Field → typed text of one part of the form."""
    start = f"{prefix}-"
    return {
        name.removeprefix(start): value
        for name, value in (data or {}).items()
        if name.startswith(start)
    }


class DocumentForm(forms.Form):
    """One more document."""

    title = forms.CharField(
        label="这是什么材料",
        max_length=80,
        help_text="例如劳动合同、证书、缴费凭证",
        error_messages={"required": "请写这份材料是什么。"},
    )
    file = forms.FileField(
        label="文件",
        help_text="照片（JPG、PNG）或 PDF，最大 5 MB",
        widget=forms.ClearableFileInput(attrs={"accept": ".jpg,.jpeg,.png,.pdf"}),
        error_messages={"required": "请选文件。", "empty": "文件是空的，请重新选择。"},
    )


class StaffFilterForm(forms.Form):
    """The filters of the staff list. Nonsense in the address is ignored, not refused."""

    state = forms.ChoiceField(
        label="状态",
        required=False,
        choices=[
            ("", "全部状态"),
            *(
                choice
                for choice in SubsidyApplicationState.choices
                if choice[0] != SubsidyApplicationState.DRAFT
            ),
        ],
    )
    provision = forms.ChoiceField(label="补贴", required=False)
    region = forms.ChoiceField(label="地区", required=False)
    q = forms.CharField(label="企业名称或身份证号", required=False, max_length=40)

    def __init__(self, data, *, provisions, regions):
        super().__init__(data)
        self.fields["provision"].choices = [("", "全部补贴"), *provisions]
        self.fields["region"].choices = [("", "全部地区"), *((r.code, r.name) for r in regions)]

    def chosen(self) -> dict:
        """The valid filters by name, "" for the others."""
        self.is_valid()
        return {name: self.cleaned_data.get(name) or "" for name in self.fields}


class CompletionForm(FactsForm):
    """One fact that no record shows, as staff complete it: the value and the document."""

    document = forms.CharField(
        label="凭什么材料",
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "例如劳动合同、参保证明"}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.order_fields([name for name in self.fields if name != "document"])
        for made in self.fields.values():
            made.help_text = ""

    def clean(self):
        """A value needs its document."""
        data = super().clean()
        if self.declared() and not (data.get("document") or "").strip():
            self.add_error("document", "请写明凭什么材料核实。")
        return data
