"""Random facts for any provision: all it reads, near the ends it has.

Values are drawn around what the worked cases of the provision hold, so that most of them come near
a limit; a few are drawn from the whole range.
"""

from datetime import date, timedelta

from hypothesis import strategies as st

from subsidies.policy import POLICIES
from subsidies.policy.cases import cases_path, load_cases
from subsidies.policy.facts import CATALOGUE
from subsidies.policy.policyset import policy_files

CASES = {
    path: [
        case
        for case in load_cases(cases_path(path))
        if case.provision and case.expect.error is None
    ]
    for path in policy_files(POLICIES)
}
PROVISIONS = sorted({case.provision for cases in CASES.values() for case in cases})


def _seen(provision):
    """fact → values the cases of a provision give it, and the local parameters of its first one."""
    own = [case for found in CASES.values() for case in found if case.provision == provision]
    values = {}
    for case in own:
        for name, value in case.facts.items():
            if value is not None:
                values.setdefault(name, []).append(value)
    return values, own[0].local


def _around(name, values):
    kind = CATALOGUE[name].kind
    known = st.sampled_from(values)
    if kind == "bool":
        return st.booleans()
    if kind == "choice":
        return st.sampled_from(list(CATALOGUE[name].choices))
    if kind in ("int", "fen") and name != "base_year":
        near = st.builds(lambda v, d: max(0, v + d), known, st.integers(-2, 2))
        return st.one_of(known, near, st.integers(0, 10**7 if kind == "fen" else 400))
    if kind == "date":
        return st.builds(
            lambda v, d: str(date.fromisoformat(v) + timedelta(days=d)), known, st.integers(-2, 2)
        )
    return known


def _inputs(provision):
    values, _ = SEEN[provision]
    return st.fixed_dictionaries({name: _around(name, seen) for name, seen in values.items()})


SEEN = {provision: _seen(provision) for provision in PROVISIONS}
INPUTS = {provision: _inputs(provision) for provision in PROVISIONS}


@st.composite
def cases(draw, provisions=PROVISIONS):
    """``(provision, facts, local parameters)`` with every fact known."""
    provision = draw(st.sampled_from(provisions))
    return provision, draw(INPUTS[provision]), SEEN[provision][1]


@st.composite
def hidden(draw, provisions=PROVISIONS):
    """The same, and the names of facts to be hidden."""
    provision, facts, local = draw(cases(provisions))
    names = draw(st.sets(st.sampled_from(sorted(facts)), min_size=1))
    return provision, facts, local, names
