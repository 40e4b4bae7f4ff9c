"""岗位订阅: saving a search, what is new under it, told once, and unsubscribing by link."""

from datetime import timedelta

import pytest
from django.core import signing
from django.utils import timezone

from enterprises.search import index_vacancies
from enterprises.search_params import SearchParams
from jobseekers.models import JobAlert, JobAlertDelivery
from jobseekers.services import alerts
from jobseekers.services.alerts import change, new_posts, send_alerts, subscribe, token_of
from portal.accounts.models import ConsentRecord
from portal.outbox import services as outbox
from portal.outbox.models import Channel, Delivery, Message
from portal.refused import Refused
from portal.runs.models import JobRun, RunState
from portal.runs.services import AlreadyDone
from tests.factories import (
    JobSeekerFactory,
    MembershipFactory,
    UserFactory,
    VacancyFactory,
    division,
)

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


@pytest.fixture
def clock(monkeypatch):
    """clock(days=…) moves what alerts and rows take for now; starts at noon of today."""
    begin = timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0)
    at = {"now": begin}
    monkeypatch.setattr(timezone, "now", lambda: at["now"])

    def move(**span):
        at["now"] += timedelta(**span)
        return at["now"]

    return move


def post(title="数控车工", **values):
    """A live post that the search finds."""
    vacancy = VacancyFactory(title=title, published_at=timezone.now(), **values)
    index_vacancies([vacancy.pk])
    return vacancy


def alert(seeker=None, text="车工", frequency="daily"):
    """A saved search."""
    made = subscribe(seeker or JobSeekerFactory(), SearchParams(text=text), frequency)
    made.created_at = timezone.now()  # the model's own default does not hear of the test's clock
    made.save()
    return made


def run(day=None):
    """One day's run; messages it wrote, oldest first."""
    before = set(Message.objects.values_list("pk", flat=True))
    send_alerts(day)
    return list(Message.objects.exclude(pk__in=before).order_by("pk"))


# ---- what is new --------------------------------------------------------------------------------


def test_new_posts_are_told_once_with_links_and_their_number(clock):
    post("以前就有的车工")
    clock(hours=1)
    mine = alert()
    clock(hours=20)
    made = [post(f"数控车工{n}") for n in range(7)]
    post("电焊工")
    clock(hours=1)
    (message,) = run()
    assert (
        message.recipient == mine.seeker.user and message.subject == "您订阅的“车工”有 7 个新岗位"
    )
    lines = message.body.splitlines()
    assert [line.split(" ")[-1] for line in lines[:5]] == [
        f"/jobs/{one.public_id}/" for one in reversed(made[2:])
    ]
    assert "6,500–8,500 元/月" in lines[0] and made[-1].enterprise.name in lines[0]
    assert lines[5].startswith("还有 2 个") and token_of(mine) in lines[6]
    assert mine.deliveries.get().found == 7
    clock(days=1)
    assert run() == []
    assert sorted(mine.deliveries.values_list("found", flat=True)) == [0, 7]


def test_the_same_posts_as_on_the_page_of_the_search(clock, client):
    since = clock(minutes=1)
    params = SearchParams(regions=("320411",), pay=8000, only=("lodging",))
    near = post(region=division("320411"), pay_max=8500, lodging="both")
    post(region=division("320411"), pay_max=8500)
    post(pay_max=8500, lodging="both")
    post(region=division("320411"), pay_min=3000, pay_max=7900, lodging="both")
    until = clock(minutes=1)
    shown = client.get(params.url()).context["page"].vacancies
    assert list(new_posts(params, since, until)) == shown == [near]


def test_a_post_is_new_when_it_begins_to_show_and_only_then(clock):
    mine = alert()
    clock(hours=1)
    later = post(starts_on=TODAY() + timedelta(days=2))
    clock(days=1)
    assert run() == []
    clock(days=1)
    (message,) = run()
    assert later.public_id in message.body
    clock(days=1)
    assert run() == [] and mine.deliveries.count() == 3


def test_what_is_published_while_the_run_looks_is_told_the_next_day(clock):
    mine = alert()
    clock(days=1)
    fresh = post()
    clock(minutes=1)
    assert run() == []
    clock(days=1)
    (message,) = run()
    assert fresh.public_id in message.body and mine.deliveries.count() == 2


def test_a_weekly_alert_collects_seven_days(clock):
    mine = alert(frequency="weekly")
    told = []
    for day in range(1, 15):
        post(f"数控车工{day}")
        clock(days=1)
        told += [(day, message.subject[-6:]) for message in run()]
    assert told == [(7, "7 个新岗位"), (14, "7 个新岗位")]
    assert mine.deliveries.count() == 2
    change(mine, "daily")
    post("数控车工日")
    clock(days=1)
    assert len(run()) == 1


# ---- once ---------------------------------------------------------------------------------------


