"""The parts of a policy file as short Chinese phrases, for comparing two versions of them.

A phrase shows whatever changes who gets how much. Two parts that differ but read the same are told
apart by ``diff`` itself, which then shows the parts as they are written.
"""

from .facts import CATALOGUE
from .indicators import INDICATORS
from .operands import engine_value
from .rules import OPERATOR_WORDS, condition_quantity, limit_words
from .schema import AnyOf
from .show import DELIVERY
from .wording import day, shown, shown_fact

WINNERS = {
    "highest_amount": "金额高的一种",
    "first_listed": "排在前面的一种",
    "never_both": "不会同时符合",
}
PENDING = {"proceed": "先发放已经符合的", "wait": "等全部核实再定", None: ""}
UNKNOWN = {
    "review": "查不到时转人工核实",
    "manual": "查不到时由经办人核对",
    "ignore": "查不到时不看",
}
REGION = {"required": "必须有所在地区", "if_known": "所在地区查不到时由经办人核对"}
BY = {"legal_date": "按办理日期取值", "base_year": "按返还年度取值"}
SUBJECTS = {"enterprise": "企业", "person": "个人", "agency": "机构", "school": "学校"}
REMEDIES = {
    "check_record": "可以核对记录",
    "certificate": "可以补交证明",
    "commissioner": "可以联系就业专员",
    "none": "不提示办法",
}


def period(part) -> str:
    """Both ends of anything with ``from`` and ``to``."""
    start = f"{day(part.start)}起" if part.start else "印发之日起"
    return f"{start}至{day(part.to)}" if part.to else f"{start}，截止另行通知"


def figure(value, parameter) -> str:
    """One value of a parameter; ``None`` is left to the bureau."""
    if value is None:
        return "由主管部门填写"
    choices = parameter.local.choices if parameter.local else None
    return shown(engine_value(value), parameter.unit, parameter.measure, choices)


def local_range(allowed, parameter) -> str:
    """What the bureau may set."""
    if allowed is None:
        return "不能在本地改"
    if allowed.choices is not None:
        return "、".join(f"{word}（{name}）" for name, word in allowed.choices.items())
    return f"{figure(allowed.least, parameter)} 至 {figure(allowed.most, parameter)}"


def test_words(name, test, flags) -> str:
    """What a table row or an ``only_if`` asks of one fact."""
    label = flags[name].label if name in flags else CATALOGUE[name].label

    def value(item):
        if name in flags:
            return "是" if item else "否"
        return shown_fact(name, engine_value(item))

    if test.one_of is not None:
        return f"{label} {'、'.join(value(item) for item in test.one_of)}"
    ends = [
        words.format(value(end))
        for words, end in (
            ("{} 及以上", test.least),
            ("{} 及以下", test.most),
            ("低于 {}", test.below),
        )
        if end is not None
    ]
    return f"{label} {'，'.join(ends)}"


def tests_words(tests, flags) -> str:
    """All tests of a row."""
    return "，".join(test_words(name, test, flags) for name, test in tests.items()) or "任何情况"


def row_result(policy, table, row) -> str:
    """What a table row gives."""
    if row.parameter is not None:
        return policy.file.parameters[row.parameter].label
    return shown(engine_value(row.value), table.unit)


def rule_words(policy, rule) -> str:
    """What a condition or exclusion asks, with its real limit rather than the words shown for it."""
    if isinstance(rule, AnyOf):
        return "以下符合一项即可：" + "；".join(rule_words(policy, one) for one in rule.any_of)
    look = condition_quantity(policy.scope, rule)
    name = look.label
    if getattr(rule, "less", None):
        name += f"（减去{CATALOGUE[rule.less].label}）"
    guard = ""
    if rule.only_if:
        guard = f"（只看{tests_words(rule.only_if, policy.file.flags)}的）"
    return f"{name}{guard} {OPERATOR_WORDS[rule.operator].format(_limit(policy, rule, look))}"


def _limit(policy, rule, look):
    operand = rule.limit
    if operand.parameter is not None:
        return policy.file.parameters[operand.parameter].label
    if operand.table is not None:
        return policy.file.tables[operand.table].label
    if operand.values is not None:
        value = tuple(engine_value(item) for item in operand.values)
    elif operand.start is not None:
        value = (engine_value(operand.start), engine_value(operand.to))
    else:
        value = engine_value(operand.value)
    return limit_words(value, look, rule.operator)


def sum_words(policy, expr) -> str:
    """An expression as a formula."""
    kind = expr.kind
    if kind == "fact":
        words = CATALOGUE[expr.fact].label
        if expr.otherwise is not None:
            words += f"（查不到按 {expr.otherwise} 计）"
        if expr.otherwise_fact is not None:
            words += f"（查不到按{CATALOGUE[expr.otherwise_fact].label}计）"
        return words
    if kind == "parameter":
        return policy.file.parameters[expr.parameter].label
    if kind == "table":
        otherwise = "" if expr.otherwise is None else f"（查不到按 {expr.otherwise} 计）"
        return f"{policy.file.tables[expr.table].label}{otherwise}"
    if kind == "value":
        return shown(expr.value, expr.unit)
    parts = [sum_words(policy, part) for part in getattr(expr, kind)]
    signs = {"add": " ＋ ", "subtract": " － ", "multiply": " × "}
    if kind in signs:
        return f"（{signs[kind].join(parts)}）"
    return f"{'、'.join(parts)}中较{'小' if kind == 'least' else '大'}的"


def amount_words(policy, amount) -> str:
    """How an amount is computed."""
    if amount is None:
        return "只认定资格，不计算金额"
    if amount.expression is not None:
        return sum_words(policy, amount.expression)
    method = amount.by_method
    choices = policy.file.parameters[method.parameter].local.choices
    return "；".join(
        f"{choices[name]}：{sum_words(policy, expr)}" for name, expr in method.choices.items()
    )


def tranche_words(policy, tranches) -> str:
    """The parts an amount is paid in."""
    parts = []
    for part in tranches.parts:
        share = policy.file.parameters[part.share].label
        when = ""
        if part.fact is not None:
            when = f"（{CATALOGUE[part.fact].label}达到 {shown_fact(part.fact, part.least)}）"
        parts.append(f"{part.label}按{share}{when}")
    return "，".join(parts)


def delivery_words(delivery) -> str:
    """How a provision is delivered, and who applies."""
    who = f"（{delivery.applicant}申请）" if delivery.applicant else ""
    return f"{DELIVERY[delivery.how]}{who}"


def flag_words(flag) -> str:
    """When a flag holds."""
    wanted = flag.every_year
    kept = shown(engine_value(wanted.kept_share), "share")
    return f"近 {wanted.years} 年每年不少于 {wanted.persons} 人、留用率不低于 {kept}"


def indicator_words(use) -> str:
    """An indicator with its formula."""
    return f"{use.use}：{INDICATORS[use.use].formula}"


def group_words(policy, group) -> str:
    """Members of an exclusivity group and who wins."""
    titles = "、".join(policy.file.provisions[member].title for member in group.members)
    return "，".join(filter(None, (titles, WINNERS[group.winner], PENDING[group.pending])))


def document_words(document) -> str:
    """Number, title and date of a document."""
    issued = f"，{day(document.issued)}" if document.issued else "，没有写日期"
    address = f"，见 {document.address}" if document.address else ""
    return f"{document.number} {document.title}{issued}{address}"


def place_words(place) -> str:
    """A jurisdiction."""
    codes = "、".join(filter(None, (place.code, *place.former_codes))) or "不限"
    return f"{place.name}（{codes}{'，包括下级' if place.includes_below else '，不包括下级'}）"
