"""Members come and go; key lists have dates and a document."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from enterprises.enums import KeyListKind
from enterprises.models import Enterprise
from enterprises.services.key_lists import put_on_key_list, take_off_key_list
from enterprises.services.members import end_membership, invite_member, make_owner
from tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_an_owner_adds_a_member_by_phone(member, enterprise, inbox):
    other = UserFactory(member=True, phone="13800000002")
    invite_member(enterprise, member, sign_in_name=" １３８00000002")
    assert Enterprise.objects.visible_to(other).get() == enterprise
    assert inbox(other) == [f"您已成为{enterprise.name}的成员"]


def test_an_unknown_name_and_a_seekers_account_get_the_same_answer(member, enterprise):
    seeker = UserFactory()
    answers = set()
    for name in ("nobody-at-all", seeker.username):
        with pytest.raises(ValidationError) as refused:
            invite_member(enterprise, member, sign_in_name=name)
        answers.add(refused.value.messages[0])
    assert len(answers) == 1


def test_adding_a_member_twice_is_refused_in_words(member, enterprise):
    other = UserFactory(member=True)
    invite_member(enterprise, member, sign_in_name=other.username)
    with pytest.raises(ValidationError, match="已经是本企业成员"):
        invite_member(enterprise, member, sign_in_name=other.username)


def test_a_member_who_does_not_manage_adds_nobody(enterprise):
    plain = MembershipFactory(enterprise=enterprise, is_owner=False).user
    other = UserFactory(member=True)
    with pytest.raises(PermissionDenied):
        invite_member(enterprise, plain, sign_in_name=other.username)


def test_an_ended_member_sees_nothing_any_more(member, enterprise, client, inbox):
    plain = MembershipFactory(enterprise=enterprise, is_owner=False)
    end_membership(plain, member)
    assert not Enterprise.objects.visible_to(plain.user).exists()
    assert inbox(plain.user) == [f"您不再是{enterprise.name}的成员"]
    client.force_login(plain.user)
    assert client.get(reverse("enterprises:vacancies")).status_code == 404


def test_the_last_owner_stays_until_another_manages(membership, member, enterprise):
    other = MembershipFactory(enterprise=enterprise, is_owner=False)
    with pytest.raises(ValidationError, match="至少要留一位"):
        end_membership(membership, member)
    make_owner(other, member)
    end_membership(membership, member)
    membership.refresh_from_db()
    assert membership.ended_at is not None


def test_a_member_may_leave_but_not_send_others_away(enterprise):
    one = MembershipFactory(enterprise=enterprise, is_owner=False)
    two = MembershipFactory(enterprise=enterprise, is_owner=False)
    with pytest.raises(PermissionDenied):
        end_membership(two, one.user)
    end_membership(one, one.user)
    one.refresh_from_db()
    assert one.ended_at is not None


def test_the_members_page_adds_and_removes_without_script(member, enterprise, sign_in):
    other = UserFactory(member=True, phone="13800000003", display_name="测试戊")
    client = sign_in(member)
    page = client.post(
        reverse("enterprises:members"), {"sign_in_name": "13800000003"}, follow=True
    ).content.decode()
    assert "测试戊" in page
    assert "138****0003" in page
    assert "13800000003" not in page
    row = enterprise.memberships.get(user=other)
    client.post(reverse("enterprises:member_change", args=[row.pk]), {"action": "end"})
    row.refresh_from_db()
    assert row.ended_at is not None


def test_a_member_of_two_enterprises_switches(member, enterprise, sign_in):
    second = MembershipFactory(user=member).enterprise
    client = sign_in(member)
    assert enterprise.name in client.get(reverse("enterprises:vacancies")).content.decode()
    client.post(reverse("enterprises:switch"), {"enterprise": second.public_id})
    page = client.get(reverse("enterprises:overview"))
    assert page.context["enterprise"] == second
    foreign = MembershipFactory().enterprise
    refused = client.post(reverse("enterprises:switch"), {"enterprise": foreign.public_id})
    assert refused.status_code == 404


# ---- key lists ---------------------------------------------------------------------------------


def listed(enterprise, officer, starts_on=date(2026, 1, 1), ends_on=None):
    return put_on_key_list(
        enterprise,
        officer,
        kind=KeyListKind.DAILY_LIFE,
        source="常人社发〔2020〕17号",
        starts_on=starts_on,
        ends_on=ends_on,
    )


def test_on_the_list_from_the_first_day_until_before_the_last(enterprise, officer, member, inbox):
    listed(enterprise, officer, ends_on=date(2026, 2, 1))
    on = Enterprise.objects.key_on
    assert not on(date(2025, 12, 31)).exists()
    assert on(date(2026, 1, 1)).exists()
    assert on(date(2026, 1, 31)).exists()
    assert not on(date(2026, 2, 1)).exists()
    assert inbox(member) == ["已列入重点名录：群众生活必需"]


def test_the_same_list_twice_on_the_same_days_is_refused(enterprise, officer):
    listed(enterprise, officer, ends_on=date(2026, 2, 1))
    with pytest.raises(ValidationError, match="已经在这个名录里"):
        listed(enterprise, officer, starts_on=date(2026, 1, 31))
    listed(enterprise, officer, starts_on=date(2026, 2, 1))
    assert enterprise.key_entries.count() == 2


def test_taking_off_sets_the_first_day_off(enterprise, officer):
    entry = listed(enterprise, officer)
    with pytest.raises(ValidationError, match="晚于列入"):
        take_off_key_list(entry, officer, ends_on=date(2026, 1, 1))
    take_off_key_list(entry, officer, ends_on=date(2026, 3, 1))
    assert not Enterprise.objects.key_on(date(2026, 3, 1)).exists()
    with pytest.raises(ValidationError, match="已经移出"):
        take_off_key_list(entry, officer, ends_on=date(2026, 4, 1))


def test_a_list_needs_its_document(enterprise, officer):
    with pytest.raises(ValidationError, match="来源文件"):
        put_on_key_list(
            enterprise, officer, kind="above_scale", source=" ", starts_on=date(2026, 1, 1)
        )


def test_staff_of_another_district_list_nobody(enterprise, neighbour):
    with pytest.raises(PermissionDenied):
        listed(enterprise, neighbour)


def test_the_staff_page_lists_and_takes_off(enterprise, officer, sign_in):
    client = sign_in(officer)
    today = timezone.localdate()
    url = reverse("workbench:key_list_add", args=[enterprise.public_id])
    client.post(url, {"kind": "major_project", "source": "市重大项目清单", "starts_on": today})
    entry = enterprise.key_entries.get()
    page = client.get(reverse("workbench:enterprise", args=[enterprise.public_id]))
    assert "市重大项目清单" in page.content.decode()
    end = reverse("workbench:key_list_end", args=[enterprise.public_id, entry.pk])
    client.post(end, {"ends_on": today + timedelta(days=1)})
    entry.refresh_from_db()
    assert entry.ends_on == today + timedelta(days=1)
