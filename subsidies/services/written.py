"""Decisions as rows: each column as canonical JSON, and the lines COPY takes.

Canonical JSON is what the content hash is made of. What is stored names shared parts by number
(models/parts.py). Most entries come again and again: an entry of the evaluators' memory is written
out once, ready for COPY, and the hundred thousand decisions are joined from such pieces.
"""

import hashlib
import secrets
from dataclasses import dataclass
from json.encoder import encode_basestring

from subsidies.policy import ENGINE_VERSION

from .bundles import Bundle, Verdict, canonical, is_near, near_miss_of
from .recall import Memory

COLUMNS = (
    "public_id",
    "screening_id",
    "enterprise_id",
    "provision_id",
    "base_year",
    "outcome",
    "amount_fen",
    "facts",
    "trace",
    "amount_steps",
    "near_miss",
    "manual_checks",
    "exclusivity",
    "policy_id",
    "engine_version",
    "leads",
    "content_sha256",
    "supersedes_id",
    "decided_at",
)
_OWN = ("actual", "actual_text", "text")  # of an entry, what its kind does not share
_ALPHABET = b"23456789abcdefghjkmnpqrstuvwxyz"
_LETTERS = bytes(_ALPHABET[byte % len(_ALPHABET)] for byte in range(256))
_UNFAIR = bytes(range(256 - 256 % len(_ALPHABET), 256))  # would make some letters likelier
_NULL = b"\\N"
_NONE = (b"null", _NULL, False)


def public_ids(count: int) -> list[bytes]:
    """As many new public ids as accounts.fields.make_public_id would make, drawn at one go."""
    letters = b""
    while len(letters) < 12 * count:
        letters += secrets.token_bytes(13 * count + 64).translate(_LETTERS, _UNFAIR)
    return [letters[start : start + 12] for start in range(0, 12 * count, 12)]


def _json(value) -> bytes:
    """canonical(value), quicker for what traces are made of."""
    if value.__class__ is str:
        return encode_basestring(value).encode()
    return b"%d" % value if value.__class__ is int else canonical(value)


def for_copy(text: bytes) -> bytes:
    """JSON text as a field of COPY's text format: it has no tabs or line ends, only backslashes."""
    return text.replace(b"\\", b"\\\\")


class Parts:
    """Numbers of shared parts; those this run used wait in `new` for being stored."""

    def __init__(self):
        self._numbers: dict[bytes, bytes] = {}
        self.new: list[tuple[int, str, bytes]] = []

    def number(self, body: bytes) -> bytes:
        """The number of a part, given as canonical JSON."""
        found = self._numbers.get(body)
        if found is None:
            digest = hashlib.sha256(body)
            number = int.from_bytes(digest.digest()[:8]) >> 1
            found = self._numbers[body] = b"%d" % number
            self.new.append((number, digest.hexdigest(), body))
        return found


