"""A stored decision as pages show it: conditions, arithmetic, where the figures come from."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from portal.places.models import Division, Industry
from portal.ui.formatting import MISSING, full_date, plain_percent, thousands, yuan
from portal.ui.parts import AmountLine, Condition, DecisionView
from subsidies.enums import Outcome
from subsidies.models import Decision
from subsidies.policy.facts import CATALOGUE
from subsidies.policy.wording import shown_fact
from subsidies.services.application_decisions import OUTCOME_WORDS
from subsidies.services.application_records import SOURCES as APPLICATION_SOURCES
from subsidies.services.facts import SOURCES
from subsidies.services.publishing import compiled
from subsidies.services.reasons import clause, clause_with_document, ratio_of

_RESULTS = {True: "pass", False: "fail", None: "unknown"}
_HEADINGS = {
    "grant": "为什么能得",
    "deny": "为什么不能得",
    "review": "哪里要核实",
    "excluded": "为什么不重复享受",
}
UNKNOWN = "不详"
DISTRICT_DIGITS = 6
# Rules every provision has; they come after its own conditions.
_FRAME = ("jurisdiction", "effective_period", "base_year")


@dataclass(frozen=True)
class Names:
    """Names of the codes that stand in decisions."""

    districts: dict[str, str]
    industries: dict[str, str]

    @classmethod
    def for_decisions(cls, decisions):
        """Look up the codes of some decisions in two queries."""
        values = [decision.facts["values"] for decision in decisions]
        industries = {v.get("industry") for v in values} - {None}
        return cls(
            district_names(v["region"] for v in values if v.get("region")),
            dict(Industry.objects.filter(pk__in=industries).values_list("code", "name")),
        )

    def place(self, region: str) -> str:
        """The district a region lies in, by name."""
        return self.districts.get(region[:DISTRICT_DIGITS], region)


def district_names(regions) -> dict[str, str]:
    """Six-digit code → name of the districts that some regions lie in, in one query."""
    codes = {region[:DISTRICT_DIGITS] for region in regions}
    return dict(Division.objects.filter(pk__in=codes).values_list("code", "name"))


def layoff(decision: Decision) -> dict:
    """The layoff rate of a decision for lists: rate and limit as Fraction or None, and as words."""
    entry = next((e for e in decision.trace if e["fact"] == "layoff_rate"), None)
    rate = limit = None
    if entry and ratio_of(entry):
        rate = Fraction(*ratio_of(entry))
    if entry and entry["limit"] is not None:
        limit = Fraction(entry["limit"])
    return {
        "rate": rate,
        "limit": limit,
        "rate_text": entry["actual_text"] if entry and entry["actual_text"] else MISSING,
        "limit_text": plain_percent(limit) if limit is not None else "未规定",
    }


def _condition(entry, facts, names, document):
    at_home = entry["document"] == document
    ratio = ratio_of(entry)
    actual = entry["actual_text"] or UNKNOWN
    note, outcome_label = "", ""
    value = limit = None
    if ratio:
        lost, start = ratio
        note = f"减少 {thousands(lost)} 人 ÷ 年初 {thousands(start)} 人"
        if entry["limit"] is not None:
            value, limit = Fraction(lost, start), Fraction(entry["limit"])
    elif entry["fact"] == "region" and facts.get("region"):
        actual = names.place(facts["region"])
    elif entry["fact"] == "industry" and facts.get("industry"):
        actual = names.industries.get(facts["industry"], actual)
        note = f"行业代码 {facts['industry']}"
    elif entry["operator"] == "table":
        # “年末参保人数 114 人，企业规模 小型” without the labels, which the sentence has.
        actual = "、".join(part.partition(" ")[2] for part in actual.split("，"))
        note, outcome_label = entry["text"], "适用"
    elif entry["rule"].startswith("exclusivity_"):
        actual, note = entry["actual_text"], entry["text"]
    if entry["result"] is None:
        note = entry["text"]
    return Condition(
        title=entry["label"],
        rule=entry["limit_text"] or "要有这项数据",
        actual=actual,
        outcome=_RESULTS[entry["result"]],
        note=note,
        clause=clause(entry["cite"]) if at_home else clause_with_document(entry),
        outcome_label=outcome_label,
        value=value,
        limit=limit,
    )


def condition_of(entry: dict, facts: dict, document: str) -> Condition:
    """One entry of a trace as a line, for whoever has no codes to name in it."""
    return _condition(entry, facts, Names({}, {}), document)


def _is_shown(entry):
    # The amount has its own table below; it is a condition only when it stands in the way.
    return entry["rule"] != "amount" or entry["result"] is not True


def _in_reading_order(trace):
    shown = [entry for entry in trace if _is_shown(entry)]
    return sorted(shown, key=lambda entry: entry["rule"] in _FRAME)


def amount_lines(steps: list[str], total: str = "返还金额") -> tuple[AmountLine, ...]:
    """The evaluator's steps as lines: what, how, how much. total: what the last line is called."""
    lines = []
    for index, step in enumerate(steps):
        label, _, working = step.partition("：")
        working, _, amount = working.rpartition(" ＝ ")
        last = index == len(steps) - 1
        if last and label.startswith("四舍五入"):
            label, working = total, label
        lines.append(AmountLine(label, working, amount, last))
    return tuple(lines)


