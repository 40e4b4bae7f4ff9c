"""邀请应聘: whom an employer may ask, what both sides see, and when a person is hidden again."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from enterprises.enums import VacancyState
from jobseekers.enums import InvitationState, SeekerStatus
from jobseekers.models import Application, Dismissal, Invitation
from jobseekers.services import applications
from jobseekers.services.invitations import decline, invite
from jobseekers.services.matching import match_all
from jobseekers.services.profile import set_findable
from jobseekers.services.recommending import dismiss
from portal.accounts.services import withdraw_consent
from portal.outbox.models import Message
from portal.refused import Refused
from tests.factories import (
    ApplicationFactory,
    JobSeekerFactory,
    MembershipFactory,
    UserFactory,
    VacancyFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def member():
    """A member of an enterprise."""
    return MembershipFactory()


@pytest.fixture
def vacancy(member):
    """A live post of the member's enterprise."""
    return VacancyFactory(enterprise=member.enterprise, title="数控车工", headcount=1)


@pytest.fixture
def candidates(vacancy):
    """candidates({…}, …) → seekers on the post's list who agreed to be found, after a night."""

    def make(*people):
        seekers = [JobSeekerFactory(**values) for values in people]
        for seeker in seekers:
            set_findable(seeker.user, True)
        match_all()
        return seekers

    return make


def page_of(vacancy):
    """Address of a post's candidates."""
    return f"/enterprise/candidates/{vacancy.public_id}/"


def test_from_the_list_to_the_application(client, sign_in, member, vacancy, candidates):
    (seeker,) = candidates({"name": "测试丁明", "phone": "19900001234", "skills": ["看图纸"]})
    sign_in(member.user)
    text = client.get(page_of(vacancy)).content.decode()
    assert seeker.masked_name in text and "测试丁明" not in text and "1234" not in text
    assert "各项得分" in text and "看图纸" in text and "今天还可以邀请 <b>10</b> 人" in text
    sent = {"seeker": seeker.public_id, "note": "厂里有班车"}
    for _ in range(2):
        assert client.post(f"{page_of(vacancy)}invite/", sent).url == page_of(vacancy)
    made = Invitation.objects.get()
    assert (made.seeker, made.vacancy, made.invited_by) == (seeker, vacancy, member.user)
    text = client.get(page_of(vacancy)).content.decode()
    assert "等待答复" in text and "测试丁明" not in text and "给对方的话" not in text

    (message,) = Message.objects.filter(recipient=seeker.user)
    assert "数控车工" in message.subject and "厂里有班车" in message.body
    sign_in(seeker.user)
    text = client.get("/seeker/invitations/").content.decode()
    assert vacancy.enterprise.name in text and f"/jobs/{vacancy.public_id}/#apply" in text
    assert "邀请您应聘" in client.get("/seeker/recommendations/").content.decode()
    post = client.get(f"/jobs/{vacancy.public_id}/").content.decode()
    assert f"{vacancy.enterprise.name}邀请您应聘这个岗位" in post and 'name="agreed"' in post
    client.post(f"/seeker/apply/{vacancy.public_id}/", {"agreed": "on"})
    made.refresh_from_db()
    assert made.state == InvitationState.ACCEPTED and made.answered_at
    assert Application.objects.get().consent.recipient == vacancy.enterprise
    assert "您已应聘" in client.get("/seeker/invitations/").content.decode()
    sign_in(member.user)
    assert "已应聘" in client.get(page_of(vacancy)).content.decode()
    with connection.cursor() as cursor:
        cursor.execute("SELECT state FROM jobseekers_invitationevent ORDER BY pgh_id")
        assert [row[0] for row in cursor.fetchall()] == ["sent", "accepted"]


def test_turned_down_is_turned_down_and_not_recommended_any_more(
    client, sign_in, member, vacancy, candidates
):
    (seeker,) = candidates({})
    made = invite(vacancy, seeker, member.user)
    sign_in(seeker.user)
    for _ in range(2):
        client.post(f"/seeker/invitations/{made.public_id}/decline/")
    made.refresh_from_db()
    assert made.state == InvitationState.DECLINED
    assert Dismissal.objects.get().vacancy == vacancy
    assert "去应聘" not in client.get("/seeker/invitations/").content.decode()
    sign_in(member.user)
    assert "不考虑" in client.get(page_of(vacancy)).content.decode()
    applications.apply(seeker, vacancy, agreed=True)  # thought better of it
    made.refresh_from_db()
    assert made.state == InvitationState.ACCEPTED
    with pytest.raises(Refused):
        decline(made)


def test_declining_locks_the_person_first_as_applying_does(member, vacancy, candidates):
    (seeker,) = candidates({})
    made = invite(vacancy, seeker, member.user)
    with CaptureQueriesContext(connection) as found:
        decline(made)
    locks = [query["sql"] for query in found if "FOR UPDATE" in query["sql"]]
    assert ['FROM "jobseekers_jobseeker"' in sql for sql in locks[:2]] == [True, False]


