"""Read and compile ``rules.yaml``; a mistake in it is an error that names the rule."""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

RULES_FILE = Path(__file__).with_name("rules.yaml")
_RULE_KEYS = {
    "id",
    "kind",
    "severity",
    "reason",
    "laws",
    "advice",
    "replacement",
    "pattern",
    "before",
    "after",
    "sentence",
    "number",
}
KINDS = {
    "sex",
    "origin",
    "household",
    "ethnicity",
    "age",
    "deposit",
    "documents",
    "epidemic",
    "health",
    "marriage",
    "appearance",
    "school",
    "fake_pay",
    "minimum_wage",
    "pay_held",
    "insurance",
    "contact",
    "scam",
}


class RulesError(ValueError):
    """The rules file is wrong; the message names the rule and the key."""


@dataclass(frozen=True)
class Rule:
    """One compiled rule, see the head of ``rules.yaml`` for the meaning of each part."""

    id: str
    kind: str
    severity: str
    reason: str
    legal_ground: str
    advice: str
    replacement: str | None
    patterns: tuple[re.Pattern, ...]
    before: re.Pattern | None
    after: re.Pattern | None
    sentence: re.Pattern | None
    number: str | None


@dataclass(frozen=True)
class InnocentRule:
    kind: str
    says: str | None
    patterns: tuple[re.Pattern, ...]


@dataclass(frozen=True)
class RuleBook:
    version: str
    rules: tuple[Rule, ...]
    innocents: tuple[InnocentRule, ...]


def _compile(source: str, words: dict[str, str], where: str) -> re.Pattern:
    try:
        expanded = re.sub(r"\$\{(\w+)\}", lambda match: words[match[1]], source)
        return re.compile(expanded.replace("~", " ?"))
    except (KeyError, re.error) as error:
        raise RulesError(f"{where}: {error}") from error


def _rule(entry: dict, words: dict[str, str], laws: dict[str, str]) -> Rule:
    where = f"rule {entry.get('id', '?')}"
    if unknown := set(entry) - _RULE_KEYS:
        raise RulesError(f"{where}: unknown key {', '.join(sorted(unknown))}")
    if entry["kind"] not in KINDS:
        raise RulesError(f"{where}: unknown kind {entry['kind']}")
    if entry["severity"] not in ("must", "advice"):
        raise RulesError(f"{where}: severity is must or advice")
    if entry.get("number") not in (None, "below_minimum_wage"):
        raise RulesError(f"{where}: unknown number check {entry['number']}")
    if missing := [key for key in entry["laws"] if key not in laws]:
        raise RulesError(f"{where}: unknown law {', '.join(missing)}")
    before, after, sentence = (entry.get(key) for key in ("before", "after", "sentence"))
    return Rule(
        id=entry["id"],
        kind=entry["kind"],
        severity=entry["severity"],
        reason=entry["reason"],
        legal_ground="；".join(laws[key] for key in entry["laws"]),
        advice=entry.get("advice", ""),
        replacement=entry.get("replacement"),
        patterns=tuple(_compile(source, words, where) for source in entry["pattern"]),
        before=_compile(f"(?:{before})[^,.;:!?()\\n]{{0,3}}$", words, where) if before else None,
        after=_compile(after, words, where) if after else None,
        sentence=_compile(sentence, words, where) if sentence else None,
        number=entry.get("number"),
    )


def read_rules(text: str) -> RuleBook:
    """Compile the rules in the YAML ``text``; raises RulesError."""
    data = yaml.safe_load(text)
    words = data["words"]
    return RuleBook(
        version=data["version"],
        rules=tuple(_rule(entry, words, data["laws"]) for entry in data["rules"]),
        innocents=tuple(
            InnocentRule(
                entry["kind"],
                entry.get("says"),
                tuple(_compile(source, words, "innocents") for source in entry["pattern"]),
            )
            for entry in data["innocents"]
        ),
    )


@lru_cache(maxsize=1)
def rule_book() -> RuleBook:
    """The rules of the product, read once."""
    return read_rules(RULES_FILE.read_text(encoding="utf-8"))
