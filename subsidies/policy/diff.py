"""What differs between two versions of a policy, in words staff can check before publishing.

``diff`` compares the content; ``diff_cases.changed_cases`` tells which worked cases come out
differently. Both are pure: loaded policies in, plain records out.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass

from . import diff_words as words
from .cases import json_like
from .policyset import LoadedPolicy
from .schema import AnyOf

SECTIONS = {
    "policy": "政策",
    "date": "日期",
    "document": "依据文件",
    "parameter": "参数",
    "indicator": "指标",
    "table": "取值表",
    "exclusivity": "只享受一种",
    "provision": "条款",
    "condition": "条件",
    "exclusion": "不适用的情形",
    "amount": "金额",
    "manual_check": "人工核对",
    "unspecified": "文件没有写明的",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two versions of a policy.

    section: a key of ``SECTIONS``. provision: key of the provision it belongs to, ``None`` for what
    concerns the whole file. name: key of the changed part (parameter, rule, table …). label: the
    part in Chinese. old, new: how it reads in either version; ``None`` for what is added (no old)
    or removed (no new). cite: clause of the new version (of the old one when removed), ``""`` when
    the part has none of its own.
    """

    section: str
    provision: str | None
    name: str
    label: str
    old: str | None
    new: str | None
    cite: str = ""

    @property
    def kind(self) -> str:
        """``added``, ``removed`` or ``changed``."""
        return "added" if self.old is None else "removed" if self.new is None else "changed"

    @property
    def text(self) -> str:
        """The change in one line of Chinese, with its clause."""
        if self.old is None:
            what = f"新增：{self.new}"
        elif self.new is None:
            what = f"删去：{self.old}"
        else:
            what = f"{self.old} → {self.new}"
        return f"{self.label}　{what}{f'　依据 {self.cite}' if self.cite else ''}"


def diff(old: LoadedPolicy, new: LoadedPolicy) -> list[Change]:
    """Every difference of content between two versions, in the order of a policy file.

    Empty exactly when both files say the same (comments and the order of keys aside). Works for
    two ids as well: a place's policy against the template it was made from.
    """
    return _Differ(old, new).run()


