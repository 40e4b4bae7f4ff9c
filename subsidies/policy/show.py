"""A policy or a provision as plain text, for whoever has to read it before publishing."""

from .facts import CATALOGUE
from .operands import engine_value
from .rules import OPERATOR_WORDS, condition_quantity, limit_words
from .schema import AnyOf
from .wording import day, shown

DELIVERY = {"automatic": "免申即享", "on_application": "依申请"}


def _period(period):
    start = day(period.start) if period.start else "印发之日"
    return f"{start}至{day(period.to)}" if period.to else f"{start}起"


def _dated(item, parameter):
    """One dated value; where these days have a range of their own, with it."""

    def figure(value):
        return shown(engine_value(value), parameter.unit, parameter.measure)

    if item.local is None:
        return figure(item.value)
    ends = f"{figure(item.local.least)}至{figure(item.local.most)}之间"
    if item.value is None:
        return f"由主管部门在{ends}填写"
    return f"{figure(item.value)}，可以在{ends}另定"


def show_policy(policy) -> str:
    """Documents, period, parameters, and what the document leaves open."""
    file = policy.file
    lines = [f"{file.title}（{file.id}，版本 {file.version}）", f"内容校验码：{policy.sha256}"]
    place = "样板，哪里采用哪里适用" if file.template else file.jurisdiction.name
    lines.append(f"适用地区：{place}　有效期：{_period(file.effective)}")
    lines.append("依据：")
    for name, document in file.documents.items():
        lines.append(f"  {name}  {document.number}  {document.title}")
    lines.append("参数：")
    for name, parameter in file.parameters.items():
        values = [
            f"{_dated(item, parameter)}（{_period(item)}，{item.cite}）"
            for item in parameter.values
        ]
        local = "，可在本地填写" if parameter.local and not parameter.by_window else ""
        lines.append(f"  {name}  {parameter.label}：{'；'.join(values) or '文件没有规定'}{local}")
    lines.append("文件没有写明的：")
    lines.extend(f"  {entry.about}：{entry.handling}" for entry in file.unspecified.values())
    lines.append("条款：")
    lines.extend(f"  {file.id}/{key}  {p.title}" for key, p in file.provisions.items())
    return "\n".join(lines) + "\n"


def _rule_line(policy, rule, mark="·"):
    if isinstance(rule, AnyOf):
        parts = [_rule_line(policy, part, "－") for part in rule.any_of]
        return "\n".join(["  · 以下符合一项即可：", *(f"  {part}" for part in parts)])
    look = condition_quantity(policy.scope, rule)
    less = f"（不含{CATALOGUE[rule.less].label}）" if getattr(rule, "less", None) else ""
    return f"  {mark} {rule.label}{less}：{_limit(policy, rule, look)}　{rule.cite}"


def _limit(policy, rule, look):
    if rule.shown_limit:
        return rule.shown_limit
    operand = rule.limit
    if look.kind == "bool":
        return getattr(rule, "passed", None) or rule.excluded
    words = OPERATOR_WORDS[rule.operator]
    if operand.parameter is not None:
        return words.format(policy.file.parameters[operand.parameter].label)
    if operand.table is not None:
        return words.format(policy.file.tables[operand.table].label)
    if operand.values is not None:
        value = tuple(engine_value(item) for item in operand.values)
    elif operand.start is not None:
        value = (engine_value(operand.start), engine_value(operand.to))
    else:
        value = engine_value(operand.value)
    return words.format(limit_words(value, look, rule.operator))


def _sum(policy, expr):
    kind = expr.kind
    if kind == "fact":
        return expr.label or CATALOGUE[expr.fact].label
    if kind == "parameter":
        return policy.file.parameters[expr.parameter].label
    if kind == "table":
        return policy.file.tables[expr.table].label
    if kind == "value":
        return shown(expr.value, expr.unit)
    parts = [_sum(policy, part) for part in getattr(expr, kind)]
    signs = {"add": " ＋ ", "subtract": " － ", "multiply": " × "}
    if kind in signs:
        return f"（{signs[kind].join(parts)}）"
    return f"{'、'.join(parts)}中较{'小' if kind == 'least' else '大'}的"


def _tranche_line(policy, part):
    when = ""
    if part.fact is not None:
        fact = CATALOGUE[part.fact]
        when = f"，{fact.label}达到 {shown(part.least, fact.kind, fact.unit)}以后"
    return f"  · {part.label}：{policy.file.parameters[part.share].label}{when}　{part.cite}"


def show_provision(policy, key) -> str:
    """Who, under which conditions, how much, and what a reviewer has to look at."""
    provision = policy.file.provisions[key]
    delivery = provision.delivery
    applicant = f"（{delivery.applicant}申请）" if delivery.applicant else ""
    lines = [
        f"{provision.title}（{policy.file.id}/{key}，版本 {policy.file.version}）",
        f"依据：{provision.cite}　办理：{DELIVERY[delivery.how]}{applicant}",
    ]
    for title, rules in (
        ("不适用的情形", provision.exclusions),
        ("条件", provision.conditions),
    ):
        if rules:
            lines.append(f"{title}：")
            lines.extend(_rule_line(policy, rule) for rule in rules)
    if provision.amount is None:
        lines.append("金额：只认定资格，不计算金额")
    elif provision.amount.expression is not None:
        lines.append(f"金额：{_sum(policy, provision.amount.expression)}　{provision.amount.cite}")
    else:
        method = provision.amount.by_method
        words = policy.file.parameters[method.parameter].local.choices
        lines.append(f"金额（由主管部门选定一种）：{provision.amount.cite}")
        lines.extend(f"  · {words[name]}：{_sum(policy, e)}" for name, e in method.choices.items())
    lines.extend(f"上限：{cap.label}　{cap.cite}" for cap in provision.caps)
    if provision.tranches is not None:
        lines.append("分期拨付：")
        lines.extend(_tranche_line(policy, part) for part in provision.tranches.parts)
    if provision.manual_checks:
        lines.append("人工核对：")
        lines.extend(f"  · {check.text}　{check.cite}" for check in provision.manual_checks)
    return "\n".join(lines) + "\n"