class Pieces:
    """Turns entries and facts into JSON: (in full, as stored). Both bytes; the latter for COPY."""

    def __init__(self, memory: Memory):
        self.parts = Parts()
        self._memory = memory
        self._shared: dict[tuple, tuple[bytes, bytes]] = {}
        self._sources: dict[tuple, tuple[bytes, bytes]] = {}
        self._names: list[tuple[str, bytes]] = []
        self._words: dict[object, bytes] = {None: b"null", True: b"true", False: b"false"}

    def entry(self, entry: dict) -> tuple[bytes, bytes]:
        """One entry of a trace."""
        kept = self._memory.get(id(entry))
        if kept is None:
            return self._written(entry)
        if kept.full is None:
            kept.full, kept.stored = self._written(entry)
            if kept.few:
                kept.stored = self.parts.number(kept.full)
        return kept.full, kept.stored

    def _written(self, entry):
        limit = entry["limit"]
        key = (
            entry["rule"], entry["label"], entry["cite"], entry["document"], entry["fact"],
            entry["operator"], entry["limit_text"], entry["result"], entry["remedy"],
            limit.__class__, tuple(limit) if limit.__class__ is list else limit,
        )  # fmt: skip
        found = self._shared.get(key)
        if found is None:
            found = self._shared[key] = self._shared_of(entry)
        middle, number = found
        figure = _json(entry["actual"])
        words, text = _json(entry["actual_text"]), _json(entry["text"])
        # The shared keys lie between actual_text and text in the order of canonical JSON.
        full = b'{"actual":%b,"actual_text":%b,%b,"text":%b}' % (figure, words, middle, text)
        stored = b'{"actual":%b,"actual_text":%b,"of":%b,"text":%b}' % (
            (figure, words, number, text)
        )
        return full, for_copy(stored)

    def _shared_of(self, entry):
        shared = {name: value for name, value in entry.items() if name not in _OWN}
        if not all("actual_text" < name < "text" for name in shared):
            raise ValueError(f"an entry of a trace has a key out of order: {sorted(shared)}")
        body = canonical(shared)
        return body[1:-1], self.parts.number(body)

    def trace(self, entries: list[dict]) -> tuple[bytes, bytes]:
        """A whole trace."""
        both = [self.entry(entry) for entry in entries]
        full = b",".join([full for full, _ in both])
        return b"[%b]" % full, b"[%b]" % b",".join([stored for _, stored in both])

    def facts(self, bundle: Bundle) -> tuple[bytes, bytes]:
        """Values and sources of all facts of an enterprise."""
        words, known = self._words, bundle.facts
        if len(self._names) != len(known):
            self._names = [(name, b'"%b":' % name.encode()) for name in sorted(known)]
        values = []
        for name, label in self._names:
            value = known[name]
            if value.__class__ is int:
                values.append(label + b"%d" % value)
                continue
            text = words.get(value)
            if text is None:
                text = words[value] = canonical(value)
            values.append(label + text)
        joined = b",".join(values)
        full, number = self._sources_of(bundle.sources)
        return (
            b'{"sources":%b,"values":{%b}}' % (full, joined),
            for_copy(b'{"sources":%b,"values":{%b}}' % (number, joined)),
        )

    def _sources_of(self, sources):
        key = tuple(sources.items())
        found = self._sources.get(key)
        if found is None:
            full = canonical(sources)
            found = self._sources[key] = (full, self.parts.number(full))
        return found

    def near_miss(self, decided) -> tuple[bytes, bytes, bool]:
        """What bundles.near_miss_of says, and whether it is close. NULL is stored for none,
        in full it is the JSON word."""
        if decided.outcome not in ("deny", "review"):
            return _NONE
        standing = [entry for entry in decided.trace if entry["result"] is not True]
        if len(standing) != 1:
            return _NONE
        kept = self._memory.get(id(standing[0]))
        written = kept.near.get(decided.provision) if kept else None
        if written is None:
            written = self._near_miss(decided, standing[0])
            if kept:
                kept.near[decided.provision] = written
        before, after, stored, close = written
        if not before:
            return _NONE
        amount = b"%d" % decided.potential_fen if decided.potential_fen else b"null"
        return before + amount + after, b'{"amount_fen":%b,%b' % (amount, stored), close

    def _near_miss(self, decided, entry):
        """The canonical JSON before and behind the amount, what is stored behind it, and whether
        it is close. Empty when the evaluator sees no near miss in it."""
        whole = near_miss_of(decided)
        if whole is None:
            return b"", b"", b"", False
        gap = whole["gap_persons"]
        first = {name: value for name, value in whole.items() if name < "amount_fen"}
        rest = {name: value for name, value in whole.items() if name > "amount_fen"}
        own = for_copy(canonical({"gap_persons": gap, "provision": decided.provision}))
        return (
            b'%b,"amount_fen":' % canonical(first)[:-1],
            b",%b" % canonical(rest)[1:],
            b'"entry":%b,%b' % (self.entry(entry)[1], own[1:]),
            is_near(gap),
        )


@dataclass(slots=True)
class Line:
    """A verdict written out: the JSON columns for COPY, tabs between them."""

    verdict: Verdict
    columns: bytes
    content_sha256: bytes
    near: bool


class Writer:
    """Writes bundles as lines for COPY into the table of decisions."""

    def __init__(self, screening, memory: Memory):
        self.pieces = Pieces(memory)
        self._head = b"%d" % screening.pk
        self._year = b"%d" % screening.base_year
        self._tail = screening.created_at.isoformat().encode() + b"\n"
        self._small: dict[object, bytes] = {}

    def lines(self, bundle: Bundle) -> list[Line]:
        """One for each verdict."""
        facts, stored_facts = self.pieces.facts(bundle)
        return [self._line(verdict, facts, stored_facts) for verdict in bundle.verdicts]

    def _line(self, verdict, facts, stored_facts):
        decided = verdict.decided
        trace, stored_trace = self.pieces.trace(decided.trace)
        missed, stored_missed, near = self.pieces.near_miss(decided)
        steps = b"[%b]" % b",".join([_json(step) for step in decided.amount_steps])
        checks = canonical(decided.manual_checks) if decided.manual_checks else b"[]"
        head = (
            f"{decided.provision}\0{decided.outcome}\0{decided.amount_fen}\0"
            f"{verdict.version.sha256}\0{ENGINE_VERSION}"
        )
        parts = (head.encode(), facts, trace, steps, missed, checks)
        stored = (
            stored_facts,
            stored_trace,
            for_copy(steps),
            stored_missed,
            for_copy(checks),
            self._exclusivity(verdict.exclusivity),
        )
        digest = hashlib.sha256(b"\0".join(parts)).hexdigest().encode()
        return Line(verdict, b"\t".join(stored), digest, near)

    def _exclusivity(self, result):
        if result is None:
            return _NULL
        key = tuple(result.values())
        text = self._small.get(key)
        if text is None:
            text = self._small[key] = for_copy(canonical(result))
        return text

    def copied(self, enterprise_id: int, line: Line, public_id: bytes, supersedes: bytes) -> bytes:
        """The line with all columns, in the order of COLUMNS, and its end."""
        decided, verdict = line.verdict.decided, line.verdict
        middle = f"{enterprise_id}\t{decided.provision}".encode()
        result = f"{decided.outcome}\t{decided.amount_fen}".encode()
        return b"\t".join(
            (
                public_id,
                self._head,
                middle,
                self._year,
                result,
                line.columns,
                b"%d\t%b" % (verdict.version.pk, ENGINE_VERSION.encode()),
                b"t" if verdict.leads else b"f",
                line.content_sha256,
                supersedes,
                self._tail,
            )
        )
