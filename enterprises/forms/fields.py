"""Fields the forms share: places within the city, industries, occupations, lists of words."""

import re

from django import forms
from django.conf import settings

from enterprises.size_class import thresholds
from portal.places.models import Division, Industry, Occupation

_SEPARATORS = re.compile(r"[、，,；;\n]+")


class WordsField(forms.CharField):
    """Words in one line, “数控、看图纸”. Cleans to a list without doubles; each of limited length."""

    def __init__(self, *, word_length, most=20, **kwargs):
        self.word_length, self.most = word_length, most
        kwargs.setdefault("help_text", "用顿号隔开")
        super().__init__(**kwargs)

    def prepare_value(self, value):
        """A list shows as one line."""
        return "、".join(value) if isinstance(value, list | tuple) else value

    def to_python(self, value):
        """The list of words."""
        text = super().to_python(value)
        words = (word.strip() for word in _SEPARATORS.split(text or ""))
        return list(dict.fromkeys(word for word in words if word))

    def validate(self, value):
        """Too long or too many says which and how long."""
        super().validate(value)
        for word in value:
            if len(word) > self.word_length:
                raise forms.ValidationError(
                    f"“{word[:12]}…”太长，每一项最多 {self.word_length} 个字，多项之间用顿号隔开。"
                )
        if len(value) > self.most:
            raise forms.ValidationError(f"最多 {self.most} 项，现在有 {len(value)} 项。")

    def run_validators(self, value):
        """Validators of text do not apply to a list."""

    def has_changed(self, initial, data):
        """Compared as lists."""
        return list(initial or []) != self.to_python(data)


class RowField(forms.ChoiceField):
    """A row of a code table, chosen by its code from given (grouped) choices."""

    def __init__(self, model, **kwargs):
        self.model = model
        super().__init__(**kwargs)

    def prepare_value(self, value):
        """A row shows as its code."""
        return getattr(value, "pk", value)

    def clean(self, value):
        """The row, or None for an empty optional field."""
        code = super().clean(value)
        return self.model.objects.filter(pk=code).first() if code else None


class OccupationField(forms.CharField):
    """An occupation by its code, of the third or fourth level of the classification."""

    def prepare_value(self, value):
        """A row shows as its code."""
        return getattr(value, "pk", value)

    def clean(self, value):
        """The Occupation, or None."""
        code = super().clean(value)
        if not code:
            return None
        found = Occupation.objects.filter(pk=code, level__gte=Occupation.MINOR).first()
        if found is None:
            raise forms.ValidationError("请从列出的职业里选一个。")
        return found


def place_choices(empty_label=None, districts_only=False):
    """Districts and streets of the city, grouped by district. One query."""
    levels = [Division.DISTRICT] if districts_only else [Division.DISTRICT, Division.STREET]
    rows = Division.objects.filter(
        code__startswith=settings.CITY_CODE, level__in=levels, listed=True
    ).order_by("order", "code")
    districts = [row for row in rows if row.level == Division.DISTRICT]
    head = [("", empty_label)] if empty_label else []
    if districts_only:
        return head + [(row.code, row.name) for row in districts]
    streets = {}
    for row in rows:
        if row.level == Division.STREET:
            streets.setdefault(row.parent_id, []).append((row.code, row.name))
    return head + [
        (
            district.name,
            [(district.code, f"{district.name}（不写街道）")]
            + [(code, f"{district.name}・{name}") for code, name in streets.get(district.code, [])],
        )
        for district in districts
    ]


def industry_choices():
    """Industries at the level the size thresholds need, grouped by section. Two queries at most.

    Mostly the two-digit divisions; where the document tells classes apart within a division
    (real estate), the four-digit classes.
    """
    split = {code[:3] for code in thresholds() if len(code) > 3}
    rows = list(Industry.objects.filter(level__lte=2).order_by("code"))
    finer = Industry.objects.filter(level=4)
    fine_rows = []
    for code in sorted(split):
        fine_rows += list(finer.filter(code__startswith=code).order_by("code"))
    groups = {row.code: (row.name, []) for row in rows if row.level == 1}
    for row in sorted(
        [row for row in rows if row.level == 2 and row.code not in split] + fine_rows,
        key=lambda row: row.code,
    ):
        section = groups.get(row.code[0])
        if section:
            section[1].append((row.code, row.name))
    return [("", "请选择")] + [(name, codes) for name, codes in groups.values() if codes]
