"""What a provision asks, without its words and figures; and whether a twin was written for that.

A twin in SQL says beside it, in NAME.logic.json, for which logic it was written. There, "#" stands
for any figure, "#name" for a figure (or list of codes) that the SQL is given under that name.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from subsidies.policy import LoadedPolicy

# Keys that say something to readers and nothing to the evaluator.
_WORDS = {
    "about",
    "applicant",
    "cite",
    "clear",
    "excluded",
    "failed",
    "id",
    "label",
    "passed",
    "reason",
    "remedy",
    "shown_limit",
    "text",
    "title",
    "unspecified",
}
# Keys of a provision that this is not about: who delivers it, what a reviewer ticks, and the days,
# which are given to every twin.
_ELSEWHERE = {"delivery", "effective", "manual_checks", "subject"}
FIGURE = "#"


def logic_of(policy: LoadedPolicy, key: str) -> dict:
    """The logic of one provision with everything it rests on, figures in place.

    Names of the policy's own provisions lose the policy's id, so that a template adopted under
    another id has the same logic.
    """
    file = policy.file
    provision = _bare(_dump(file.provisions[key]), f"{file.id}/")
    logic = {name: part for name, part in provision.items() if name not in _ELSEWHERE}
    logic["includes_below"] = file.jurisdiction.includes_below
    logic["rounding"] = _bare(_dump(file.rounding), "")
    used = {name: set() for name in ("tables", "flags", "indicators", "parameters")}
    waiting = [logic]
    while waiting:
        for name in _names(waiting.pop()):
            for kind in used:
                part = getattr(file, kind).get(name)
                if part is None or name in used[kind]:
                    continue
                used[kind].add(name)
                if kind != "parameters":
                    waiting.append(_bare(_dump(part), ""))
    for kind, names in used.items():
        if kind == "parameters":
            logic[kind] = {
                name: {"unit": file.parameters[name].unit, "by": file.parameters[name].by}
                for name in sorted(names)
            }
        elif names:
            logic[kind] = {
                name: _bare(_dump(getattr(file, kind)[name]), "") for name in sorted(names)
            }
    return logic


def _dump(part):
    return part.model_dump(by_alias=True, exclude_defaults=True)


def _bare(value, own):
    if isinstance(value, dict):
        return {k: _bare(v, own) for k, v in value.items() if k not in _WORDS}
    if isinstance(value, list | tuple):
        return [_bare(item, own) for item in value]
    return value.removeprefix(own) if own and isinstance(value, str) else value


def _names(value) -> Iterator[str]:
    """Every text of a piece of logic, keys too: whatever it may refer to is among them."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _names(item)
    elif isinstance(value, list):
        for item in value:
            yield from _names(item)
    elif isinstance(value, str):
        yield value


def is_figure(value) -> bool:
    """A number or a day; truth values and words are logic."""
    return isinstance(value, int | Decimal | date) and not isinstance(value, bool)


def compare_logic(pattern, logic, path: str = "") -> tuple[dict, list[str]]:
    """Lay a twin's pattern over a provision's logic.

    Returns the figures by the names the pattern gives them, and the places that differ (empty: the
    twin is for this logic).
    """
    if isinstance(pattern, str) and pattern.startswith(FIGURE):
        codes = pattern != FIGURE and isinstance(logic, list)
        if not (is_figure(logic) or codes and all(isinstance(item, str) for item in logic)):
            return {}, [path]
        return ({} if pattern == FIGURE else {pattern[1:]: logic}), []
    if isinstance(pattern, dict) and isinstance(logic, dict):
        keys = sorted(pattern.keys() | logic.keys())
        parts = [(pattern.get(k), logic.get(k), f"{path}.{k}" if path else k) for k in keys]
    elif isinstance(pattern, list) and isinstance(logic, list) and len(pattern) == len(logic):
        parts = [
            (p, v, f"{path}[{n}]") for n, (p, v) in enumerate(zip(pattern, logic, strict=True))
        ]
    else:
        return {}, [] if pattern == logic and type(pattern) is type(logic) else [path]
    figures, places = {}, []
    for one, other, where in parts:
        found, differing = compare_logic(one, other, where)
        figures |= found
        places += differing
    return figures, places


def pattern_of(logic):
    """A piece of logic with every figure as "#", to start a new twin's file from."""
    if isinstance(logic, dict):
        return {key: pattern_of(item) for key, item in logic.items()}
    if isinstance(logic, list):
        return [pattern_of(item) for item in logic]
    return FIGURE if is_figure(logic) else logic
