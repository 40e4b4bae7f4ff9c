"""Registering an enterprise and keeping its facts (A1)."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from enterprises.enums import LicenceState, SizeClass
from enterprises.models import Enterprise
from enterprises.services.register import register_enterprise, update_enterprise
from portal.accounts.models import Membership
from tests.factories import EnterpriseFactory, MembershipFactory, UserFactory, division, industry
from tests.factories.enterprises import credit_code

pytestmark = pytest.mark.django_db


def facts(**changes):
    return {
        "credit_code": credit_code(77),
        "name": "常州测样鞋业有限公司",
        "region": division("320412100"),
        "industry": industry("C34"),
        "contact_name": "测试丁",
        "contact_phone": "138 0000 0001",
        **changes,
    }


def test_registering_makes_the_user_the_first_owner():
    user = UserFactory(member=True)
    enterprise = register_enterprise(user, facts())
    membership = Membership.objects.get(user=user, enterprise=enterprise)
    assert membership.is_owner
    assert enterprise.licence_state == LicenceState.PENDING
    assert enterprise.contact_phone == "13800000001"


def test_a_code_typed_in_full_width_with_blanks_is_the_same_code():
    code = credit_code(77)
    wide = "　" + "".join(chr(ord(c) + 0xFEE0) for c in code[:9]) + " " + code[9:].lower() + " "
    enterprise = register_enterprise(UserFactory(member=True), facts(credit_code=wide))
    assert enterprise.credit_code == code


def test_a_wrong_check_character_is_refused_at_its_field():
    code = credit_code(77)
    wrong = code[:-1] + ("1" if code[-1] != "1" else "2")
    with pytest.raises(ValidationError) as refused:
        register_enterprise(UserFactory(member=True), facts(credit_code=wrong))
    assert "对照营业执照" in refused.value.message_dict["credit_code"][0]


def test_the_same_enterprise_twice_is_refused_and_leaves_no_membership():
    register_enterprise(UserFactory(member=True), facts())
    second = UserFactory(member=True)
    with pytest.raises(ValidationError) as refused:
        register_enterprise(second, facts())
    assert "已经登记过" in refused.value.message_dict["credit_code"][0]
    assert not Membership.objects.filter(user=second).exists()


def test_a_job_seekers_account_does_not_register_an_enterprise():
    with pytest.raises(PermissionDenied):
        register_enterprise(UserFactory(), facts())
    assert not Enterprise.objects.exists()


def test_the_size_class_comes_with_the_rule_that_gave_it():
    enterprise = register_enterprise(
        UserFactory(member=True), facts(staff_total=350, revenue_wan=5000)
    )
    assert enterprise.size_class == SizeClass.MEDIUM
    assert "从业人员 350 人" in enterprise.size_rule
    assert "国统字〔2017〕213号" in enterprise.size_rule


def test_without_figures_there_is_no_size_class():
    enterprise = register_enterprise(UserFactory(member=True), facts())
    assert enterprise.size_class is None
    assert "暂不能划分" in enterprise.size_rule


def test_the_telephone_is_ciphertext_in_the_database():
    enterprise = register_enterprise(UserFactory(member=True), facts())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT contact_phone FROM enterprises_enterprise WHERE id = %s", [enterprise.pk]
        )
        stored = cursor.fetchone()[0]
    assert stored
    assert "13800000001" not in stored


def test_updating_moves_the_size_class(member, enterprise):
    update_enterprise(enterprise, member, {"staff_total": 15, "revenue_wan": 200})
    enterprise.refresh_from_db()
    assert enterprise.size_class == SizeClass.MICRO


def test_a_new_name_asks_for_the_licence_again(member, enterprise, inbox):
    colleague = MembershipFactory(enterprise=enterprise).user
    update_enterprise(enterprise, member, {"name": "常州测样新名有限公司"})
    enterprise.refresh_from_db()
    assert enterprise.licence_state == LicenceState.PENDING
    assert enterprise.licence_checked_at is None
    assert inbox(colleague) == ["名称、地区或单位类型改了，营业执照要重新核验"]
    assert inbox(member) == []


def test_another_telephone_leaves_the_licence_alone(member, enterprise):
    update_enterprise(enterprise, member, {"contact_phone": "0519-85588919"})
    enterprise.refresh_from_db()
    assert enterprise.licence_state == LicenceState.APPROVED
    assert enterprise.contact_phone == "051985588919"


def test_a_bad_telephone_is_refused_and_nothing_is_saved(member, enterprise):
    with pytest.raises(ValidationError) as refused:
        update_enterprise(enterprise, member, {"contact_name": "新", "contact_phone": "12"})
    assert "contact_phone" in refused.value.message_dict
    enterprise.refresh_from_db()
    assert enterprise.contact_name == ""


def test_a_member_of_another_enterprise_changes_nothing(enterprise):
    stranger = MembershipFactory(enterprise=EnterpriseFactory()).user
    with pytest.raises(PermissionDenied):
        update_enterprise(enterprise, stranger, {"name": "别人"})


def test_every_change_is_in_the_history(member, enterprise):
    update_enterprise(enterprise, member, {"address": "新址 1 号"})
    events = enterprise.pgh_event_model.objects.filter(pgh_obj=enterprise).order_by("pgh_id")
    assert [event.address for event in events] == ["", "新址 1 号"]
