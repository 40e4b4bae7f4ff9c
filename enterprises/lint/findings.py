"""What the lint reports."""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["must", "advice"]


@dataclass(frozen=True)
class Finding:
    """One passage that has to be changed (``must``) or better were (``advice``).

    ``start`` and ``end`` are offsets into the text of ``field`` as it was typed; for a finding
    about a number (pay) both are 0. ``replacement`` is the text that "采用" puts in place of the
    passage, ``""`` deletes it, ``None`` means that a person has to decide.
    """

    field: str
    start: int
    end: int
    quoted: str
    kind: str
    severity: Severity
    rule_id: str
    reason: str
    legal_ground: str
    advice: str
    replacement: str | None

    @property
    def message(self) -> str:
        """The whole sentence: quoted words, reason, law and article."""
        return f"‘{self.quoted}’：{self.reason}（{self.legal_ground}）。"

    @property
    def blocking(self) -> bool:
        """A vacancy with such a finding cannot be submitted."""
        return self.severity == "must"


@dataclass(frozen=True)
class Innocent:
    """A passage that looks like a breach and is none."""

    field: str
    quoted: str
    kind: str
    says: str

    @property
    def message(self) -> str:
        return f"‘{self.quoted}’{self.says}。"