def source_words(code: str, year: int) -> str:
    """Where a figure comes from, by the code kept with it."""
    return (SOURCES.get(code) or APPLICATION_SOURCES[code]).format(year=year)


def provenance(decision: Decision) -> tuple[tuple[str, str], ...]:
    """Where the figures come from and which text decided, for the fold under a decision."""
    codes = dict.fromkeys(decision.facts["sources"].values())
    for person in decision.facts.get("persons") or ():
        codes.update(dict.fromkeys(person["sources"].values()))
    policy = decision.policy
    if decision.screening_id:
        dates = (
            ("数据截至", full_date(decision.screening.data_date)),
            ("适用政策日期", full_date(decision.screening.legal_date)),
        )
    else:
        legal_date = full_date(date.fromisoformat(decision.facts["legal_date"]))
        dates = (("适用政策日期（提交申请的日期）", legal_date),)
    return (
        ("数据来源", "；".join(source_words(code, decision.base_year) for code in codes)),
        *dates,
        ("政策", f"{policy.document_number}《{policy.title}》{policy.version} 版"),
        ("政策校验值", policy.sha256),
        ("决定时间", full_date(decision.decided_at)),
        ("决定校验值", decision.content_sha256),
        ("计算程序", f"第 {decision.engine_version} 版"),
    )


def provision_of(decision: Decision):
    """The provision of the policy text the decision was made under."""
    return compiled(decision.policy).file.provisions[decision.provision_id.partition("/")[2]]


def outcome_words(decision: Decision) -> str:
    """The outcome as a word: a refund is given back, what was applied for is paid."""
    if decision.application_id is None:
        return decision.get_outcome_display()
    return OUTCOME_WORDS[Outcome(decision.outcome)]


def explain(decision: Decision, names: Names) -> DecisionView:
    """The decision for `{% decision %}`; wants policy and screening selected with it."""
    provision = provision_of(decision)
    facts = decision.facts["values"]
    how = "免申即享" if provision.delivery.how == "automatic" else "需要申请"
    granted = decision.outcome == "grant"
    applied = decision.application_id is not None
    return DecisionView(
        status=outcome_words(decision),
        title=provision.title if applied else f"{decision.base_year} 年度{provision.title}",
        clause=f"{decision.policy.document_number} {clause(provision.cite)}・{how}",
        conditions=tuple(
            _condition(entry, facts, names, decision.policy.document_number)
            for entry in _in_reading_order(decision.trace)
            if "person" not in entry
        ),
        amount=yuan(decision.amount_fen) if granted else "",
        amount_label="拟发放金额" if applied else "拟返还金额",
        amount_lines=amount_lines(decision.amount_steps, "补贴金额" if applied else "返还金额"),
        provenance=provenance(decision),
        condition_heading=_HEADINGS[decision.outcome],
    )


def fact_lines(decision: Decision, names: Names) -> list[tuple[str, str, str]]:
    """Every fact of a decision: label, value, source, in the order of the catalogue."""
    sources, values = decision.facts["sources"], decision.facts["values"]
    shown = {name: shown_fact(name, value) for name, value in values.items()}
    if values.get("region"):
        shown["region"] = names.place(values["region"])
    if values.get("industry"):
        shown["industry"] = names.industries.get(values["industry"], values["industry"])
    return [
        (CATALOGUE[name].label, shown[name], source_words(sources[name], decision.base_year))
        for name in CATALOGUE
        if name in values
    ]
