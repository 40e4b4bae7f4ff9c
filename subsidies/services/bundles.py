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
from subsidies.policy import ENGINE_VERSION, Evaluator, choose_winner, near_miss
from subsidies.policy import facts as catalogue
from subsidies.policy.parameters import check_local

from .facts import FACT_SOURCES, FactSheet, facts_of
from .parameters import ParameterBook
from .publishing import compiled
from .reasons import ratio_of

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


def canonical(value) -> bytes:
    """JSON bytes that are the same for the same value."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def content_sha256(
    decision, policy_sha256: str, columns: dict[str, str], engine: str = ENGINE_VERSION
) -> str:
    """Hash of everything a decision says; the same facts and policy give the same hash.

    columns: the JSON columns as canonical text, by name. engine: the program that decided.
    """
    head = [decision.provision, decision.outcome, str(decision.amount_fen)]
    parts = [*head, policy_sha256, engine, *(columns[name] for name in JSON_COLUMNS)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Verdict:
    """One provision for one enterprise, as it will be stored.

    columns: the JSON columns as canonical text, made once for the hash and for storing.
    """

    provision_id: str
    title: str
    outcome: str
    amount_fen: int
    trace: list
    near_miss: dict | None
    columns: dict[str, str]
    policy_pk: int
    group: str
    leads: bool
    content_sha256: str


@dataclass(frozen=True, slots=True)
class Bundle:
    """All verdicts of one enterprise, in the order of the policies."""

    enterprise_id: int
    facts: dict
    verdicts: list[Verdict]

    @property
    def leading(self) -> Verdict:
        """The one that says how the enterprise stands."""
        return next(v for v in self.verdicts if v.leads)

    @property
    def near(self) -> bool:
        """Not granted, and so close that the records should be looked at again."""
        leading = self.leading
        return leading.outcome == "deny" and is_near(leading.near_miss)


def is_near(missed: dict | None) -> bool:
    """Whether a stored near miss is close: not a ratio, or a ratio few persons over its limit."""
    if missed is None:
        return False
    return missed["gap_persons"] is None or missed["gap_persons"] <= NEAR_MISS_PERSONS


class Bench:
    """Evaluators of every policy in force, by the local parameters of an enterprise's region."""

    def __init__(self, versions: list[PolicyVersion], book: ParameterBook, legal_date: date):
        self._book = book
        self._legal_date = legal_date
        self._policies = [(version, compiled(version)) for version in versions]
        self._by_region: dict[str, list] = {}

    def _evaluators(self, region):
        found = self._by_region.get(region)
        if found is None:
            found = []
            for version, policy in self._policies:
                local = check_local(policy.file, self._book.for_policy(policy, region))
                line = [
                    (
                        Evaluator(policy, key, local, self._legal_date),
                        exclusivity_group(policy, key),
                    )
                    for key in screened_keys(policy)
                ]
                found.append((version, policy, line))
            self._by_region[region] = found
        return found

    def bundles(self, sheet: FactSheet) -> Iterator[Bundle]:
        """Decide for every enterprise of a fact sheet, in its order."""
        for row in sheet.rows:
            yield self._bundle(row[0], facts_of(row, sheet.base_year))

    def _bundle(self, enterprise_id, facts):
        known = catalogue.normalise(facts)
        stored = canonical({"values": facts, "sources": FACT_SOURCES}).decode()
        decided = []
        for version, policy, line in self._evaluators(facts["region"]):
            decisions = [evaluator.decide(known) for evaluator, _ in line]
            for group in policy.groups.values():
                decisions = choose_winner(decisions, group)
            decided += [
                (decision, version, group)
                for decision, (_, group) in zip(decisions, line, strict=True)
            ]
        lead = min(range(len(decided)), key=lambda i: (LEADING_ORDER[decided[i][0].outcome], i))
        verdicts = [
            _verdict(decision, version, group, stored, index == lead)
            for index, (decision, version, group) in enumerate(decided)
        ]
        return Bundle(enterprise_id, facts, verdicts)


def _verdict(decision, version, group, facts_json, leads):
    missed = near_miss_of(decision)
    columns = {
        "facts": facts_json,
        "trace": canonical(decision.trace).decode(),
        "amount_steps": canonical(decision.amount_steps).decode(),
        "near_miss": canonical(missed).decode(),
        "manual_checks": canonical(decision.manual_checks).decode(),
    }
    return Verdict(
        decision.provision,
        decision.title,
        decision.outcome,
        decision.amount_fen,
        decision.trace,
        missed,
        columns,
        version.pk,
        group,
        leads,
        content_sha256(decision, version.sha256, columns),
    )


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