def test_a_run_killed_half_way_goes_on_and_tells_nobody_twice(clock, monkeypatch):
    owners = [alert().seeker.user for _ in range(4)]
    clock(hours=1)
    post()
    clock(days=1)
    whole, calls = alerts._deliver, []

    def dying(pk, *args):
        if len(calls) == 2:
            raise KeyboardInterrupt
        calls.append(pk)
        return whole(pk, *args)

    monkeypatch.setattr(alerts, "_deliver", dying)
    with pytest.raises(KeyboardInterrupt):
        send_alerts()
    assert Message.objects.count() == 2
    JobRun.objects.update(state=RunState.RUNNING)  # as a killed process leaves it
    monkeypatch.setattr(alerts, "_deliver", whole)
    assert send_alerts() == 2
    assert sorted(Message.objects.values_list("recipient", flat=True)) == sorted(
        owner.pk for owner in owners
    )
    assert JobAlertDelivery.objects.count() == 4
    with pytest.raises(AlreadyDone):
        send_alerts()
    assert Message.objects.count() == 4


def test_one_that_fails_keeps_nobody_else_from_theirs(clock, monkeypatch, caplog):
    first, *others = [alert() for _ in range(3)]
    clock(hours=1)
    post()
    clock(days=1)
    whole = alerts._deliver

    def failing(pk, *args):
        if pk == first.pk:
            raise ValueError("13800000001")
        return whole(pk, *args)

    monkeypatch.setattr(alerts, "_deliver", failing)
    with pytest.raises(alerts.AlertsFailed):
        send_alerts()
    told = set(Message.objects.values_list("recipient", flat=True))
    assert told == {one.seeker.user_id for one in others}
    job = JobRun.objects.get(kind="alerts")
    assert job.state == RunState.FAILED
    assert f"1 个岗位订阅没有送出：{first.pk}" in job.error
    assert f"alert {first.pk} was not delivered" in caplog.text
    assert "13800000001" not in caplog.text + job.error
    monkeypatch.setattr(alerts, "_deliver", whole)
    assert send_alerts() == 1


def test_what_ended_since_the_list_was_made_is_left_out(clock):
    mine, other = alert(), alert()
    clock(hours=1)
    post()
    clock(days=1)
    alerts.end(mine)
    until = timezone.now() - alerts.SETTLED
    assert alerts._deliver(mine.pk, TODAY(), until, alerts._Found(until)) == 0
    assert [message.recipient for message in run()] == [other.seeker.user]
    found = alerts._Found(until)
    assert alerts._deliver(other.pk, TODAY(), until, found) == 0
    other.seeker.user.is_active = False
    other.seeker.user.save()
    post()
    clock(days=1)
    assert run() == []


def test_equal_searches_are_looked_up_once(clock, django_assert_max_num_queries, monkeypatch):
    for _ in range(4):
        alert()
    clock(hours=1)
    post()
    clock(days=1)
    run()
    looked = []
    real = alerts.new_posts
    monkeypatch.setattr(alerts, "new_posts", lambda *a: looked.append(a) or real(*a))
    clock(days=1)
    run()
    assert len(looked) == 1


def test_alerts_do_not_go_by_sms(clock, settings):
    settings.MESSAGE_GATEWAYS = {"sms": "tests.outbox.gateway.send"}
    mine = alert()
    ConsentRecord.objects.create(user=mine.seeker.user, kind="sms", wording="同意短信。")
    clock(hours=1)
    post()
    clock(days=1)
    assert len(run()) == 1
    assert not Delivery.objects.filter(channel=Channel.SMS).exists()


# ---- pages --------------------------------------------------------------------------------------


def test_a_stranger_signs_in_on_the_way_and_comes_back_to_the_search(client, sign_in):
    post()
    division("320412")
    page = client.get("/jobs/?q=%E8%BD%A6%E5%B7%A5&region=320412&sort=new")
    address = page.context["alert_url"]
    assert address == "/seeker/alerts/new/?q=%E8%BD%A6%E5%B7%A5&region=320412"
    assert address.replace("&", "&amp;") in page.content.decode()
    asked = client.get(address)
    assert asked.url.startswith("/account/sign-in/?next=/seeker/alerts/new/%3Fq%3D")
    user = UserFactory()
    sign_in(user)
    asked = client.get(address)
    assert asked.url.startswith("/seeker/profile/?next=") and "alerts" in asked.url
    seeker = JobSeekerFactory(user=user)
    text = client.get(address).content.decode()
    assert "车工" in text and "武进区" in text
    assert client.post(address, {"frequency": "hourly"}).status_code == 422
    assert client.post(address, {"frequency": "weekly"}).url == "/seeker/alerts/"
    made = JobAlert.objects.get()
    assert (made.seeker, made.name, made.frequency) == (seeker, "车工，武进区", "weekly")
    client.post(address, {"frequency": "daily"})
    made.refresh_from_db()
    assert JobAlert.objects.count() == 1 and made.frequency == "daily"
    search = client.get(f"/seeker/alerts/{made.public_id}/").url
    assert search == "/jobs/?q=%E8%BD%A6%E5%B7%A5&region=320412&sort=new"


