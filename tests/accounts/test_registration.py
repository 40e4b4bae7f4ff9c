"""Registering, changing the password, 关怀版."""

import pytest

from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.accounts.services import register_account
from tests.factories import UserFactory
from tests.factories.accounts import PASSWORD

pytestmark = pytest.mark.django_db
GOOD = {
    "role": "job_seeker",
    "display_name": "测试人",
    "phone": "19900005678",
    "password": "gao-lan-mu-7",
    "agreed": "on",
}


def test_a_seeker_registers_and_is_signed_in(client):
    response = client.post("/account/register/", GOOD)
    user = User.objects.get()
    assert response.status_code == 302
    assert (user.role, user.phone) == (Role.JOB_SEEKER, "19900005678")
    assert client.session["_auth_user_id"] == str(user.pk)


@pytest.mark.parametrize(
    "change,words",
    [
        ({"phone": "12345"}, "手机号要 11 位数字"),
        ({"password": "short-1"}, "10"),
        ({"password": "1234567890123"}, "数字"),
        ({"agreed": ""}, "请先阅读说明"),
        ({"role": "city_staff"}, "选择"),
    ],
)
def test_bad_input_is_named_and_nothing_is_made(client, change, words):
    page = client.post("/account/register/", GOOD | change)
    assert page.status_code == 422
    assert words in page.content.decode()
    assert not User.objects.exists()


def test_a_phone_registers_once_however_it_is_written(client):
    client.post("/account/register/", GOOD)
    client.logout()
    page = client.post("/account/register/", GOOD | {"phone": "＋86 199-0000-5678"})
    assert "已经注册过" in page.content.decode()
    assert User.objects.count() == 1


def test_nobody_registers_as_staff():
    with pytest.raises(ValueError, match="cannot register"):
        register_account(phone="19900005678", password="x", display_name="x", role=Role.CITY_STAFF)


def test_password_is_changed_only_with_the_old_one(client):
    user = UserFactory()
    client.force_login(user)
    url = "/account/password/"
    wrong = client.post(url, {"old": "not-it", "new": "gao-lan-mu-7"})
    assert "现在的密码不对" in wrong.content.decode()
    same = client.post(url, {"old": PASSWORD, "new": PASSWORD})
    assert "新密码和现在的一样" in same.content.decode()
    client.post(url, {"old": PASSWORD, "new": "gao-lan-mu-7"})
    user.refresh_from_db()
    assert user.check_password("gao-lan-mu-7")


def test_care_mode_is_kept_in_the_cookie_and_the_profile(client):
    user = UserFactory()
    client.force_login(user)
    response = client.get("/care/?mode=on&next=/privacy/")
    assert response.url == "/privacy/"
    user.refresh_from_db()
    assert user.care_mode
    page = client.get("/privacy/")
    assert "回到标准版" in page.content.decode()
    client.get("/care/?mode=off")
    user.refresh_from_db()
    assert not user.care_mode
    assert "关怀版" in client.get("/privacy/").content.decode()


def test_care_mode_does_not_lead_outside(client):
    assert client.get("/care/?mode=on&next=//example.com/").url == "/"
