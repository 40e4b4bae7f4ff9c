"""Signing in, the lock per account, the idle time-out, what is recorded."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.accounts.enums import SignInOutcome
from portal.accounts.models import SignIn
from tests.factories import UserFactory
from tests.factories.accounts import PASSWORD

pytestmark = pytest.mark.django_db
URL = "/account/sign-in/"


def attempt(client, name, password=PASSWORD, **extra):
    """One try."""
    return client.post(URL, {"name": name, "password": password}, **extra)


@pytest.mark.parametrize("typed", ["gongren1", "GongRen1", " gongren1 "])
def test_signs_in_by_user_name(client, typed):
    user = UserFactory(username="gongren1")
    response = attempt(client, typed)
    assert response.status_code == 302
    assert client.session["_auth_user_id"] == str(user.pk)


@pytest.mark.parametrize("typed", ["19900001234", "１９９００００１２３４", "199 0000 1234"])
def test_signs_in_by_phone_however_it_is_written(client, typed):
    user = UserFactory(phone="19900001234")
    attempt(client, typed)
    assert client.session["_auth_user_id"] == str(user.pk)


def test_five_failures_lock_the_account_from_every_address(client):
    UserFactory(username="gongren1", phone="19900001234")
    for number in range(4):
        page = attempt(client, "gongren1", "wrong", REMOTE_ADDR=f"10.0.0.{number}")
        assert f"还可以试 {4 - number} 次" in page.content.decode()
    fifth = attempt(client, "19900001234", "wrong", REMOTE_ADDR="10.0.0.9")
    assert "账号锁定 30 分钟" in fifth.content.decode()
    right = attempt(client, "gongren1", REMOTE_ADDR="10.0.0.77")
    assert right.status_code == 422
    assert "还要等 30 分钟" in right.content.decode()
    assert "_auth_user_id" not in client.session
    assert SignIn.objects.filter(outcome=SignInOutcome.LOCKED).count() == 1


def test_the_lock_ends_after_thirty_minutes(client):
    user = UserFactory(username="gongren1")
    for _ in range(5):
        attempt(client, "gongren1", "wrong")
    SignIn.objects.update(at=timezone.now() - timedelta(minutes=30, seconds=1))
    attempt(client, "gongren1")
    assert client.session["_auth_user_id"] == str(user.pk)


def test_a_success_wipes_the_count(client):
    UserFactory(username="gongren1")
    for _ in range(4):
        attempt(client, "gongren1", "wrong")
    attempt(client, "gongren1")
    client.logout()
    page = attempt(client, "gongren1", "wrong")
    assert "还可以试 4 次" in page.content.decode()


def test_an_unknown_name_reads_like_a_wrong_password_and_locks_too(client):
    UserFactory(username="gongren1")
    known = attempt(client, "gongren1", "wrong").content.decode()
    unknown = attempt(client, "nobody", "wrong").content.decode()
    sentence = "账号或密码不对，还可以试 4 次"
    assert sentence in known and sentence in unknown
    for _ in range(4):
        attempt(client, "nobody", "wrong")
    assert "账号已锁定" in attempt(client, "nobody", "wrong").content.decode()


def test_the_typed_name_is_not_kept(client):
    attempt(client, "19900001234", "wrong")
    record = SignIn.objects.get()
    assert "19900001234" not in str(vars(record))


def test_an_account_that_was_switched_off_cannot_sign_in(client):
    UserFactory(username="gongren1", is_active=False)
    assert "已经停用" in attempt(client, "gongren1").content.decode()
    assert "已经停用" not in attempt(client, "gongren1", "wrong").content.decode()


def test_next_leads_only_inside(client):
    UserFactory(username="gongren1")
    outside = client.post(
        URL, {"name": "gongren1", "password": PASSWORD, "next": "https://example.com/"}
    )
    assert outside.url == reverse("accounts:start")


def test_staff_are_signed_out_after_thirty_idle_minutes_and_told(client, monkeypatch):
    client.force_login(UserFactory(city=True))
    client.get("/privacy/")
    later = timezone.now() + timedelta(minutes=31)
    monkeypatch.setattr("portal.accounts.middleware.timezone.now", lambda: later)
    response = client.get("/account/password/", follow=True)
    assert "30 分钟没有操作，已为您退出" in response.content.decode()
    assert "_auth_user_id" not in client.session


def test_a_seeker_is_not_signed_out_for_being_slow(client, monkeypatch):
    client.force_login(UserFactory())
    client.get("/privacy/")
    later = timezone.now() + timedelta(minutes=31)
    monkeypatch.setattr("portal.accounts.middleware.timezone.now", lambda: later)
    assert client.get("/account/password/").status_code == 200


def test_signing_out_is_recorded_and_only_by_post(client):
    user = UserFactory()
    client.force_login(user)
    assert client.get("/account/sign-out/").status_code == 405
    client.post("/account/sign-out/")
    assert "_auth_user_id" not in client.session
    assert SignIn.objects.filter(user=user, outcome=SignInOutcome.SIGNED_OUT).exists()


@pytest.mark.parametrize(
    "proxies,header,kept",
    [
        (0, "203.0.113.9", "10.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (2, "198.51.100.1, 203.0.113.9, 10.1.1.1", "203.0.113.9"),
        (1, "nonsense", None),
        (1, "", "10.0.0.1"),
    ],
)
def test_the_address_kept_is_the_one_our_own_proxy_saw(client, settings, proxies, header, kept):
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"NUM_PROXIES": proxies}
    extra = {"HTTP_X_FORWARDED_FOR": header} if header else {}
    attempt(client, "nobody", "wrong", REMOTE_ADDR="10.0.0.1", **extra)
    assert SignIn.objects.get().address == kept


def test_other_ways_to_write_a_name_share_one_count(client):
    UserFactory(username="gongren1", phone="19900001234")
    for typed in ("gongren1", "GONGREN1", "ｇｏｎｇｒｅｎ１", " gongren1", "+86 199-0000-1234"):
        attempt(client, typed, "wrong")
    assert "账号已锁定" in attempt(client, "gongren1").content.decode()


@pytest.mark.parametrize(
    "name,password", [("gongren\x001", "x"), ("a" * 41, "x"), ("a", "x" * 129)]
)
def test_what_no_account_can_be_is_refused_before_anything_is_computed(client, name, password):
    assert attempt(client, name, password).status_code == 422
    assert not SignIn.objects.exists()


def test_signing_in_changes_the_session(client):
    UserFactory(username="gongren1")
    client.get("/hotlines/ask/")
    session = client.session
    session["planted"] = "x"
    session.save()
    before = session.session_key
    attempt(client, "gongren1")
    assert client.session.session_key != before
