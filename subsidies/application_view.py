"""An application as pages show it: what was stated beside what the records say, person by person."""

from dataclasses import dataclass, field

from portal.ui.parts import Condition
from subsidies.enums import Outcome
from subsidies.explain import condition_of, source_words
from subsidies.models import Decision, SubsidyApplication
from subsidies.policy import FactError
from subsidies.policy.facts import CATALOGUE, normalise
from subsidies.policy.wording import shown_fact
from subsidies.services.application_cases import decide_case
from subsidies.services.application_decisions import OUTCOME_WORDS
from subsidies.services.application_needs import FIXED, Needs, needs_of
from subsidies.services.publishing import compiled

NOT_STATED = "没有填"
NOT_KNOWN = "查不到"
_HIDDEN = frozenset({"region", "base_year", "industry", "persons"})


@dataclass(frozen=True)
class FactRow:
    """One fact: as stated, as used, and whether the two differ."""

    name: str
    label: str
    stated: str
    used: str
    source: str
    differs: bool
    is_open: bool
    document: str = ""
    can_correct: bool = False  # it rests on a statement or on papers, not on a record


@dataclass(frozen=True)
class PersonRow:
    """One person of an application with the outcome for them and why."""

    number: int
    row: int
    name: str
    identity: str
    outcome: str
    facts: list[FactRow]
    conditions: list[Condition] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)


def words_of(name: str, value) -> str:
    """A JSON value of a fact as people read it; the text itself if it is none."""
    try:
        return shown_fact(name, normalise({name: value}).get(name))
    except FactError:
        return str(value)


def needs_of_application(application: SubsidyApplication) -> Needs:
    """What its provision asks for, by the version it is decided under."""
    return needs_of(compiled(application.policy), application.provision_id.partition("/")[2])


def fact_rows(names, facts: dict, values: dict, sources: dict, year: int) -> list[FactRow]:
    """The rows of a table of facts; facts as an application keeps them, values as decided on."""
    declared, completed = facts.get("declared", {}), facts.get("completed", {})
    rows = []
    for name in names:
        if name in _HIDDEN:
            continue
        stated = declared.get(name)
        used = values.get(name)
        proof = completed.get(name) if sources.get(name) == "completed" else None
        rows.append(
            FactRow(
                name,
                CATALOGUE[name].label,
                NOT_STATED if stated is None else words_of(name, stated),
                NOT_KNOWN if used is None else _used(name, used),
                source_words(sources[name], year) if name in sources else "",
                stated is not None and used is not None and stated != used,
                used is None and name not in FIXED,
                f"{proof['document']}（{proof['by']} {proof['at'][:10]}）" if proof else "",
                sources.get(name) in ("declared", "completed") and name not in FIXED,
            )
        )
    return rows


def _used(name, value):
    if name == "already_paid":
        return "有" if value else "没有"
    return words_of(name, value)


def shared_rows(application: SubsidyApplication, decision: Decision) -> list[FactRow]:
    """The applicant's own facts."""
    needs = needs_of_application(application)
    facts = decision.facts
    return fact_rows(
        needs.shared, application.facts, facts["values"], facts["sources"], application.year
    )


def person_rows(application: SubsidyApplication, decision: Decision) -> list[PersonRow]:
    """The persons in the order of the application, each with the lines that are theirs alone."""
    cases = decision.facts.get("persons")
    if not cases:
        return []
    needs = needs_of_application(application)
    by_row = {person.pk: person for person in application.persons.all()}
    # The outcome of each is not kept beside the whole; the same case gives the same again.
    key = application.provision_id.partition("/")[2]
    outcomes = decide_case(compiled(decision.policy), key, decision.facts).outcomes
    own: dict[int, list] = {}
    for entry in decision.trace:
        if "person" in entry:
            own.setdefault(entry["person"], []).append(entry)
    document = decision.policy.document_number
    rows = []
    for number, case in enumerate(cases, 1):
        person = by_row.get(case["row"])
        entries = own.get(number, [])
        rows.append(
            PersonRow(
                number,
                case["row"],
                case["name"],
                person.masked_identity if person else "",
                OUTCOME_WORDS[Outcome(outcomes[number - 1])],
                fact_rows(
                    needs.each,
                    person.facts if person else {},
                    case["values"],
                    case["sources"],
                    application.year,
                ),
                [condition_of(entry, case["values"], document) for entry in entries],
                [entry["text"] for entry in entries if entry["result"] is not True],
            )
        )
    return rows
