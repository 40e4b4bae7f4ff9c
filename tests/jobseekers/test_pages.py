"""What a job seeker does on the portal, page by page, and what is none of theirs."""

from datetime import timedelta

import pytest
from django.utils import timezone

from jobseekers.enums import ApplicationState
from jobseekers.forms import STEPS
from jobseekers.matching.certificates import CERTIFICATES
from jobseekers.matching.score import FULL_POINTS, PARTS
from jobseekers.models import Application, Dismissal, JobSeeker, MatchGeneration, Recommendation
from jobseekers.services import applications as service
from jobseekers.services.profile import set_findable
from portal.accounts.models import ConsentRecord, User
from portal.outbox.models import Message
from tests.factories import (
    ApplicationFactory,
    JobSeekerFactory,
    MatchGenerationFactory,
    MembershipFactory,
    UserFactory,
    VacancyFactory,
    division,
    occupation,
)

pytestmark = pytest.mark.django_db
ACCOUNT = {
    "role": "job_seeker",
    "display_name": "测试人",
    "phone": "19900005678",
    "password": "gao-lan-mu-7",
    "agreed": "on",
}
PROFILE = {
    "name": "测试人",
    "region": "320412",
    "education": "3",
    "experience_years": "2",
    "skills": "数控、看图纸",
    "status": "looking",
    "wish_1": "数控车工",
    "wish_2": "",
    "accepted_regions": ["320412"],
    "pay_expected": "6000",
}


@pytest.fixture
def city():
    """The codes the profile form offers."""
    return division("320412"), division("320411"), occupation("6-18-01")


def recommend(seeker, *vacancies):
    """A generation in use that recommends these to the seeker."""
    generation = MatchGenerationFactory()
    for rank, vacancy in enumerate(vacancies, start=1):
        Recommendation.objects.create(
            generation=generation, seeker=seeker, vacancy=vacancy, score=500 - rank,
            parts=[FULL_POINTS] * len(PARTS), seeker_rank=rank, vacancy_rank=1,
        )  # fmt: skip


def test_from_registering_to_being_hired_and_to_withdrawing(client, city):
    vacancy = VacancyFactory(title="数控车工")
    member = MembershipFactory(enterprise=vacancy.enterprise)
    page = f"/jobs/{vacancy.public_id}/"
    assert "登录后申请" in client.get(page).content.decode()

    answer = client.post("/account/register/", ACCOUNT | {"next": page})
    assert answer.url == f"/seeker/profile/?next=%2Fjobs%2F{vacancy.public_id}%2F"
    assert "先填简历" in client.get(page).content.decode()
    answer = client.post(answer.url, PROFILE)
    assert answer.url == page
    seeker = JobSeeker.objects.get(
        user=User.objects.get(phone_index__isnull=False, role="job_seeker")
    )
    assert seeker.skills == ["数控", "看图纸"] and seeker.accepted_regions == ["320412"]
    assert [wish.title for wish in seeker.intentions.all()] == ["数控车工"]

    refused = client.post(f"/seeker/apply/{vacancy.public_id}/", {"note": "能上夜班"})
    assert refused.status_code == 422 and "能上夜班" in refused.content.decode()
    assert not Application.objects.exists() and not ConsentRecord.objects.exists()
    sent = {"note": "能上夜班", "agreed": "on"}
    first = client.post(f"/seeker/apply/{vacancy.public_id}/", sent)
    again = client.post(f"/seeker/apply/{vacancy.public_id}/", sent)
    made = Application.objects.get()
    assert first.url == again.url == f"/seeker/applications/{made.public_id}/"
    assert made.consent.recipient == vacancy.enterprise
    assert Message.objects.filter(recipient=member.user).count() == 1
    assert "看申请到哪一步" in client.get(page).content.decode()

    service.invite(made, at=timezone.now() + timedelta(days=2), place="湖塘镇人社所")
    text = client.get(first.url).content.decode()
    assert "约面试" in text and "湖塘镇人社所" in text
    inbox = client.get("/seeker/messages/").content.decode()
    assert "1 条没看" in inbox and "湖塘镇人社所" in inbox
    message = Message.objects.get(recipient=seeker.user)
    opened = client.post(f"/seeker/messages/{message.public_id}/")
    assert opened.url == first.url
    message.refresh_from_db()
    assert message.read_at is not None

    client.post(f"/seeker/applications/{made.public_id}/withdraw/")
    made.refresh_from_db()
    made.consent.refresh_from_db()
    assert made.state == ApplicationState.WITHDRAWN and made.consent.withdrawn_at
    text = client.get(first.url).content.decode()
    assert "已撤回" in text and "撤回申请" not in text


