"""Rows of what follows a recommendation, and of the plans and areas of matching."""

from django.utils import timezone

from jobseekers.enums import AlertFrequency
from jobseekers.matching.score import ScoreModel
from jobseekers.models import (
    Bookmark,
    Invitation,
    JobAlert,
    JobAlertDelivery,
    MatchArea,
    MatchPlan,
    Push,
)


def add_matching_rows(side, generation, number):
    """Give a place its rows; needs its seeker, open vacancy, member and officer."""
    today = timezone.localdate()
    Push.objects.create(seeker=side.seeker, vacancy=side.open_vacancy, pushed_on=today)
    Bookmark.objects.create(seeker=side.seeker, vacancy=side.open_vacancy)
    side.invitation = Invitation.objects.create(
        vacancy=side.open_vacancy, seeker=side.seeker, invited_by=side.membership.user
    )
    side.alert = JobAlert.objects.create(
        seeker=side.seeker, name="车工", query="q=车工", frequency=AlertFrequency.DAILY
    )
    JobAlertDelivery.objects.create(alert=side.alert, day=today)
    MatchArea.objects.create(generation=generation, region=side.enterprise.region)
    side.match_plan = MatchPlan.objects.create(
        version=f"测试-{number}",
        weights=ScoreModel().weights,
        cap_per_headcount=10,
        per_seeker=10,
        author=side.officer,
    )
