"""How large a generated city is."""

from dataclasses import dataclass, replace

BASE_YEAR = 2019


@dataclass(frozen=True, slots=True)
class CitySize:
    """Rows of each kind; what is not named here follows from these.

    enterprises: each has ``months`` insurance months of the base year (except planted gaps).
    persons: insured persons at the start of the year, all enterprises together; None lets the
    enterprises' staff decide (about 60 an enterprise).
    """

    enterprises: int = 1512
    seekers: int = 5600
    vacancies: int = 3800
    applications: int = 3400
    shortages: int = 220
    months: int = 12
    persons: int | None = None

    def __post_init__(self):
        if not 1 <= self.months <= 12:
            raise ValueError("months must be 1 to 12")
        if min(self.enterprises, self.seekers, self.vacancies) < 20:
            raise ValueError("a city needs at least 20 enterprises, seekers and vacancies")

    @classmethod
    def scaled(cls, factor: float) -> "CitySize":
        """The demo city times ``factor``: 1 is the demo city, 10 the benchmark's."""
        whole = cls()
        return replace(
            whole,
            enterprises=max(20, round(whole.enterprises * factor)),
            seekers=max(20, round(whole.seekers * factor)),
            vacancies=max(20, round(whole.vacancies * factor)),
            applications=round(whole.applications * factor),
            shortages=round(whole.shortages * factor),
        )
