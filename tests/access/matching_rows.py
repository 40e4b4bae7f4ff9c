"""Rows of what follows a recommendation, and of the plans and areas of matching."""

from django.utils import timezone

from jobseekers.enums import AlertFrequency, MatchSide
from jobseekers.matching.score import ScoreModel
from jobseekers.models import (
    Bookmark,
    InstantMatch,
    Invitation,
    JobAlert,
    JobAlertDelivery,
    MatchArea,
    MatchPiece,
    MatchPlan,
    MatchWords,
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
    InstantMatch.objects.create(side=MatchSide.SEEKER, object_id=side.seeker.pk)
    MatchWords.objects.get_or_create(generation=generation, defaults={"content": b""})
    MatchPiece.objects.create(
        run=generation.run,
        number=number,
        label="武进区",
        size=1,
        day=today,
        snapshot="",
        seekers=b"",
    )
    side.match_plan = MatchPlan.objects.create(
        version=f"测试-{number}",
        weights=ScoreModel().weights,
        cap_per_headcount=10,
        per_seeker=10,
        author=side.officer,
    )
