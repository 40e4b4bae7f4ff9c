"""Small valid rows for tests. Names and numbers are invented."""

from .accounts import UserFactory
from .enterprises import (
    EnterpriseFactory,
    MembershipFactory,
    ShortageFactory,
    VacancyFactory,
)
from .hotlines import AssignmentFactory, CommissionerFactory, HotlineFactory, TicketFactory
from .jobseekers import ApplicationFactory, JobSeekerFactory
from .places import division, industry, occupation

__all__ = [
    "ApplicationFactory",
    "AssignmentFactory",
    "CommissionerFactory",
    "EnterpriseFactory",
    "HotlineFactory",
    "JobSeekerFactory",
    "MembershipFactory",
    "ShortageFactory",
    "TicketFactory",
    "UserFactory",
    "VacancyFactory",
    "division",
    "industry",
    "occupation",
]
