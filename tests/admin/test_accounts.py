"""Staff accounts: opened, changed and given new passwords by administrators, all on record."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.utils import InternalError
from django.urls import reverse

from portal.accounts.enums import Role
from portal.accounts.models import AccountChange, User
from portal.accounts.services import change_account, create_staff_account, reset_password
from tests.factories import UserFactory, division
from tests.factories.accounts import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator():
    return UserFactory(administrator=True)


@pytest.fixture
def office(client, administrator):
    client.force_login(administrator)
    return client


@pytest.fixture
def form():
    division("320412")
    return {
        "username": "wujin-02", "display_name": "测试戊", "role": "district_staff",
        "region": "320412", "office": "武进区人社局", "phone": "13800000021",
    }  # fmt: skip


def test_an_account_is_opened_and_its_password_shown_once(office, administrator, form, client):
    response = office.post(reverse("admin:accounts_user_open"), form)
    made = User.objects.get(username="wujin-02")
    password = response.context["password"]
    assert password in response.content.decode()
    assert made.check_password(password)
    assert (made.role, made.region_id, made.phone) == ("district_staff", "320412", "13800000021")
    change = AccountChange.objects.get(account=made)
    assert (change.by, change.kind) == (administrator, "created")
    assert change.after["role"] == "district_staff"
    assert password not in str(change.after) and "13800000021" not in str(change.after)
    page = office.get(reverse("admin:accounts_user_change", args=[made.pk])).content.decode()
    assert password not in page and "138****0021" in page


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"region": ""}, "region", "要有负责地区"),
        ({"username": "TAKEN"}, "username", "已经有人用"),
        ({"phone": "13800000099"}, "phone", "已经注册过"),
        ({"phone": "12"}, None, "手机号要 11 位"),
        ({"role": "job_seeker"}, "role", ""),
        ({"display_name": " "}, "display_name", ""),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(office, form, change, field, words):
    UserFactory(username="taken", phone="13800000099")
    response = office.post(reverse("admin:accounts_user_open"), form | change)
    assert response.status_code == 422
    errors = response.context["form"].errors
    assert set(errors) == {field or "__all__"}
    assert words in str(errors)
    assert "武进区人社局" in response.content.decode()
    assert not AccountChange.objects.exists()


def test_a_change_writes_what_was_and_what_is(office, form):
    officer = UserFactory(district=True, office="旧单位")
    url = reverse("admin:accounts_user_edit", args=[officer.pk])
    sent = {
        "display_name": officer.display_name, "role": "auditor", "region": "320412",
        "office": "审计处", "is_active": "on",
    }  # fmt: skip
    assert office.post(url, sent).status_code == 302
    change = AccountChange.objects.get(account=officer)
    assert change.before == {"role": "district_staff", "office": "旧单位"}
    assert change.after == {"role": "auditor", "office": "审计处"}
    assert office.post(url, sent).status_code == 302
    assert AccountChange.objects.count() == 1, "nothing changed, nothing written"


def test_a_switched_off_account_is_out_at_once(office, client):
    officer = UserFactory(district=True)
    other = type(client)()
    other.force_login(officer)
    assert other.get(reverse("accounts:password")).status_code == 200
    change_account(
        UserFactory(administrator=True), officer, display_name=officer.display_name,
        role=officer.role, region=officer.region, office="", is_active=False,
    )  # fmt: skip
    assert other.get(reverse("accounts:password")).status_code == 302


def test_accounts_of_the_public_are_only_switched(office):
    seeker = UserFactory()
    url = reverse("admin:accounts_user_edit", args=[seeker.pk])
    page = office.get(url)
    assert list(page.context["form"].fields) == ["is_active"]
    office.post(url, {"role": "administrator"})
    seeker.refresh_from_db()
    assert (seeker.role, seeker.is_active) == ("job_seeker", False)
    with pytest.raises(ValidationError, match="不能改"):
        change_account(
            UserFactory(administrator=True), seeker, display_name="甲", role=Role.CITY_STAFF,
            region=division("3204"), office="", is_active=True,
        )  # fmt: skip


def test_nobody_locks_themselves_out(office, administrator):
    url = reverse("admin:accounts_user_edit", args=[administrator.pk])
    for change in ({}, {"is_active": "on", "role": "auditor", "region": "3204"}):
        division("3204")
        sent = {"display_name": "甲", "role": "administrator", "office": ""} | change
        response = office.post(url, sent)
        assert response.status_code == 422
        assert "另一位系统管理员" in response.content.decode()
    administrator.refresh_from_db()
    assert administrator.is_active and administrator.role == "administrator"


def test_a_new_password_needs_a_reason_and_ends_every_session(office, administrator, client):
    seeker = UserFactory()
    other = type(client)()
    other.force_login(seeker)
    url = reverse("admin:accounts_user_password", args=[seeker.pk])
    assert office.post(url, {"reason": "忘"}).status_code == 422
    seeker.refresh_from_db()
    assert seeker.check_password(PASSWORD)
    response = office.post(url, {"reason": "本人持身份证到窗口"})
    seeker.refresh_from_db()
    assert seeker.check_password(response.context["password"])
    assert other.get(reverse("accounts:password")).status_code == 302
    change = AccountChange.objects.get(account=seeker)
    assert (change.kind, change.reason, change.by) == (
        "password", "本人持身份证到窗口", administrator,
    )  # fmt: skip


def test_only_administrators_may(form):
    city = UserFactory(city=True)
    with pytest.raises(PermissionDenied):
        create_staff_account(city, username="a", display_name="甲", role=Role.ADMINISTRATOR)
    with pytest.raises(PermissionDenied):
        reset_password(city, UserFactory(), "没有理由也想要")
    with pytest.raises(PermissionDenied):
        change_account(
            city, city, display_name="甲", role=Role.ADMINISTRATOR, region=None, office="",
            is_active=True,
        )  # fmt: skip


def test_the_record_cannot_be_changed(administrator):
    reset_password(administrator, UserFactory(), "本人来过窗口")
    with pytest.raises(InternalError), transaction.atomic():
        AccountChange.objects.update(reason="别的")
    with pytest.raises(InternalError), transaction.atomic():
        AccountChange.objects.all().delete()
