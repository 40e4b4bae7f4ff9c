"""The decisions of one enterprise for one base year, made together because they exclude each other.

No writing here: policies and facts in, decisions out.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from fractions import Fraction

from subsidies.enums import NEAR_MISS_PERSONS
from subsidies.models import PolicyVersion
from subsidies.policy import ENGINE_VERSION, choose_winner, near_miss
from subsidies.policy import facts as catalogue
from subsidies.policy.decision import Decision as Decided
from subsidies.policy.parameters import check_local

from .facts import FactSheet, FactTable, facts_of, sources_of
from .parameters import ParameterBook
from .publishing import compiled
from .reasons import ratio_of
from .recall import Memory, RecallingEvaluator

JSON_COLUMNS = ("facts", "trace", "amount_steps", "near_miss", "manual_checks")
# What an enterprise's leading decision is, best first.
LEADING_ORDER = {"grant": 0, "review": 1, "excluded": 2, "deny": 3}


def exclusivity_group(policy, key: str) -> str:
    """The name under which one grant a year is kept: the policy's group, else the provision's key.

    Two policies that both call it "refund" mean the same money, so the name has no policy in it.
    """
    for name, group in policy.groups.items():
        if f"{policy.file.id}/{key}" in group.titles:
            return name
    return key


def screened_keys(policy) -> list[str]:
    """Provisions a screening can decide: enterprises', from the records of a year, unasked."""
    return [
        key
        for key, provision in policy.file.provisions.items()
        if provision.subject == "enterprise"
        and provision.base_period is not None
        and provision.delivery.how == "automatic"
    ]


_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def canonical(value) -> bytes:
    """JSON bytes that are the same for the same value."""
    return _encode(value).encode()


def content_sha256(
    decision, policy_sha256: str, columns: dict[str, str], engine: str = ENGINE_VERSION
) -> str:
    """Hash of everything a decision says; the same facts and policy give the same hash.

    columns: the JSON columns as canonical text, by name. engine: the program that decided.
    """
    head = [decision.provision, decision.outcome, str(decision.amount_fen)]
    parts = [*head, policy_sha256, engine, *(columns[name] for name in JSON_COLUMNS)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


@dataclass(slots=True)
class Verdict:
    """One provision for one enterprise. exclusivity: {"group", "winner", "cite"}, None without."""

    decided: Decided
    version: PolicyVersion
    group: str
    exclusivity: dict | None
    leads: bool = False

    @property
    def provision_id(self) -> str:
        """Policy and key."""
        return self.decided.provision

    @property
    def outcome(self) -> str:
        """grant, deny, review or excluded."""
        return self.decided.outcome

    @property
    def amount_fen(self) -> int:
        """0 unless granted."""
        return self.decided.amount_fen


@dataclass(slots=True)
class Bundle:
    """All verdicts of one enterprise, in the order of the policies; sources: fact → code."""

    enterprise_id: int
    facts: dict
    sources: dict
    verdicts: list[Verdict]
    leading: Verdict


def near_miss_of(decision) -> dict | None:
    """The near miss as it is stored: with the persons too many, where it is a ratio."""
    missed = near_miss(decision)
    if missed is None:
        return None
    missed = asdict(missed)
    missed["gap_persons"] = None
    ratio = ratio_of(missed)
    if ratio and missed["limit"] is not None:
        lost, start = ratio
        missed["gap_persons"] = lost - int(Fraction(missed["limit"]) * start)
    return missed


def is_near(gap: int | None) -> bool:
    """Whether a near miss is close: not a ratio, or a ratio few persons over its limit."""
    return gap is None or gap <= NEAR_MISS_PERSONS


class Bench:
    """Evaluators of every policy in force, by the local parameters of an enterprise's region.

    memory: the entries that the evaluators share between decisions, see services.recall.
    """

    def __init__(self, versions: list[PolicyVersion], book: ParameterBook, legal_date: date):
        self.memory = Memory()
        self._book = book
        self._legal_date = legal_date
        self._policies = [(version, compiled(version)) for version in versions]
        self._by_region: dict[str, list] = {}
        self._by_values: dict[tuple, list] = {}

    def _evaluators(self, region):
        """[(version, policy, [(evaluator, group)])]; regions with the same figures share them."""
        found = self._by_region.get(region)
        if found is None:
            local = [self._book.for_policy(policy, region) for _, policy in self._policies]
            key = tuple(tuple(sorted(values.items())) for values in local)
            found = self._by_values.get(key)
            if found is None:
                found = self._by_values[key] = self._made(local)
            self._by_region[region] = found
        return found

    def _made(self, local):
        made = []
        for (version, policy), values in zip(self._policies, local, strict=True):
            checked = check_local(policy.file, values)
            line = [
                (
                    RecallingEvaluator(policy, key, checked, self._legal_date, self.memory),
                    exclusivity_group(policy, key),
                )
                for key in screened_keys(policy)
            ]
            made.append((version, policy, line))
        return made

    def bundles(self, sheet: FactSheet | FactTable) -> Iterator[Bundle]:
        """Decide for every enterprise of a fact sheet, in its order."""
        for row in sheet.rows:
            yield self.decide(row, sheet.base_year)

    def decide(self, row: tuple, base_year: int) -> Bundle:
        """Decide for one row of a fact sheet."""
        facts = facts_of(row, base_year)
        known = catalogue.normalise(facts)
        verdicts = []
        for version, policy, line in self._evaluators(facts["region"]):
            decisions = [evaluator.decide(known) for evaluator, _ in line]
            for group in policy.groups.values():
                decisions = choose_winner(decisions, group)
            results = self._exclusivity(policy, decisions)
            verdicts += [
                Verdict(decision, version, group, results.get(decision.provision))
                for decision, (_, group) in zip(decisions, line, strict=True)
            ]
        leading = min(verdicts, key=lambda v: LEADING_ORDER[v.decided.outcome])
        leading.leads = True
        return Bundle(row[0], facts, sources_of(row), verdicts, leading)

    @staticmethod
    def _exclusivity(policy, decisions):
        """provision → what its group came to: who got the one grant, None when nobody did."""
        results = {}
        for group in policy.groups.values():
            members = [d for d in decisions if d.provision in group.titles]
            winner = next((d.provision for d in members if d.outcome == "grant"), None)
            result = {"group": group.name, "winner": winner, "cite": group.rule.cite}
            results |= dict.fromkeys([d.provision for d in members], result)
        return results
