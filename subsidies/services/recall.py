"""An evaluator that remembers what its rules said of the same figures.

A hundred thousand enterprises lie in a few districts and have a few sizes: most of what the rules
say of them was said before. A rule is a pure function of the facts it reads, and which those are
it shows when it is called with a dict that writes down every name it is asked for. What it said is
kept under the values it read, in the order it read them; the next enterprise with the same values
gets the same entry, the same object, without the rule being called. Nothing about the rules is
assumed, and nothing is decided here: subsidies.policy does that.
"""

from datetime import date

from subsidies.policy import Evaluator, LoadedPolicy
from subsidies.policy.facts import CATALOGUE

REMEMBERED = 50_000  # entries of one rule; more than that are not worth their memory
_NEW = object()


class _Watched(dict):
    """Facts that write down which of them were asked for. Reading them otherwise is an error."""

    def __init__(self, facts):
        super().__init__(facts)
        self.asked = {}

    def get(self, name, default=None):
        self.asked[name] = None
        return super().get(name, default)

    def __getitem__(self, name):
        self.asked[name] = None
        return super().__getitem__(name)

    def __contains__(self, name):
        self.asked[name] = None
        return super().__contains__(name)

    def _unseen(self, *_):
        raise TypeError("a rule may only ask for facts by name")

    __iter__ = keys = values = items = copy = __eq__ = __or__ = __len__ = _unseen
    __hash__ = None


class _Step:
    """Which fact is read next, and where each of its values leads."""

    __slots__ = ("name", "branches")

    def __init__(self, name):
        self.name, self.branches = name, {}


class Remembered:
    """An entry that will come again. `few` when it says nothing of counts or money: then there are
    not many of its kind. full, stored, near: for whoever writes it out (services.written)."""

    __slots__ = ("entry", "few", "full", "stored", "near")

    def __init__(self, entry, few):
        self.entry, self.few = entry, few
        self.full = self.stored = None
        self.near = {}


class Memory(dict):
    """id(entry) → Remembered. The same entry said by another rule is the same object."""

    def __init__(self):
        super().__init__()
        self._by_text: dict[tuple, dict] = {}

    def kept(self, said, few):
        """What a rule said (an entry, a list of them, None) with entries that are kept here."""
        if said is None:
            return None
        if said.__class__ is list:
            return [self.kept(entry, few) for entry in said]
        place = (said["rule"], said["text"], few)
        found = self._by_text.get(place)
        if found == said:
            return found
        self._by_text[place] = said
        self[id(said)] = Remembered(said, few)
        return said


def _says_few(names):
    kinds = {CATALOGUE[name].kind for name in names if name != "base_year"}
    return kinds.isdisjoint(("int", "fen", "share", "date"))


def remember(rule, memory: Memory):
    """`rule(facts, params)`, asked once for each combination of the facts that it reads.

    Entries are shared: whoever gets one must not change it. memory: keeps each of them alive. params are told apart by identity, so they must live as long as the
    rule and never change; an evaluator's do.
    """
    roots: dict[int, object] = {}
    room = REMEMBERED

    def learn(facts, params):
        nonlocal room
        watched = _Watched(facts)
        said = rule(watched, params)
        if room:
            room -= 1
            said = memory.kept(said, _says_few(watched.asked))
            _keep(roots, id(params), watched.asked, facts, said)
        return said

    def recalled(facts, params):
        step = roots.get(id(params), _NEW)
        while step.__class__ is _Step:
            step = step.branches.get(facts.get(step.name), _NEW)
        return learn(facts, params) if step is _NEW else step

    return recalled


def _keep(branches, key, asked, facts, said):
    for name in asked:
        step = branches.get(key)
        if step is None:
            step = branches[key] = _Step(name)
        branches, key = step.branches, facts.get(name)
    branches[key] = said


class RecallingEvaluator(Evaluator):
    """An Evaluator for many subjects. The entries of its traces are shared between decisions."""

    def __init__(
        self,
        loaded: LoadedPolicy,
        key: str,
        local: dict,
        as_of: date | None,
        memory: Memory,
    ):
        super().__init__(loaded, key, local, as_of)
        self._frames = [remember(rule, memory) for rule in self._frames]
        self._exclusions = [(remember(rule, memory), ask) for rule, ask in self._exclusions]
        self._rules = [remember(rule, memory) for rule in self._rules]
