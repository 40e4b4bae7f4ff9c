"""Primary keys of what was loaded, so that later tables can point at earlier ones."""

from dataclasses import dataclass, field

from portal.demo.city import DemoCity
from portal.places.load_report import LoadReport


@dataclass
class Keys:
    """First primary keys of the streams (row number n has key first + n) and a few look-ups.

    users: username → key. clerks: district → keys of its staff. consents: (seeker number,
    enterprise number) → key.
    """

    users: dict[str, int] = field(default_factory=dict)
    clerks: dict[str, list[int]] = field(default_factory=dict)
    members: int = 0
    enterprises: int = 0
    commissioners: int = 0
    commissioner_users: list[int] = field(default_factory=list)
    shortages: int = 0
    vacancies: int = 0
    reviews: int = 0
    seekers: int = 0
    seeker_users: dict[int, int] = field(default_factory=dict)

    def clerk(self, region: str, turn: int = 0) -> int:
        """A staff account of the district that a region code lies in."""
        team = self.clerks[region[:6]]
        return team[turn % len(team)]


@dataclass
class Load:
    """One loading: the city, the keys, the report."""

    city: DemoCity
    report: LoadReport
    keys: Keys = field(default_factory=Keys)

    def added(self, label: str, rows: int) -> None:
        """Count rows written to a table."""
        self.report.count(label, self.report.ADDED, rows)