def test_withdrawing_consent_hides_the_person_at_once(client, sign_in, member, vacancy, candidates):
    gone, stays, applied = candidates(
        {"name": "测试甲走"}, {"name": "测试乙留"}, {"name": "测试丙应"}
    )
    for seeker in (gone, stays, applied):
        invite(vacancy, seeker, member.user)
    made = applications.apply(applied, vacancy, agreed=True)
    set_findable(gone.user, False)
    set_findable(applied.user, False)
    sign_in(member.user)
    text = client.get(page_of(vacancy)).content.decode()
    assert stays.masked_name in text and applied.masked_name in text
    assert gone.masked_name not in text
    assert "另有" not in text, "a number beside yesterday's list says who it is"
    withdraw_consent(made.consent)
    text = client.get(page_of(vacancy)).content.decode()
    assert applied.masked_name not in text and "另有" not in text
    sign_in(gone.user)
    assert "去应聘" in client.get("/seeker/invitations/").content.decode()


def test_only_candidates_of_the_post_can_be_asked(member, vacancy, candidates):
    hidden, idle, said_no, applied, willing = candidates({}, {}, {}, {}, {})
    set_findable(hidden.user, False)
    idle.status = SeekerStatus.NOT_LOOKING
    idle.save()
    dismiss(said_no, vacancy, "too_far")
    anybody = JobSeekerFactory()
    set_findable(anybody.user, True)
    words = set()
    for seeker in (hidden, idle, said_no, anybody):
        with pytest.raises(Refused) as refusal:
            invite(vacancy, seeker, member.user)
        words.add(str(refusal.value))
    assert len(words) == 1  # the employer does not learn which it was
    ApplicationFactory(seeker=applied, vacancy=vacancy)
    with pytest.raises(Refused, match="已经应聘过"):
        invite(vacancy, applied, member.user)
    with pytest.raises(PermissionDenied):
        invite(vacancy, willing, MembershipFactory().user)
    with pytest.raises(Refused, match="不能写"):
        invite(vacancy, willing, member.user, "只要男性")
    vacancy.state, vacancy.closed_at = VacancyState.CLOSED, timezone.now()
    vacancy.close_outcome = "filled"
    vacancy.save()
    with pytest.raises(Refused, match="没有在招"):
        invite(vacancy, willing, member.user)
    assert not Invitation.objects.exists() and not Message.objects.filter(kind="invitation")


def test_so_many_a_day_and_no_more(client, sign_in, settings, member, vacancy, candidates):
    settings.INVITATIONS_PER_HEADCOUNT = 2
    people = candidates({}, {}, {}, {})
    for seeker in people[:2]:
        invite(vacancy, seeker, member.user)
    with pytest.raises(Refused, match="一天最多邀请 2 人"):
        invite(vacancy, people[2], member.user)
    sign_in(member.user)
    text = client.get(page_of(vacancy)).content.decode()
    assert "今天邀请的人数满了" in text and "发出邀请" not in text
    Invitation.objects.filter(seeker=people[0]).update(
        created_at=timezone.now() - timedelta(days=1)
    )
    invite(vacancy, people[2], member.user)
    assert Invitation.objects.count() == 3


def test_nobody_elses(client, sign_in, member, vacancy, candidates):
    made = invite(vacancy, candidates({})[0], member.user)
    stranger = JobSeekerFactory().user
    sign_in(stranger)
    assert client.post(f"/seeker/invitations/{made.public_id}/decline/").status_code == 404
    other = MembershipFactory().user
    sign_in(other)
    assert client.get(page_of(vacancy)).status_code == 404
    assert client.post(f"{page_of(vacancy)}invite/", {"seeker": "x"}).status_code == 404
    seen = Invitation.objects.visible_to
    assert not seen(stranger).exists() and not seen(other).exists()
    assert seen(member.user).get() == seen(UserFactory(city=True)).get() == made
    made.refresh_from_db()
    assert made.state == InvitationState.SENT


def test_the_pages_take_the_same_queries_however_long(
    client, sign_in, member, vacancy, candidates, django_assert_max_num_queries
):
    vacancy.headcount = 5
    vacancy.save()
    people = candidates(*[{} for _ in range(10)])
    for seeker in people[:5]:
        invite(vacancy, seeker, member.user)
    sign_in(member.user)
    with django_assert_max_num_queries(14):
        page = client.get(page_of(vacancy))
    assert len(page.context["candidates"]) == len(page.context["invited"]) == 5
    for _ in range(5):
        post = VacancyFactory()
        Invitation.objects.create(
            vacancy=post, seeker=people[0], invited_by=MembershipFactory().user
        )
    sign_in(people[0].user)
    with django_assert_max_num_queries(8):
        page = client.get("/seeker/invitations/")
    assert len(page.context["rows"]) == 6
