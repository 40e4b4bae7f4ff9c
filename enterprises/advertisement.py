"""The advertisement lint put to a vacancy: which words, in which field, under which local figure.

The rules are in enterprises/lint, which knows nothing of vacancies; this module hands it the text
and the local minimum wage, numbers what it finds in the order of the form, and cuts the text at
the words for the page.
"""

from dataclasses import asdict, dataclass, replace

from django.utils import timezone

from enterprises.lint import Finding, Innocent, innocents, lint
from portal.ui.formatting import full_date
from subsidies.models import LocalParameter

MINIMUM_WAGE = "minimum_wage_monthly_fen"
# Findings about a figure are never a false alarm: staff cannot let them pass.
ABOUT_FIGURES = frozenset({"pay-below-minimum"})
# In the order of the form, with the labels of the form.
FIELDS = {
    "title": "岗位名称",
    "address": "工作地址",
    "pay_min": "月薪下限",
    "pay_max": "月薪上限",
    "benefits": "福利",
    "duties": "工作内容",
    "requirements": "任职要求",
    "skills": "技能",
    "certificates": "必须有的证书",
}
LISTS = frozenset({"benefits", "skills", "certificates"})
TEXTS = tuple(name for name in FIELDS if not name.startswith("pay_"))


@dataclass(frozen=True)
class Piece:
    """A stretch of text; `number` is that of its finding, 0 where nothing is wrong."""

    text: str
    number: int = 0
    blocking: bool = False


@dataclass(frozen=True)
class Numbered:
    """A finding with the number that stands beside its words."""

    number: int
    finding: Finding

    @property
    def fix(self):
        """What “采用” sends: the place, the rule and the words; "" when a person has to decide."""
        found = self.finding
        if found.replacement is None:
            return ""
        return f"{found.field}:{found.start}:{found.end}:{found.rule_id}"

    @property
    def field_label(self):
        """Name of the field it stands in."""
        return FIELDS[self.finding.field]

    @property
    def may_be_overruled(self):
        """Whether staff may record that it is a false alarm."""
        return self.finding.rule_id not in ABOUT_FIGURES


@dataclass(frozen=True)
class Check:
    """All findings of one vacancy, numbered."""

    texts: dict[str, str]
    numbered: tuple[Numbered, ...]
    innocents: tuple[Innocent, ...]

    @property
    def musts(self):
        """Those that keep it from being published."""
        return [one for one in self.numbered if one.finding.blocking]

    @property
    def advice(self):
        """Those that are only advice."""
        return [one for one in self.numbered if not one.finding.blocking]

    def of(self, field):
        """Findings of one field."""
        return [one for one in self.numbered if one.finding.field == field]

    def pieces(self, field):
        """The text of a field cut at its findings."""
        text, at, out = self.texts.get(field, ""), 0, []
        for one in self.of(field):
            found = one.finding
            if found.end == found.start:
                continue
            if found.start > at:
                out.append(Piece(text[at : found.start]))
            out.append(Piece(text[found.start : found.end], one.number, found.blocking))
            at = found.end
        if at < len(text):
            out.append(Piece(text[at:]))
        return out

    def snapshot(self, overruled=None):
        """Plain data for a review's record; `overruled` maps numbers to the reasons staff gave."""
        overruled = overruled or {}
        return [
            {
                **asdict(one.finding),
                "number": one.number,
                "overruled": overruled.get(one.number, ""),
            }
            for one in self.numbered
        ]


def text_of(vacancy, field):
    """A field of a vacancy as one text; lists joined by “、”."""
    value = getattr(vacancy, field)
    return "、".join(value) if field in LISTS else value


def minimum_wage(region_code, day=None):
    """The LocalParameter with the monthly minimum wage in force there (fen), or None.

    The closest region counts: a district's own figure goes before the city's.
    """
    places = [region_code[:length] for length in (12, 9, 6, 4, 2) if len(region_code) >= length]
    found = LocalParameter.objects.on(day or timezone.localdate()).filter(
        name=MINIMUM_WAGE, region_id__in=places
    )
    return max(found, key=lambda one: (len(one.region_id), one.valid_from), default=None)


def check_vacancy(vacancy, day=None):
    """Lint a vacancy as it stands. Returns a Check."""
    texts = {field: text_of(vacancy, field) for field in TEXTS}
    wage = minimum_wage(vacancy.region_id, day)
    findings = lint(
        texts,
        pay_min_fen=_fen(vacancy.pay_min),
        pay_max_fen=_fen(vacancy.pay_max),
        minimum_wage_fen=int(wage.value) if wage else None,
    )
    order = list(FIELDS)
    findings.sort(key=lambda found: (order.index(found.field), found.start))
    numbered = tuple(
        Numbered(number, _with_local_ground(found, wage))
        for number, found in enumerate(findings, 1)
    )
    return Check(texts, numbered, tuple(innocents(texts)))


def already_overruled(review):
    """The (rule, words) that staff called false alarms in a review."""
    found = review.findings if review else []
    return {(one["rule_id"], one["quoted"]) for one in found if one.get("overruled")}


def _with_local_ground(finding, wage):
    """A finding about the minimum wage also names the local document and its date."""
    if finding.kind != "minimum_wage" or wage is None:
        return finding
    local = f"{wage.document}（{full_date(wage.valid_from)}起）"
    return replace(finding, legal_ground=f"{finding.legal_ground}；{local}")


def _fen(yuan):
    return None if yuan is None else yuan * 100
