"""Job seekers, what they want, where they applied, what was recommended."""

from .application import Application
from .imports import SupplyListImport
from .recommendation import Dismissal, MatchGeneration, Recommendation
from .seeker import JobIntention, JobSeeker

__all__ = [
    "Application",
    "Dismissal",
    "JobIntention",
    "JobSeeker",
    "MatchGeneration",
    "Recommendation",
    "SupplyListImport",
]