class _Differ:
    def __init__(self, old, new):
        self.old, self.new = old, new
        self.changes: list[Change] = []

    def run(self):
        old, new = self.old.file, self.new.file
        self._one("policy", "id", "政策编号", old.id, new.id)
        self._one("policy", "version", "版本", old.version, new.version)
        self._one("policy", "title", "名称", old.title, new.title)
        template = ("不是样板", "样板")
        self._one("policy", "template", "样板", *(template[bool(f.template)] for f in (old, new)))
        self._part("policy", "jurisdiction", "适用地区", words.place_words)
        self._part("date", "effective", "有效期", words.period)
        self._part("date", "claim_window", "办理期限", words.period)
        self._part("date", "notice", "公示", lambda notice: f"{notice.working_days} 个工作日")
        self._part("amount", "rounding", "尾数", lambda rounding: "四舍五入到分")
        self._documents()
        self._parameters()
        self._named("indicator", "indicators", lambda p, use: words.indicator_words(use))
        self._named("table", "flags", lambda p, flag: words.flag_words(flag))
        for name in _keys(old.tables, new.tables):
            self._table(name, old.tables.get(name), new.tables.get(name))
        self._named("exclusivity", "exclusivity", words.group_words)
        for key in _keys(old.provisions, new.provisions):
            self._provision(key, old.provisions.get(key), new.provisions.get(key))
        if _order(old.provisions, new.provisions):
            self._one("provision", "order", "条款的顺序", *(_listed(f) for f in (old, new)))
        self._named("unspecified", "unspecified", lambda p, entry: entry.handling)
        return self.changes

    def _add(self, section, name, label, old, new, cite="", provision=None):
        self.changes.append(Change(section, provision, name, label, old, new, cite))

    def _one(self, section, name, label, old, new):
        if old != new:
            self._add(section, name, label, old, new)

    def _pair(self, section, name, label, old, new, read: Callable, provision=None):
        """One part of both versions; ``read(policy, part)`` puts it into words."""
        if old == new:
            return
        before = None if old is None else read(self.old, old)
        after = None if new is None else read(self.new, new)
        if before == after and _but_ground(old) == _but_ground(new):
            label, before, after = f"{label}（依据）", _ground(old), _ground(new)
        elif before == after:
            before, after = _written(old, new)
        cite = _cite(old if new is None else new)
        self._add(section, name, label, before, after, cite, provision)

    def _part(self, section, name, label, read):
        parts = (getattr(policy.file, name) for policy in (self.old, self.new))
        self._pair(section, name, label, *parts, lambda policy, part: read(part))

    def _named(self, section, field, read):
        """A section of parts by name, each with ``label``, ``about``, or neither."""
        old, new = (getattr(policy.file, field) for policy in (self.old, self.new))
        for name in _keys(old, new):
            part = new.get(name) or old[name]
            label = getattr(part, "label", None) or getattr(part, "about", name)
            self._pair(section, name, label, old.get(name), new.get(name), read)

    def _documents(self):
        old, new = self.old.file.documents, self.new.file.documents
        for name in _keys(old, new):
            before, after = old.get(name), new.get(name)
            if before is None or after is None:
                self._pair("document", name, name, before, after, _document)
                continue
            heads = (d.model_copy(update={"clauses": {"": "-"}}) for d in (before, after))
            self._pair("document", name, name, *heads, _document)
            for clause in _keys(before.clauses, after.clauses):
                texts = (before.clauses.get(clause), after.clauses.get(clause))
                self._one("document", name, f"{name}({clause})", *texts)

    def _parameters(self):
        old, new = self.old.file.parameters, self.new.file.parameters
        for name in _keys(old, new):
            before, after = old.get(name), new.get(name)
            if before is None or after is None:
                self._pair("parameter", name, (after or before).label, before, after, _parameter)
            elif before != after:
                self._parameter(name, before, after)

    def _parameter(self, name, old, new):
        label = new.label
        self._one("parameter", name, f"{label}（名称）", old.label, new.label)
        for field, title in (("unit", "单位"), ("measure", "量词"), ("unspecified", "没有写明")):
            texts = (getattr(old, field) or "没有", getattr(new, field) or "没有")
            self._one("parameter", name, f"{label}（{title}）", *texts)
        self._one("parameter", name, f"{label}（取值方法）", words.BY[old.by], words.BY[new.by])
        ranges = (words.local_range(p.local, p) for p in (old, new))
        self._one("parameter", name, f"{label}（可在本地填写）", *ranges)
        before = {item.start: item for item in old.values}
        after = {item.start: item for item in new.values}
        for start in _keys(before, after):
            pair = before.get(start), after.get(start)
            self._pair(
                "parameter",
                name,
                label,
                *pair,
                lambda policy, item: _dated(item, old if policy is self.old else new),
            )

    def _table(self, name, old, new):
        label = (new or old).label
        if old is not None and new is not None:
            self._one("table", name, f"{label}（名称）", old.label, new.label)
            self._one("table", name, f"{label}（单位）", old.unit, new.unit)
            self._one(
                "table", name, f"{label}（看什么）", *("、".join(t.inputs) for t in (old, new))
            )
        rows = [
            {words.tests_words(row.when, policy.file.flags): row for row in table.rows}
            if table
            else {}
            for policy, table in ((self.old, old), (self.new, new))
        ]
        for when in _keys(*rows):
            self._pair(
                "table",
                name,
                f"{label}：{when}",
                *(side.get(when) for side in rows),
                lambda policy, row: words.row_result(policy, policy.file.tables[name], row),
            )

    def _provision(self, key, old, new):
        if old is None or new is None:
            titles = (p and p.title for p in (old, new))
            self._add("provision", key, "条款", *titles, _cite(new or old), key)
            return
        if old == new:
            return
        for name, label, read in _PROVISION_PARTS:
            parts = (getattr(provision, name) for provision in (old, new))
            section = "date" if name in ("effective", "base_period") else "provision"
            section = "amount" if name in ("amount", "tranches", "eligibility_only") else section
            self._pair(
                section,
                name,
                label,
                *parts,
                lambda policy, part, read=read: read(policy, part),
                key,
            )
        for section, field in (("exclusion", "exclusions"), ("condition", "conditions")):
            sides = [{_rule_name(r): r for r in getattr(p, field)} for p in (old, new)]
            for name in _keys(*sides):
                self._rule(section, name, *(side.get(name) for side in sides), key)
            if _order(*sides):
                self._one(section, field, f"{SECTIONS[section]}的顺序", *map("、".join, sides))
        for section, field, label in (
            ("amount", "caps", "上限"),
            ("manual_check", "manual_checks", ""),
        ):
            sides = [
                {getattr(part, "id", None) or part.label: part for part in getattr(p, field)}
                for p in (old, new)
            ]
            for name in _keys(*sides):
                read = _cap if field == "caps" else lambda policy, check: check.text
                pair = (side.get(name) for side in sides)
                self._pair(section, name, label or name, *pair, read, key)
            if _order(*sides):
                self._one(section, field, f"{SECTIONS[section]}的顺序", *map("、".join, sides))

    def _rule(self, section, name, old, new, key):
        label = _rule_label(new or old)
        if old is None or new is None or isinstance(old, AnyOf) or isinstance(new, AnyOf):
            self._pair(section, name, label, old, new, words.rule_words, key)
            return
        before, after = (words.rule_words(p, r) for p, r in ((self.old, old), (self.new, new)))
        asked = before != after
        if asked:
            self._add(section, name, label, before, after, new.cite, key)
        for field in type(new).model_fields:
            pair = getattr(old, field), getattr(new, field)
            if pair[0] == pair[1] or (asked and field in _ASKED):
                continue
            read = _RULE_WORDS.get(field, str)
            texts = [None if part is None else read(part) for part in pair]
            if field in _ASKED and field != "shown_limit":
                texts = _written(*pair)
            texts = ["没有" if text is None else text for text in texts]
            self._add(section, name, f"{label}（{_RULE_FIELDS[field]}）", *texts, new.cite, key)


