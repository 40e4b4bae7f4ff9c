"""What the evaluator answered, kept as digests, so that nobody changes its results unnoticed.

Decisions are kept for years and replayed; each names the engine that made it. `ENGINE_VERSION` must
go up when the same policy and facts give another trace, amount or check. For every policy file the
record holds the digest of all answers to its worked cases, and to each of them with one fact
unknown. Write it anew with `python -m tests.subsidies.policy.engine_record`: that takes new and
changed policy files, and everything once the version was raised, and refuses anything else.
"""

import hashlib
import json
import sys
from dataclasses import asdict
from pathlib import Path

from subsidies.policy import (
    ENGINE_VERSION,
    POLICIES,
    PolicySet,
    choose_winner,
    evaluate,
    load_policy,
    near_miss,
)
from subsidies.policy.cases import cases_path, load_cases
from subsidies.policy.policyset import policy_files

RECORD = Path(__file__).with_name("engine_record.json")
OTHERWISE = (
    "The evaluator answers otherwise than version {version} did for {names}. Raise ENGINE_VERSION"
    " in subsidies/policy/decision.py, then write the record anew."
)


def _line(decision) -> str:
    """Everything a decision says, but for the engine that says it."""
    said = asdict(decision)
    del said["engine"]
    missed = near_miss(decision)
    both = [said, None if missed is None else asdict(missed)]
    return json.dumps(both, ensure_ascii=False, sort_keys=True, default=str)


def _answers(policies, case):
    """Lines of one case: as it stands, and with each known fact hidden."""
    variants = [case.facts]
    variants += [case.facts | {name: None} for name, v in case.facts.items() if v is not None]
    if case.group is None:
        for facts in variants:
            yield _line(evaluate(policies, case.provision, facts, case.local, case.as_of))
        return
    policy_id, _, name = case.group.partition("/")
    group = policies.group(policy_id, name)
    for facts in variants:
        members = [evaluate(policies, p, facts, case.local, case.as_of) for p in group.titles]
        yield from map(_line, choose_winner(members, group))


def answers_now() -> dict[str, dict[str, str]]:
    """policy file → {"asked": hash of policy and cases, "answered": hash of all answers}."""
    found = {}
    for path in policy_files(POLICIES):
        policies = PolicySet([load_policy(path)])
        asked = hashlib.sha256(path.read_bytes() + cases_path(path).read_bytes())
        answered = hashlib.sha256()
        for case in load_cases(cases_path(path)):
            if case.expect.error is None:
                for line in _answers(policies, case):
                    answered.update(line.encode() + b"\n")
        found[path.stem] = {"asked": asked.hexdigest(), "answered": answered.hexdigest()}
    return found


def recorded() -> dict:
    """The record: {"engine": version, "policies": as of `answers_now`}."""
    return json.loads(RECORD.read_text("utf-8"))


def changed_answers(record: dict, now: dict) -> list[str]:
    """Policies whose questions are the recorded ones and whose answers are not."""
    return [
        name
        for name, found in now.items()
        if record["policies"].get(name, {}).get("asked") == found["asked"]
        and record["policies"][name]["answered"] != found["answered"]
    ]


def main() -> int:
    """Write the record anew; 1 when the answers changed under the same version."""
    now = answers_now()
    if RECORD.exists():
        record = recorded()
        changed = changed_answers(record, now)
        if changed and record["engine"] == ENGINE_VERSION:
            print(OTHERWISE.format(version=ENGINE_VERSION, names=", ".join(changed)))
            return 1
    text = json.dumps({"engine": ENGINE_VERSION, "policies": now}, indent=2, sort_keys=True)
    RECORD.write_text(text + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