def test_without_a_profile_the_pages_lead_to_it_and_back(client, sign_in, city):
    sign_in(UserFactory())
    vacancy = VacancyFactory()
    assert client.get("/seeker/recommendations/").url == "/seeker/profile/"
    answer = client.post(f"/seeker/apply/{vacancy.public_id}/", {"agreed": "on"})
    assert answer.url.startswith("/seeker/profile/?next=") and vacancy.public_id in answer.url
    assert client.get("/seeker/applications/").status_code == 200
    assert "还没有消息" in client.get("/seeker/messages/").content.decode()
    assert not Application.objects.exists()


@pytest.mark.parametrize(
    "change,words",
    [
        ({"wish_1": ""}, "最想做的工作"),
        ({"region": "999999"}, "现在住在"),
        ({"identity_number": "990000199001011234"}, "身份证号"),
        ({"pay_expected": "-1"}, "每月想要多少"),
        ({"accepted_regions": ["320412", "320411", "320402", "320404"]}, "最多选 3 个地区"),
        ({"skills": "、".join(f"技能{n}" for n in range(11))}, "最多写 10 样"),
    ],
)
def test_a_refused_profile_names_the_field_and_keeps_what_was_typed(
    client, sign_in, city, change, words
):
    division("320402"), division("320404")
    sign_in(UserFactory())
    page = client.post("/seeker/profile/", PROFILE | {"summary": "做过三年"} | change)
    text = page.content.decode()
    assert page.status_code == 422
    assert words in text and "做过三年" in text and "error-summary" in text
    assert not JobSeeker.objects.exists()


def test_next_leads_only_inside(client, sign_in, city):
    sign_in(UserFactory())
    answer = client.post("/seeker/profile/?next=//evil.example/", PROFILE)
    assert answer.url == "/seeker/recommendations/"


def test_care_mode_asks_one_thing_a_page_and_stores_nothing_before_the_last(client, sign_in, city):
    sign_in(UserFactory())
    client.cookies["care"] = "1"
    page = client.get("/seeker/profile/")
    assert "第 1 步，共 8 步" in page.content.decode()
    sent = {}
    for at, (title, names) in enumerate(STEPS):
        assert title in page.content.decode()
        hidden = {}
        for name, value in page.context["hidden"]:
            hidden.setdefault(name, []).append(value)
        answers = {name: PROFILE[name] for name in names if name in PROFILE}
        sent = hidden | answers | {"step": at, "go": "on"}
        if at == 0:
            blank = client.post("/seeker/profile/", hidden | {"step": 0, "go": "on", "wish_1": ""})
            assert blank.status_code == 422 and "最想做的工作" in blank.content.decode()
        assert not JobSeeker.objects.exists()
        page = client.post("/seeker/profile/", sent)
    assert page.url == "/seeker/recommendations/"
    seeker = JobSeeker.objects.get()
    assert (seeker.pay_expected, seeker.accepted_regions) == (6000, ["320412"])
    assert seeker.education == 3


def test_going_back_a_step_keeps_the_answers(client, sign_in, city):
    sign_in(UserFactory())
    client.cookies["care"] = "1"
    page = client.post("/seeker/profile/", {"step": 1, "go": "back", "wish_1": "数控车工"})
    assert "数控车工" in page.content.decode() and page.context["number"] == 1


def test_recommendations_say_why_and_what_does_not_suit_is_gone_at_once(client, sign_in, city):
    seeker = JobSeekerFactory(accepted_regions=["320412"])
    keep, drop = VacancyFactory(title="数控车工"), VacancyFactory(title="夜班车工")
    recommend(seeker, keep, drop)
    sign_in(seeker.user)
    text = client.get("/seeker/recommendations/").content.decode()
    assert "为您推荐 2 个岗位" in text and "工种一致" in text
    asked = client.get(f"/seeker/recommendations/?dismiss={drop.public_id}").content.decode()
    assert "哪里不合适" in asked
    client.post(f"/seeker/dismiss/{drop.public_id}/", {"reason": "nonsense"})
    assert not Dismissal.objects.exists()
    client.post(f"/seeker/dismiss/{drop.public_id}/", {"reason": "shift"})
    client.post(f"/seeker/dismiss/{drop.public_id}/", {"reason": "too_far"})
    assert Dismissal.objects.get().reason == "too_far"
    text = client.get("/seeker/recommendations/").content.decode()
    assert "为您推荐 1 个岗位" in text
    assert f"v-{keep.public_id}" in text and f"v-{drop.public_id}" not in text


def test_the_lists_take_the_same_queries_however_long(
    client, sign_in, city, django_assert_max_num_queries
):
    seeker = JobSeekerFactory()
    recommend(seeker, *[VacancyFactory() for _ in range(9)])
    for _ in range(8):
        ApplicationFactory(seeker=seeker)
    sign_in(seeker.user)
    with django_assert_max_num_queries(16):
        assert "再看 3 个" in client.get("/seeker/recommendations/").content.decode()
    with django_assert_max_num_queries(7):
        client.get("/seeker/applications/")