_ASKED = ("fact", "less", "per", "only_if", "operator", "limit")
_RULE_FIELDS = {
    "label": "名称",
    "fact": "看什么",
    "less": "减去什么",
    "per": "除以什么",
    "only_if": "只看哪些",
    "operator": "怎样比较",
    "limit": "限度",
    "cite": "依据",
    "passed": "符合时的说明",
    "failed": "不符合时的说明",
    "clear": "不属于时的说明",
    "excluded": "属于时的说明",
    "shown_limit": "显示的要求",
    "if_unknown": "查不到时",
    "remedy": "提示的办法",
}
_RULE_WORDS = {"if_unknown": words.UNKNOWN.get, "remedy": words.REMEDIES.get}
_PROVISION_PARTS = (
    ("title", "名称", lambda policy, title: title),
    ("subject", "对象", lambda policy, subject: words.SUBJECTS[subject]),
    ("cite", "依据", lambda policy, cite: cite),
    ("base_period", "返还年度", lambda policy, base: "上一个公历年度"),
    ("effective", "有效期", lambda policy, period: words.period(period)),
    ("region", "所在地区", lambda policy, region: words.REGION[region]),
    ("delivery", "办理方式", lambda policy, delivery: words.delivery_words(delivery)),
    ("amount", "计算方法", words.amount_words),
    ("tranches", "分期拨付", words.tranche_words),
    ("eligibility_only", "计算方法", lambda policy, only: "只认定资格，不计算金额"),
)


def _keys(old, new):
    """Names of both versions: those of the new one in its order, then what was removed."""
    return [*new, *(name for name in old if name not in new)]


def _order(old, new):
    """Whether the names both have stand in another order."""
    return [n for n in old if n in new] != [n for n in new if n in old]


def _listed(file):
    return "、".join(file.provisions)


def _cite(part):
    return getattr(part, "cite", None) or ""


def _but_ground(part):
    """A part without the clause or the silence it rests on."""
    if not hasattr(part, "model_dump"):
        return part
    return part.model_dump(exclude={"cite", "unspecified"})


def _ground(part):
    return _cite(part) or "文件没有写明"


def _written(old, new):
    """Two parts that read the same, as the file writes them."""
    return [
        None if part is None else json.dumps(_dump(part), ensure_ascii=False, sort_keys=True)
        for part in (old, new)
    ]


def _dump(part):
    dump = getattr(part, "model_dump", None)
    if dump is not None:
        return json_like(dump(exclude_none=True, by_alias=True))
    if isinstance(part, dict):
        return {name: _dump(one) for name, one in part.items()}
    return json_like(part)


def _document(policy, document):
    return words.document_words(document)


def _dated(item, parameter):
    narrowed = ""
    if item.local is not None:
        narrowed = f"，可以在 {words.local_range(item.local, parameter)} 之间填写"
    return f"{words.figure(item.value, parameter)}（{words.period(item)}{narrowed}）"


def _parameter(policy, parameter):
    values = "；".join(_dated(item, parameter) for item in parameter.values) or "文件没有规定"
    return f"{values}，可在本地填写：{words.local_range(parameter.local, parameter)}"


def _cap(policy, cap):
    return f"{cap.label}：{words.sum_words(policy, cap.amount)}"


def _rule_name(rule):
    if isinstance(rule, AnyOf):
        return "|".join(one.id for one in rule.any_of)
    return rule.id


def _rule_label(rule):
    if isinstance(rule, AnyOf):
        return "或".join(one.label for one in rule.any_of)
    return rule.label
