"""What a policy file must satisfy beyond its shape.

Known facts, matching units, existing citations, complete tables, dated values without gap or
overlap, nothing unused. Every fault names file, line and key; all faults are found in one pass.
"""

from datetime import timedelta

from .facts import CATALOGUE
from .fits import MANY, OPERATORS, value_fits
from .indicators import INDICATORS
from .schema import AnyOf, PolicyFile, expressions
from .tables import table_faults, test_ends
from .unattended import unattended_faults
from .wording import placeholders


class Checker:
    """Collects the faults of one file."""

    def __init__(self, source, file: PolicyFile):
        self.source = source
        self.file = file
        self.faults: list[str] = []
        self.used_parameters: set[str] = set()
        self.used_tables: set[str] = set()
        self.used_indicators: set[str] = set()
        self.used_flags: set[str] = set()

    def fault(self, path, text):
        """Note one fault at a key."""
        self.faults.append(self.source.fault(path, text))

    def run(self) -> list[str]:
        """All faults of the file, in the order of its sections."""
        self._grounds(self.source.data, ())
        if self.file.claim_window is None and "claim_window" not in self.file.unspecified:
            self.fault((), "没有 claim_window，就要在 unspecified 里用同名条目说明")
        for name, parameter in self.file.parameters.items():
            self._parameter(("parameters", name), parameter)
        for name, use in self.file.indicators.items():
            if use.use not in INDICATORS:
                self.fault(("indicators", name, "use"), f"没有指标“{use.use}”")
            if name in CATALOGUE:
                self.fault(("indicators", name), "与事实重名")
        for name, table in self.file.tables.items():
            self._table(("tables", name), table)
        for name, group in self.file.exclusivity.items():
            self._exclusivity(("exclusivity", name), group)
        for key, provision in self.file.provisions.items():
            self._provision(("provisions", key), provision)
        self._unused()
        return self.faults

    def _grounds(self, data, path):
        """Citations and references to ``unspecified``, wherever they stand."""
        if isinstance(data, list):
            for index, item in enumerate(data):
                self._grounds(item, (*path, index))
        if not isinstance(data, dict):
            return
        for key, value in data.items():
            here = (*path, key)
            if key == "cite" and isinstance(value, str):
                document, _, clause = value.partition("(")
                known = self.file.documents.get(document)
                if known is None:
                    self.fault(here, f"documents 里没有“{document}”")
                elif clause[:-1] not in known.clauses:
                    self.fault(here, f"文件“{document}”没有列出条款“{clause[:-1]}”")
            elif key == "unspecified" and path:
                if value not in self.file.unspecified:
                    self.fault(here, f"unspecified 里没有“{value}”")
            else:
                self._grounds(value, here)

    def _parameter(self, path, parameter):
        choices = parameter.local.choices if parameter.local else None
        if (parameter.unit == "choice") != bool(choices):
            self.fault((*path, "unit"), "选项参数要写 local.choices，其他单位不写")
        if parameter.local and not choices:
            for end in ("least", "most"):
                if not value_fits(getattr(parameter.local, end), parameter.unit):
                    self.fault((*path, "local", end), f"不是 {parameter.unit} 的值")
        if parameter.by_window:
            self._window_ranges(path, parameter)
        for index, item in enumerate(parameter.values):
            here = (*path, "values", index)
            fits = value_fits(item.value, parameter.unit, choices or ())
            if item.value is not None and not fits:
                self.fault((*here, "value"), f"不是 {parameter.unit} 的值")
            if parameter.by == "base_year":
                self._whole_years(here, item)
            if index + 1 == len(parameter.values):
                continue
            following = parameter.values[index + 1]
            if item.to is None:
                self.fault((*here, "until_notice"), "后面还有取值，要写明止日")
            elif following.start is None or following.start <= item.to:
                self.fault((*path, "values", index + 1, "from"), "与前一个取值的日期重叠")
            elif following.start != item.to + timedelta(days=1):
                self.fault((*path, "values", index + 1, "from"), "与前一个取值之间有空档")

    def _window_ranges(self, path, parameter):
        """The ranges of single dated values lie within the parameter's own, and reach its ends."""
        windows = [(index, item) for index, item in enumerate(parameter.values) if item.local]
        ranges = [parameter.local, *(item.local for _, item in windows)]
        if any(one.choices for one in ranges):
            self.fault((*path, "local"), "分段的范围只能写 least 和 most")
            return
        if not all(
            value_fits(end, parameter.unit) for one in ranges for end in (one.least, one.most)
        ):
            self.fault((*path, "local"), f"各段的范围有不是 {parameter.unit} 的值")
            return
        for index, item in windows:
            here = (*path, "values", index, "local")
            if item.local.most < item.local.least:
                self.fault(here, "most 小于 least")
            elif item.value is not None and not item.local.least <= item.value <= item.local.most:
                self.fault(here, "取值不在这一段的范围里")
        span = (min(one.least for one in ranges[1:]), max(one.most for one in ranges[1:]))
        if span != (parameter.local.least, parameter.local.most):
            self.fault((*path, "local"), f"要正好包住各段的范围：{span[0]} 到 {span[1]}")

    def _whole_years(self, path, item):
        if item.start is None or (item.start.month, item.start.day) != (1, 1):
            self.fault((*path, "from"), "按年度取值的参数从 1 月 1 日起")
        if item.to and (item.to.month, item.to.day) != (12, 31):
            self.fault((*path, "to"), "按年度取值的参数到 12 月 31 日止")

    def _table(self, path, table):
        for index, name in enumerate(table.inputs):
            if name in self.file.flags:
                self.used_flags.add(name)
            elif name not in CATALOGUE:
                self.fault((*path, "inputs", index), f"未知的事实“{name}”")
        sound = all(name in CATALOGUE or name in self.file.flags for name in table.inputs)
        for index, row in enumerate(table.rows):
            here = (*path, "rows", index)
            for name, test in row.when.items():
                if name not in table.inputs:
                    self.fault((*here, "when", name), "不在 inputs 里")
                    sound = False
                    continue
                if name in self.file.flags:
                    if test.one_of not in ([True], [False]):
                        self.fault((*here, "when", name), "要写 one_of: [true] 或 [false]")
                        sound = False
                elif name in CATALOGUE:
                    sound = self._row_test((*here, "when", name), name, test) and sound
            self._result(here, row, table.unit)
            self._sentence((*here, "text"), row.text)
        if sound:
            for position, text in table_faults(table, self.file.flags):
                self.fault((*path, "rows", *position), text)

    def _row_test(self, path, name, test):
        fact = CATALOGUE[name]
        literals = test.one_of or test_ends(test)
        if fact.kind not in ("int", "fen", "date", "bool", "choice", "share"):
            self.fault(path, f"事实“{name}”不能用在表里")
            return False
        if (test.one_of is None) == (fact.kind in ("bool", "choice")):
            self.fault(path, "选项和是否用 one_of，数和日期用 least、most")
            return False
        for value in literals:
            if not value_fits(value, fact.kind, fact.choices):
                self.fault(path, f"“{value}”不是事实“{name}”的值")
                return False
        return True

    def _result(self, path, row, unit):
        if row.parameter is not None:
            self._uses_parameter((*path, "parameter"), row.parameter, unit)
        elif not value_fits(row.value, unit):
            self.fault((*path, "value"), f"不是 {unit} 的值")

    def _uses_parameter(self, path, name, unit=None):
        parameter = self.file.parameters.get(name)
        if parameter is None:
            self.fault(path, f"parameters 里没有“{name}”")
            return None
        self.used_parameters.add(name)
        if unit is not None and parameter.unit != unit:
            self.fault(path, f"单位不对：参数是 {parameter.unit}，这里要 {unit}")
        return parameter.unit

    def _exclusivity(self, path, group):
        for index, member in enumerate(group.members):
            if member not in self.file.provisions:
                self.fault((*path, "members", index), f"provisions 里没有“{member}”")

    def _provision(self, path, provision):
        for key, text in unattended_faults(provision):
            self.fault((*path, *key), text)
        seen = set()
        manual = {check.id for check in provision.manual_checks}
        for index, exclusion in enumerate(provision.exclusions):
            here = (*path, "exclusions", index)
            if exclusion.if_unknown == "manual" and exclusion.id not in manual:
                self.fault((*here, "if_unknown"), f"manual_checks 里没有“{exclusion.id}”")
            self._rule(here, exclusion, seen, ("clear", "excluded"))
        period = provision.effective or self.file.effective
        if provision.base_period is not None and period.start is None:
            self.fault((*path, "base_period"), "有效期没有起日，定不了上一年度")
        for index, rule in enumerate(provision.conditions):
            here = (*path, "conditions", index)
            for condition in rule.any_of if isinstance(rule, AnyOf) else [rule]:
                if condition.if_unknown == "manual" and condition.id not in manual:
                    self.fault((*here, "if_unknown"), f"manual_checks 里没有“{condition.id}”")
            if isinstance(rule, AnyOf):
                for part, condition in enumerate(rule.any_of):
                    self._rule((*here, "any_of", part), condition, seen, ("passed", "failed"))
            else:
                self._rule(here, rule, seen, ("passed", "failed"))
        for expr in expressions(provision):
            stand_in = expr.otherwise is not None or expr.otherwise_fact is not None
            if stand_in and (expr.fact or expr.table) not in manual:
                name = expr.fact or expr.table
                self.fault(path, f"“{name}”写了 otherwise，manual_checks 里要有同名的一条")
        if provision.amount is not None:
            self._amount((*path, "amount"), provision.amount)
        if provision.tranches is not None:
            self._tranches((*path, "tranches"), provision.tranches, manual)
        for index, cap in enumerate(provision.caps):
            self._expects_fen((*path, "caps", index, "amount"), cap.amount)

    def _tranches(self, path, tranches, manual):
        self._is_fact((*path, "paid"), tranches.paid, "fen")
        if tranches.paid not in manual:
            self.fault((*path, "paid"), f"manual_checks 里没有“{tranches.paid}”")
        for index, part in enumerate(tranches.parts):
            here = (*path, "parts", index)
            self._uses_parameter((*here, "share"), part.share, "share")
            if part.fact is None:
                continue
            self._is_fact((*here, "fact"), part.fact, "int")
            if part.id not in manual:
                self.fault((*here, "id"), f"manual_checks 里没有“{part.id}”")
            for name in ("reached", "waiting"):
                self._sentence((*here, name), getattr(part, name))

    def _is_fact(self, path, name, kind):
        fact = CATALOGUE.get(name)
        if fact is None:
            self.fault(path, f"未知的事实“{name}”")
        elif fact.kind != kind:
            self.fault(path, f"单位不对：事实“{name}”是 {fact.kind}，这里要 {kind}")

    def _rule(self, path, rule, seen, sentences):
        if rule.id in seen:
            self.fault((*path, "id"), f"规则编号“{rule.id}”用了两次")
        seen.add(rule.id)
        for name in sentences:
            self._sentence((*path, name), getattr(rule, name))
        kind, choices = self._quantity((*path, "fact"), rule.fact)
        if kind is None:
            return
        for key in ("less", "per"):
            other = getattr(rule, key, None)
            if other is not None and not self._same_unit((*path, key), rule.fact, kind, other):
                return
        if getattr(rule, "per", None) is not None:
            kind, choices = "share", ()
        for name, test in getattr(rule, "only_if", {}).items():
            if name not in CATALOGUE:
                self.fault((*path, "only_if", name), f"未知的事实“{name}”")
            else:
                self._row_test((*path, "only_if", name), name, test)
        if rule.operator not in OPERATORS[kind]:
            self.fault((*path, "operator"), f"事实“{rule.fact}”不能用“{rule.operator}”比较")
            return
        self._limit((*path, "limit"), rule, kind, choices)

    def _same_unit(self, path, name, kind, other):
        """Whether two facts are counts of the same thing."""
        fact = CATALOGUE.get(other)
        if fact is None:
            self.fault(path, f"未知的事实“{other}”")
        elif kind != "int" or (fact.kind, fact.unit) != ("int", CATALOGUE[name].unit):
            self.fault(path, f"与事实“{name}”的单位不同")
        else:
            return True
        return False

    def _quantity(self, path, name):
        if name in self.file.indicators:
            self.used_indicators.add(name)
            return "share", ()
        fact = CATALOGUE.get(name)
        if fact is None:
            self.fault(path, f"未知的事实“{name}”")
            return None, ()
        return fact.kind, fact.choices

    def _limit(self, path, rule, kind, choices):
        operand = rule.limit
        if rule.operator in MANY:
            values = operand.values
        elif rule.operator == "within":
            values = None if operand.start is None else [operand.start, operand.to]
        elif operand.parameter is not None:
            self._uses_parameter((*path, "parameter"), operand.parameter, kind)
            return
        elif operand.table is not None:
            self._uses_table((*path, "table"), operand.table, kind)
            return
        else:
            values = None if operand.value is None else [operand.value]
        if not values:
            self.fault(path, f"“{rule.operator}”的上限写法不对")
            return
        for value in values:
            if not value_fits(value, kind, choices):
                self.fault(path, f"“{value}”不是事实“{rule.fact}”的值")
            elif kind == "provisions" and not self._is_provision(value):
                self.fault(path, f"provisions 里没有“{value.partition('/')[2]}”")
        if rule.operator == "within" and not self.faults and values[1] < values[0]:
            self.fault(path, "止端小于起端")

    def _is_provision(self, name):
        """Whether an id names something: one of this file must be in it, others may be anywhere."""
        policy, _, key = name.partition("/")
        return policy != self.file.id or key in self.file.provisions

    def _uses_table(self, path, name, unit=None):
        table = self.file.tables.get(name)
        if table is None:
            self.fault(path, f"tables 里没有“{name}”")
            return None
        self.used_tables.add(name)
        if unit is not None and table.unit != unit:
            self.fault(path, f"单位不对：表是 {table.unit}，这里要 {unit}")
        return table.unit

    def _amount(self, path, amount):
        if amount.expression is not None:
            self._expects_fen((*path, "expression"), amount.expression)
            return
        method = amount.by_method
        here = (*path, "by_method")
        if self._uses_parameter((*here, "parameter"), method.parameter, "choice") is None:
            return
        allowed = self.file.parameters[method.parameter].local.choices or {}
        if set(allowed) != set(method.choices):
            self.fault((*here, "choices"), f"要与参数的选项一致：{'、'.join(allowed)}")
        for choice, expr in method.choices.items():
            self._expects_fen((*here, "choices", choice), expr)

    def _expects_fen(self, path, expr):
        unit = self._unit(path, expr)
        if unit not in (None, "fen"):
            self.fault(path, f"单位不对：算出来是 {unit}，应为 fen")

    def _unit(self, path, expr):
        kind = expr.kind
        here = (*path, kind)
        if kind == "fact":
            unit, _ = self._quantity(here, expr.fact)
            if expr.fact in self.file.indicators or unit not in (None, "int", "fen", "share"):
                self.fault(here, f"事实“{expr.fact}”不能用来计算")
                return None
            if expr.otherwise_fact is not None:
                self._same_unit((*path, "otherwise_fact"), expr.fact, unit, expr.otherwise_fact)
            return unit
        if kind == "parameter":
            return self._uses_parameter(here, expr.parameter)
        if kind == "table":
            return self._uses_table(here, expr.table)
        if kind == "value":
            return expr.unit
        units = [self._unit((*here, index), part) for index, part in enumerate(getattr(expr, kind))]
        if None in units:
            return None
        if kind == "multiply":
            if units.count("fen") > 1:
                self.fault(here, "单位不对：金额不能乘金额")
                return None
            return "fen" if "fen" in units else "share" if "share" in units else "int"
        if len(set(units)) > 1:
            self.fault(here, f"单位不对：{'、'.join(units)} 不能放在一起")
            return None
        return units[0]

    def _sentence(self, path, template):
        try:
            names = placeholders(template)
        except ValueError as error:
            self.fault(path, f"句子写法不对：{error}")
            return
        for name in names:
            if name not in ("actual", "limit", *CATALOGUE, *self.file.parameters):
                self.fault(path, f"句子里的“{{{name}}}”不是事实也不是参数")

    def _unused(self):
        sections = (
            ("parameters", self.file.parameters, self.used_parameters),
            ("tables", self.file.tables, self.used_tables),
            ("indicators", self.file.indicators, self.used_indicators),
            ("flags", self.file.flags, self.used_flags),
        )
        for section, given, used in sections:
            for name in given:
                if name not in used:
                    self.fault((section, name), "没有用到")
