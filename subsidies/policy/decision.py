"""A decision and what can be said about it afterwards."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from .wording import money

ENGINE_VERSION = "1"


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome of one provision for one subject.

    ``outcome`` is ``grant``, ``deny``, ``review`` or ``excluded``; ``amount_fen`` is 0 unless it is
    ``grant``. ``potential_fen`` is what would be paid if every condition held, ``None`` when a
    figure is missing. ``trace`` entries whose ``result`` is false or ``None`` stand in the way.
    ``manual_checks`` (id, text, cite) is what a reviewer still has to look at before payment: what
    no fact expresses, and what the provision leaves to a person where a fact is not on record.
    """

    provision: str
    title: str
    outcome: str
    amount_fen: int
    potential_fen: int | None
    policy_id: str
    policy_version: str
    policy_sha256: str
    trace: list[dict] = field(default_factory=list)
    amount_steps: list[str] = field(default_factory=list)
    manual_checks: list[dict] = field(default_factory=list)
    engine: str = ENGINE_VERSION

    def as_dict(self) -> dict:
        """The decision as the evaluation interface prints it, keys in reading order."""
        return {
            "provision": self.provision,
            "title": self.title,
            "outcome": self.outcome,
            "amount_fen": self.amount_fen,
            "potential_fen": self.potential_fen,
            "policy": {
                "id": self.policy_id,
                "version": self.policy_version,
                "sha256": self.policy_sha256,
            },
            "engine": self.engine,
            "trace": self.trace,
            "amount_steps": self.amount_steps,
            "manual_checks": self.manual_checks,
        }

    @classmethod
    def from_dict(cls, data: dict) -> "Decision":
        """A stored decision (``as_dict`` or ``to_json`` read back)."""
        rest = {key: value for key, value in data.items() if key != "policy"}
        policy = {f"policy_{key}": value for key, value in data["policy"].items()}
        return cls(**rest, **policy)

    def to_json(self) -> bytes:
        """Canonical bytes: the same decision is the same bytes, whenever it is computed."""
        return json.dumps(
            self.as_dict(), ensure_ascii=False, sort_keys=True, separators=(",", ":")
        ).encode()

    @property
    def failed(self) -> list[str]:
        """Facts of the rules that are false, in trace order, each once."""
        return list(dict.fromkeys(e["fact"] for e in self.trace if e["result"] is False))

    @property
    def unknown(self) -> list[str]:
        """Facts of the rules that cannot be decided, in trace order, each once."""
        return list(dict.fromkeys(e["fact"] for e in self.trace if e["result"] is None))


@dataclass(frozen=True, slots=True)
class NearMiss:
    """The single condition between a subject and a grant.

    ``result`` is false (not met) or ``None`` (not known). ``amount_fen`` is what meeting it would
    bring, ``None`` when that cannot be computed yet. ``remedy`` says what may be offered.
    """

    provision: str
    rule: str
    fact: str
    label: str
    actual: object
    actual_text: str
    limit: object
    limit_text: str
    result: bool | None
    text: str
    cite: str
    document: str
    remedy: str
    amount_fen: int | None


def near_miss(decision: Decision) -> NearMiss | None:
    """The one false or unknown rule that keeps ``decision`` from a grant, if there is just one.

    Rules whose remedy is ``none`` (the place, the year, the industry) are never near misses:
    nobody can or should change them.
    """
    if decision.outcome not in ("deny", "review"):
        return None
    open_entries = [entry for entry in decision.trace if entry["result"] is not True]
    if len(open_entries) != 1:
        return None
    entry = open_entries[0]
    if entry["remedy"] == "none":
        return None
    potential = decision.potential_fen or None
    shared = ("rule", "fact", "label", "actual", "actual_text", "limit", "limit_text", "result")
    return NearMiss(
        provision=decision.provision,
        amount_fen=potential,
        **{name: entry[name] for name in (*shared, "text", "cite", "document", "remedy")},
    )


def choose_winner(decisions: Iterable[Decision], group) -> list[Decision]:
    """Leave at most one grant among the decisions of one subject for one base period.

    ``group`` is a compiled exclusivity group (``PolicySet.group``). The losing grants come back as
    ``excluded`` with an entry that names the winner; everything else comes back unchanged, in the
    order given. The choice does not depend on that order. Where the group waits for pending
    members, grants become ``review`` as long as one of them is; so do two grants of members that
    can never both hold.
    """
    decisions = list(decisions)
    members = [d for d in decisions if d.provision in group.titles]
    grants = [d for d in members if d.outcome == "grant"]
    pending = [d for d in members if d.outcome == "review"]
    if grants and pending and group.rule.pending == "wait":
        held = {d.provision for d in grants}
        return [_wait(d, pending, group) if d.provision in held else d for d in decisions]
    if len(grants) < 2:
        return decisions
    if group.rule.winner == "never_both":
        held = {d.provision: [o for o in grants if o is not d] for d in grants}
        return [_wait(d, held[d.provision], group) if d.provision in held else d for d in decisions]
    order = list(group.titles)
    if group.rule.winner == "first_listed":
        winner = min(grants, key=lambda d: order.index(d.provision))
    else:
        winner = min(grants, key=lambda d: (-d.amount_fen, order.index(d.provision)))
    losers = {d.provision for d in grants} - {winner.provision}
    return [_lose(d, winner, group) if d.provision in losers else d for d in decisions]


def _group_entry(decision, group, limit, limit_text, result, text):
    entry = dict(group.entry)
    entry["actual"], entry["actual_text"] = decision.provision, money(decision.amount_fen)
    entry["limit"], entry["limit_text"] = limit, limit_text
    entry["result"], entry["text"] = result, text
    return entry


def _lose(decision, winner, group):
    text = (
        f"{group.rule.reason}本项算出 {money(decision.amount_fen)}，"
        f"按“{winner.title}”享受 {money(winner.amount_fen)}，本项不再发放。"
    )
    entry = _group_entry(decision, group, winner.provision, winner.title, False, text)
    return replace(
        decision, outcome="excluded", amount_fen=0, amount_steps=[], trace=[*decision.trace, entry]
    )


def _wait(decision, pending, group):
    titles = "、".join(f"“{d.title}”" for d in pending)
    held = "同时符合条件，要人工核实" if pending[0].outcome == "grant" else "还在核实，核实后再定"
    text = f"{group.rule.reason}{titles}{held}。"
    names = [d.provision for d in pending]
    entry = _group_entry(decision, group, names, titles, None, text)
    return replace(
        decision, outcome="review", amount_fen=0, amount_steps=[], trace=[*decision.trace, entry]
    )
