"""Evaluating one provision for one subject.

Three-valued: a rule is true, false or unknown. Order of outcomes: excluded, then deny, then
review, then grant. All rules are evaluated and all stand in the trace, so that a refusal names
every reason. Nothing here depends on the clock, the locale or the order of the facts.
"""

from collections.abc import Mapping
from datetime import date, timedelta

from . import frame
from .amounts import CompiledAmount, round_half_up
from .decision import Decision
from .facts import normalise
from .operands import engine_value
from .parameters import check_window
from .rules import compile_alternatives, compile_condition, compile_table_note
from .schema import AnyOf, expressions
from .tranches import CompiledTranches
from .wording import money


class Evaluator:
    """One provision with the local parameters and the day of the decision filled in.

    Built once for a screening run and called for every subject. ``local`` holds checked values of
    local parameters (``parameters.check_local``).
    """

    def __init__(self, loaded, key: str, local: Mapping, as_of: date | None):
        self._loaded = loaded
        self._provision = loaded.file.provisions[key]
        self._local = dict(local)
        self._as_of = as_of
        self.provision_id = f"{loaded.file.id}/{key}"
        self._params_by_year: dict[int | None, dict] = {}
        scope = loaded.scope
        provision = self._provision
        frames = [frame.region_rule(scope, provision)]
        if as_of is not None:
            frames.append(frame.period_rule(scope, provision, as_of))
            frames.append(frame.claim_window_rule(scope, provision, as_of))
        if provision.base_period is not None:
            frames.append(frame.base_year_rule(scope, provision, as_of))
        self._frames = [rule for rule in frames if rule is not None]
        self._exclusions = [
            (compile_condition(scope, exclusion, exclusion=True), exclusion.if_unknown)
            for exclusion in provision.exclusions
        ]
        for group in loaded.groups.values():
            if self.provision_id in group.titles:
                rule = frame.paid_group_rule(scope, group.name, group.rule, group.titles)
                self._exclusions.append((rule, "ignore"))
        self._rules = self._compiled_rules(scope, provision.conditions)
        self._checks = self._watched_checks(scope, provision)
        self._amount = None
        if provision.amount is not None:
            tranches = provision.tranches and CompiledTranches(provision.tranches, scope)
            self._amount = CompiledAmount(
                provision.amount, provision.caps, loaded.file.parameters, scope.tables, tranches
            )
            self._amount_base = scope.entry(
                "amount", "金额", provision.amount.cite, "amount_fen", "gt", "check_record"
            )

    @staticmethod
    def _watched_checks(scope, provision):
        """Manual checks, each with the fact that settles it (``None``: no fact does)."""
        settled = {
            condition.id: condition.fact
            for rule in (*provision.exclusions, *provision.conditions)
            for condition in (rule.any_of if isinstance(rule, AnyOf) else [rule])
            if condition.if_unknown == "manual"
        }
        for expr in expressions(provision):
            if expr.otherwise is not None or expr.otherwise_fact is not None:
                table = scope.tables.get(expr.table)
                settled[expr.table or expr.fact] = table.inputs[0] if table else expr.fact
        if provision.tranches is not None:
            settled[provision.tranches.paid] = provision.tranches.paid
            settled.update((part.id, part.fact) for part in provision.tranches.parts)
        checks = [
            (settled.get(check.id), {"id": check.id, "text": check.text, "cite": check.cite})
            for check in provision.manual_checks
        ]
        if provision.region == "if_known":
            place = scope.policy.jurisdiction
            text = f"所在地区在{place.name}辖区内"
            checks.append(("region", {"id": "region", "text": text, "cite": place.cite}))
        return checks

    @staticmethod
    def _compiled_rules(scope, conditions):
        rules = []
        for condition in conditions:
            if isinstance(condition, AnyOf):
                rules.append(compile_alternatives(scope, condition))
                continue
            if condition.limit.table is not None:
                rules.append(compile_table_note(scope, condition.limit.table))
            rules.append(compile_condition(scope, condition))
        return rules

    def __call__(self, facts: Mapping) -> Decision:
        """Decide on facts as they come from JSON. Raises ``FactError``."""
        return self.decide(normalise(facts))

    def decide(self, facts: dict) -> Decision:
        """Decide on facts already normalised (``facts.normalise``); they are not changed."""
        params = self._parameters(facts.get("base_year"))
        trace = []
        excluded = self._trace_exclusions(trace, facts, params)
        for rule in self._frames:
            entry = rule(facts, params)
            if entry is not None:
                trace.append(entry)
        for rule in self._rules:
            entry = rule(facts, params)
            if entry.__class__ is dict:
                trace.append(entry)
            elif entry is not None:
                trace.extend(entry)
        potential = self._trace_amount(trace, facts, params) if self._amount else None
        if excluded:
            outcome = "excluded"
        else:
            results = [entry["result"] for entry in trace]
            outcome = "deny" if False in results else "review" if None in results else "grant"
        steps = []
        if self._amount and (outcome == "grant" or potential == 0):
            steps = self._amount.steps(facts, params)
        return Decision(
            self.provision_id,
            self._provision.title,
            outcome,
            (potential or 0) if outcome == "grant" else 0,
            potential,
            self._loaded.file.id,
            self._loaded.file.version,
            self._loaded.sha256,
            trace,
            steps,
            [check for watched, check in self._checks if watched is None or watched not in facts],
        )

    def choices(self, facts: dict) -> list[tuple]:
        """Which part every lesser or greater figure of the amount takes (see ``boundaries``)."""
        if self._amount is None:
            return []
        return list(self._amount.choices(facts, self._parameters(facts.get("base_year"))))

    def _trace_exclusions(self, trace, facts, params):
        excluded = False
        for rule, if_unknown in self._exclusions:
            entry = rule(facts, params)
            if entry is None or (entry["result"] is None and if_unknown == "ignore"):
                continue
            excluded = excluded or entry["result"] is False
            trace.append(entry)
        return excluded

    def _trace_amount(self, trace, facts, params):
        """Add the amount's own entries; return whole fen, ``None`` when a figure is missing."""
        exact = self._amount.compute(facts, params)
        if exact is None:
            for name, label in self._amount.missing(facts, params):
                entry = self._amount_base.copy()
                entry["rule"], entry["fact"], entry["operator"] = f"amount_{name}", name, "known"
                if name in self._loaded.file.parameters:
                    entry["label"] = self._loaded.file.parameters[name].label
                    entry["text"] = f"{self._loaded.scope.parameter_gap(name)}，算不出金额。"
                else:
                    entry["label"] = label
                    entry["text"] = f"缺少“{label}”，算不出金额。"
                trace.append(entry)
            return None
        fen = round_half_up(exact)
        if not fen and any(entry["result"] is False for entry in trace):
            return 0
        entry = self._amount_base.copy()
        entry["actual"], entry["actual_text"] = fen, money(fen)
        entry["limit"], entry["limit_text"] = 0, "大于 0"
        entry["result"] = fen > 0
        if fen > 0:
            entry["text"] = f"按规定算出 {entry['actual_text']}。"
        else:
            steps = "；".join(self._amount.steps(facts, params))
            entry["text"] = f"算出的金额是 0，没有可以发放的：{steps}。"
        trace.append(entry)
        return fen

    def _parameters(self, base_year):
        """All parameter values for a base year, unset ones as ``None``."""
        params = self._params_by_year.get(base_year)
        if params is None:
            legal = self._legal_date(base_year)
            params = {
                name: self._value(name, parameter, legal, base_year)
                for name, parameter in self._loaded.file.parameters.items()
            }
            self._params_by_year[base_year] = params
        return params

    def _value(self, name, parameter, legal, base_year):
        item = self._dated(parameter, legal, base_year)
        if name in self._local:
            if self._as_of is not None or base_year is not None:
                check_window(name, parameter, item, self._local[name])
            return self._local[name]
        return engine_value(item.value) if item else None

    def _legal_date(self, base_year):
        """The day of the decision; without one, the first day of the year after the base year
        (or the day the policy begins, if that is later)."""
        if self._as_of is not None:
            return self._as_of
        period = self._provision.effective or self._loaded.file.effective
        start = period.start or date.min
        if base_year is None or not 0 < base_year < 9998:
            return start
        return max(start, date(base_year + 1, 1, 1))

    @staticmethod
    def _dated(parameter, legal, base_year):
        if parameter.by == "base_year":
            if base_year is None or not 0 < base_year < 9998:
                return None
            looked_up = date(base_year + 1, 1, 1) - timedelta(days=1)
        else:
            looked_up = legal
        for item in parameter.values:
            if (item.start is None or item.start <= looked_up) and (
                item.to is None or looked_up <= item.to
            ):
                return item
        return None


def evaluate(policy_set, provision_id, facts, parameters=None, as_of=None) -> Decision:
    """Decide one case: JSON-like ``facts`` and local ``parameters`` by name.

    Raises ``UnknownProvision``, ``FactError`` or ``ParameterError``.
    """
    return policy_set.evaluator(provision_id, parameters or {}, as_of)(facts)
