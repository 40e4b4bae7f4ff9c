"""One call that makes a city: plain rows, nothing of Django, the same rows for the same seed.

Every method gives a stream; rows refer to each other by number (the place in the stream). Memory
stays at a few columns for each enterprise, vacancy and seeker, however large the city is.
"""

import datetime
from collections.abc import Iterator
from functools import cached_property

from portal.places.load_report import LoadReport

from . import people
from .applications import ApplicationRow, applications
from .contacts import Contacts
from .enterprises import EnterpriseRow, Enterprises, KeyEntryRow
from .insurance import Insurance, MonthRow, Spells
from .pushes import PushRow, pushes
from .seekers import SeekerRow, Seekers
from .shortages import ShortageRow, shortages
from .size import CitySize
from .vacancies import Vacancies, VacancyRow
from .vacancy_source import Offer, read_offers


class DemoCity:
    """The rows of one generated city. ``report`` counts the published vacancies left out."""

    def __init__(self, size: CitySize, seed: int, today: datetime.date):
        self.size, self.seed, self.today = size, seed, today
        self.report = LoadReport()

    @cached_property
    def offers(self) -> list[Offer]:
        """The published vacancies that can be used."""
        return read_offers(self.report)

    @cached_property
    def enterprise_columns(self) -> Enterprises:
        """Columns of the enterprises."""
        return Enterprises(self.size.enterprises, self.seed, self.today, self.size.persons)

    @cached_property
    def vacancy_columns(self) -> Vacancies:
        """Columns of the vacancies."""
        return Vacancies(self.size.vacancies, self.enterprise_columns, self.offers)

    @cached_property
    def seeker_columns(self) -> Seekers:
        """Columns of the seekers."""
        return Seekers(self.size.seekers, self.vacancy_columns)

    @cached_property
    def insurance(self) -> Insurance:
        """Months and persons of the base year."""
        return Insurance(self.enterprise_columns, self.size.months)

    @cached_property
    def commissioners(self) -> list[tuple[people.UserRow, people.CommissionerRow]]:
        """Commissioners with their accounts: about one for a dozen enterprises."""
        each = max(3, self.size.enterprises // (12 * len(people.districts())))
        return people.commissioner_rows(self.seed, each)

    @cached_property
    def contacts(self) -> Contacts:
        """Assignments, tickets, visits."""
        return Contacts(self.enterprise_columns, [row for _, row in self.commissioners])

    def staff(self) -> list[people.UserRow]:
        """Accounts of the bureau besides the commissioners'."""
        return people.staff_rows(self.seed)

    def hotlines(self) -> tuple[people.HotlineRow, ...]:
        """The ten lines of the annex."""
        return people.HOTLINES

    def enterprises(self) -> Iterator[EnterpriseRow]:
        """All enterprises."""
        return self.enterprise_columns.rows()

    def key_entries(self) -> Iterator[KeyEntryRow]:
        """Entries on key lists."""
        return self.enterprise_columns.key_entries()

    def vacancies(self) -> Iterator[VacancyRow]:
        """All vacancies."""
        return self.vacancy_columns.rows()

    def seekers(self) -> Iterator[SeekerRow]:
        """All seekers."""
        return self.seeker_columns.rows()

    def applications(self) -> Iterator[ApplicationRow]:
        """Applications of the past weeks."""
        return applications(self.size.applications, self.seeker_columns)

    def pushes(self) -> Iterator[PushRow]:
        """Recommendations of the past weeks and what became of them."""
        return pushes(self.seeker_columns, self.applications())

    def shortages(self) -> Iterator[ShortageRow]:
        """Shortage declarations of the past weeks."""
        return shortages(self.size.shortages, self.vacancy_columns)

    def insurance_months(self) -> Iterator[MonthRow]:
        """Records by enterprise and month."""
        return self.insurance.month_rows()

    def insured_spells(self) -> Iterator[Spells]:
        """Persons behind the records, in blocks of columns."""
        return self.insurance.spells()


def generate(size: CitySize | float, seed: int, today: datetime.date) -> DemoCity:
    """A city of the given size (a number scales the demo city) as of ``today``."""
    if not isinstance(size, CitySize):
        size = CitySize.scaled(size)
    return DemoCity(size, seed, today)