def test_employers_and_staff_are_offered_none(client, sign_in):
    post()
    sign_in(MembershipFactory().user)
    assert client.get("/jobs/?q=车工").context["alert_url"] == ""
    assert client.get("/seeker/alerts/new/").status_code == 404


def test_changing_and_ending_on_the_page(client, sign_in):
    mine, other = alert(), alert()
    sign_in(mine.seeker.user)
    address = f"/seeker/alerts/{mine.public_id}/"
    client.post(address, {"act": "change", "frequency": "weekly"})
    mine.refresh_from_db()
    assert mine.frequency == "weekly"
    client.post(address, {"act": "change", "frequency": "x"})
    client.post(address, {"act": "end"})
    client.post(address, {"act": "end"})
    mine.refresh_from_db()
    assert mine.frequency == "weekly" and mine.ended_at is not None
    assert "还没有订阅" in client.get("/seeker/alerts/").content.decode()
    foreign = f"/seeker/alerts/{other.public_id}/"
    assert client.get(foreign).status_code == 404
    assert client.post(foreign, {"act": "end"}).status_code == 404
    other.refresh_from_db()
    assert other.ended_at is None
    assert subscribe(mine.seeker, SearchParams(text="车工"), "daily").pk != mine.pk


def test_there_is_an_end_to_how_many_and_how_long(monkeypatch):
    seeker = JobSeekerFactory()
    monkeypatch.setattr(alerts, "MOST", 1)
    alert(seeker)
    with pytest.raises(Refused):
        alert(seeker, "焊工")
    regions = tuple(f"3204{n:05d}" for n in range(10))
    with pytest.raises(Refused):
        subscribe(JobSeekerFactory(), SearchParams(text="车" * 40, regions=regions), "daily")
    assert JobAlert.objects.count() == 1


def test_the_link_ends_the_alert_by_its_button_without_signing_in(client):
    mine = alert()
    address = f"/seeker/alerts/off/{token_of(mine)}/"
    page = client.get(address)
    text = page.content.decode()
    assert page.status_code == 200 and 'type="submit">退订' in text
    mine.refresh_from_db()
    assert mine.ended_at is None  # looking ends nothing
    assert "车工" not in text and mine.seeker.name not in text
    for _ in range(2):
        assert "已退订" in client.post(address).content.decode()
    mine.refresh_from_db()
    assert mine.ended_at is not None
    assert "已退订" in client.get(address).content.decode()


def test_the_link_holds_nothing_about_the_person_and_cannot_be_made_up(client):
    mine = alert()
    token = token_of(mine)
    assert token.split(":")[0] == mine.public_id and token.count(":") == 1
    forged = [
        mine.public_id,
        f"{mine.public_id}:x",
        token[:-1] + ("a" if token[-1] != "a" else "b"),
        signing.Signer(salt="other").sign(mine.public_id),
        signing.Signer(salt="jobseekers.alerts.unsubscribe").sign("nobody"),
    ]
    for wrong in forged:
        for page in (
            client.get(f"/seeker/alerts/off/{wrong}/"),
            client.post(f"/seeker/alerts/off/{wrong}/"),
        ):
            assert page.status_code == 404 and "退订链接不对" in page.content.decode()
    mine.refresh_from_db()
    assert mine.ended_at is None


def test_the_inbox_shows_the_lines_as_links(clock, client, sign_in):
    mine = alert()
    clock(hours=1)
    one = post("车工 <b>/x")
    clock(days=1)
    run()
    sign_in(mine.seeker.user)
    text = client.get("/seeker/messages/").content.decode()
    assert f'href="/jobs/{one.public_id}/">车工 &lt;b&gt;/x，' in text
    assert f'href="/seeker/alerts/off/{token_of(mine)}/">不想再收' in text


def test_an_address_that_somebody_wrote_is_no_link(client, sign_in):
    seeker = JobSeekerFactory()
    outbox.post(
        seeker.user,
        kind="invitation",
        key="test",
        subject="有单位邀请您",
        body="单位留言：\n先看这里 /seeker/logout/",
        path="/seeker/invitations/",
    )
    sign_in(seeker.user)
    text = client.get("/seeker/messages/").content.decode()
    assert "先看这里 /seeker/logout/" in text and 'href="/seeker/logout/">先看' not in text


def test_the_page_takes_the_same_queries_however_long(
    client, sign_in, django_assert_max_num_queries
):
    seeker = JobSeekerFactory()
    for text in ("车工", "焊工", "电工", "钳工", "普工", "司机"):
        alert(seeker, text)
    sign_in(seeker.user)
    with django_assert_max_num_queries(6):
        page = client.get("/seeker/alerts/")
    assert len(page.context["rows"]) == 6
