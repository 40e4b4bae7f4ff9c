"""Job seekers, what they want, where they applied, what was recommended and what came of it."""

from .application import Application
from .imports import SupplyListImport
from .instant import InstantMatch, MatchPiece, MatchWords
from .interest import Bookmark, Invitation, JobAlert, JobAlertDelivery, Push
from .plan import MatchArea, MatchPlan
from .recommendation import Dismissal, MatchGeneration, Recommendation
from .seeker import JobIntention, JobSeeker

__all__ = [
    "Application",
    "Bookmark",
    "Dismissal",
    "InstantMatch",
    "Invitation",
    "JobAlert",
    "JobAlertDelivery",
    "JobIntention",
    "JobSeeker",
    "MatchArea",
    "MatchGeneration",
    "MatchPiece",
    "MatchPlan",
    "MatchWords",
    "Push",
    "Recommendation",
    "SupplyListImport",
]