def test_one_certificate_away_is_a_list_of_its_own(client, sign_in, city):
    seeker = JobSeekerFactory(accepted_regions=["3204"], experience_years=5)
    VacancyFactory(title="持证车工", certificates=[CERTIFICATES[0].name])
    VacancyFactory(title="持两证车工", certificates=[CERTIFICATES[0].name, CERTIFICATES[1].name])
    sign_in(seeker.user)
    text = client.get("/seeker/recommendations/").content.decode()
    assert "再补一样就能做" in text and "持证车工" in text and "持两证车工" not in text


def test_who_does_not_look_is_told_why_there_is_nothing(client, sign_in, city):
    seeker = JobSeekerFactory(status="not_looking")
    sign_in(seeker.user)
    assert "暂时不找" in client.get("/seeker/recommendations/").content.decode()


def test_another_seekers_things_do_not_exist(client, sign_in, city):
    application = ApplicationFactory()
    message = Message.objects.create(
        recipient=application.seeker.user, kind="t", dedupe_key="t1", subject="给别人的"
    )
    sign_in(JobSeekerFactory().user)
    assert client.get(f"/seeker/applications/{application.public_id}/").status_code == 404
    for path in (
        f"/seeker/applications/{application.public_id}/withdraw/",
        f"/seeker/messages/{message.public_id}/",
        f"/seeker/consents/{application.consent.public_id}/withdraw/",
    ):
        assert client.post(path).status_code == 404
    application.refresh_from_db()
    application.consent.refresh_from_db()
    message.refresh_from_db()
    assert application.state == ApplicationState.APPLIED
    assert application.consent.withdrawn_at is None and message.read_at is None
    assert "给别人的" not in client.get("/seeker/messages/").content.decode()


def test_a_former_member_and_the_wrong_enterprise_see_no_applicant(client, sign_in, city):
    application = ApplicationFactory(seeker__name="测试丙", seeker__summary="做过三年车工")
    page = f"/enterprise/applicants/{application.public_id}/"
    member = MembershipFactory(enterprise=application.vacancy.enterprise)
    sign_in(member.user)
    text = client.get(page).content.decode()
    assert "做过三年车工" in text
    application.refresh_from_db()
    assert application.state == ApplicationState.SEEN
    member.ended_at = timezone.now()
    member.save()
    assert client.get(page).status_code != 200
    sign_in(MembershipFactory().user)
    assert client.get(page).status_code == 404
    assert client.post(page, {"act": "offer"}).status_code == 404
    application.refresh_from_db()
    assert application.state == ApplicationState.SEEN


def test_consents_are_listed_and_withdrawing_one_hides_the_resume(client, sign_in, city):
    application = ApplicationFactory(seeker__summary="做过三年车工")
    member = MembershipFactory(enterprise=application.vacancy.enterprise)
    sign_in(application.seeker.user)
    text = client.get("/seeker/consents/").content.decode()
    assert application.vacancy.enterprise.name in text
    client.post("/seeker/consents/", {"findable": "on"})
    client.post("/seeker/consents/", {"findable": "on"})
    assert ConsentRecord.objects.filter(kind="findable", withdrawn_at=None).count() == 1
    client.post("/seeker/consents/", {"findable": "off"})
    assert not ConsentRecord.objects.filter(kind="findable", withdrawn_at=None).exists()
    client.post(f"/seeker/consents/{application.consent.public_id}/withdraw/")
    text = client.get(f"/seeker/applications/{application.public_id}/").content.decode()
    assert "您撤回了同意" in text
    sign_in(member.user)
    text = client.get(f"/enterprise/applicants/{application.public_id}/").content.decode()
    assert "做过三年车工" not in text and "不再显示简历" in text


def test_only_those_who_agreed_stand_among_the_candidates(client, sign_in, city):
    vacancy = VacancyFactory()
    member = MembershipFactory(enterprise=vacancy.enterprise)
    willing = JobSeekerFactory(skills=["愿意被找到的技能"])
    silent = JobSeekerFactory(skills=["不愿意被找到的技能"])
    recommend(willing, vacancy)
    generation = MatchGeneration.objects.get()
    Recommendation.objects.create(
        generation=generation, seeker=silent, vacancy=vacancy, score=1, parts=[FULL_POINTS] * len(PARTS),
        seeker_rank=1, vacancy_rank=2,
    )  # fmt: skip
    set_findable(willing.user, True)
    sign_in(member.user)
    text = client.get(f"/enterprise/candidates/{vacancy.public_id}/").content.decode()
    assert "愿意被找到的技能" in text.replace("不愿意被找到的技能", "")
    assert "不愿意被找到的技能" not in text and willing.name not in text
    assert "重点帮扶" in text and "选择少" not in text  # no employer learns who has no alternative
