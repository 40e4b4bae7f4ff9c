"""Small valid rows for tests. Names and numbers are invented."""

from .accounts import UserFactory
from .enterprises import (
    EnterpriseFactory,
    MembershipFactory,
    ShortageFactory,
    VacancyFactory,
)
from .hotlines import AssignmentFactory, CommissionerFactory, HotlineFactory, TicketFactory
from .jobseekers import ApplicationFactory, JobSeekerFactory, MatchGenerationFactory
from .places import division, industry, occupation

__all__ = [
    "ApplicationFactory",
    "AssignmentFactory",
    "CommissionerFactory",
    "EnterpriseFactory",
    "HotlineFactory",
    "JobSeekerFactory",
    "MatchGenerationFactory",
    "MembershipFactory",
    "ShortageFactory",
    "TicketFactory",
    "UserFactory",
    "VacancyFactory",
    "division",
    "industry",
    "occupation",
]
