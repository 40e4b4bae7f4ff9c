"""Enterprises, their shortages and their vacancies."""

from .enterprise import Enterprise, KeyListEntry, LicenceFile
from .shortage import ShortageDeclaration, ShortageFill, ShortageItem
from .vacancy import Vacancy, VacancyReview

__all__ = [
    "Enterprise",
    "KeyListEntry",
    "LicenceFile",
    "ShortageDeclaration",
    "ShortageFill",
    "ShortageItem",
    "Vacancy",
    "VacancyReview",
]
