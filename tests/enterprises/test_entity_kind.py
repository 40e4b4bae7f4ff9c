"""单位类型: what the credit code says, what an enterprise may declare, what stays unknown."""

import importlib

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.urls import reverse

from enterprises.entity_kind import kind_by_code, kind_to_pay_by
from enterprises.enums import EntityKind, LicenceState
from enterprises.models import Enterprise
from enterprises.services.licences import mark_of, review_licence, upload_licence
from enterprises.services.register import register_enterprise, update_enterprise
from subsidies.policy.facts import ENTITY_KINDS
from tests.factories import EnterpriseFactory, UserFactory, industry
from tests.factories.enterprises import credit_code

from .conftest import picture, upload
from .test_register import facts


def test_the_register_knows_the_kinds_the_policies_ask_for():
    assert dict(EntityKind.choices) == ENTITY_KINDS


@pytest.mark.parametrize(
    ("head", "trade", "kind"),
    [
        ("91", "C3411", "enterprise"),
        ("91", "L7241", None),
        ("91", "L", None),
        ("91", "L7243", "enterprise"),
        ("92", "L7241", "individual_business"),
        ("31", "L7231", "law_firm"),
        ("51", "S9521", "social_group"),
        ("52", "P8310", "social_service"),
        ("53", "S9530", "foundation"),
        ("93", "A0111", None),
        ("12", "P8334", None),
    ],
)
def test_what_the_code_says(head, trade, kind):
    assert kind_by_code(f"{head}320412XN00000000", trade) == kind


def accountants(user, **changes):
    """An enterprise of the accounting trade, fresh on the register."""
    found = facts(credit_code=credit_code(78), industry=industry("L7241"), **changes)
    return register_enterprise(user, found)


@pytest.mark.django_db
def test_the_code_decides_unless_the_trade_leaves_it_open():
    user = UserFactory(member=True)
    assert register_enterprise(user, facts()).entity_kind == "enterprise"
    firm = accountants(user)
    assert firm.entity_kind is None
    update_enterprise(firm, user, {"entity_kind": "accounting_firm"})
    firm.refresh_from_db()
    assert firm.entity_kind == "accounting_firm"
    update_enterprise(firm, user, {"contact_name": "测试己"})
    firm.refresh_from_db()
    assert firm.entity_kind == "accounting_firm"


@pytest.mark.django_db
def test_a_change_of_trade_takes_the_kind_with_it():
    user = UserFactory(member=True)
    factory = register_enterprise(user, facts())
    kinds = []
    for data in (
        {"industry": industry("L7241"), "entity_kind": "enterprise"},  # the form sends both
        {"industry": industry("C34")},
        {"industry": industry("L7241")},
        {"entity_kind": "accounting_firm"},
        {"industry": industry("C34"), "entity_kind": "accounting_firm"},
    ):
        kinds.append(update_enterprise(factory, user, data).entity_kind)
    assert kinds == [None, "enterprise", None, "accounting_firm", "enterprise"]


@pytest.mark.django_db
def test_what_is_declared_counts_once_the_licence_is_checked():
    user, officer = UserFactory(member=True), UserFactory(city=True)
    firm = accountants(user)
    _check_licence(firm, user, officer)
    update_enterprise(firm, user, {"entity_kind": "accounting_firm"})
    firm.refresh_from_db()
    assert (firm.licence_state, firm.licence_checked_by) == (LicenceState.PENDING, None)
    assert _kind_for_money(firm) is None
    _check_licence(firm, user, officer)
    firm.refresh_from_db()
    assert _kind_for_money(firm) == "accounting_firm"


def _check_licence(firm, user, officer):
    if not firm.licence_files.exists():
        upload_licence(firm, user, upload(picture()))
    firm.refresh_from_db()
    file = firm.licence_files.first()
    review_licence(firm, officer, file=file, seen=mark_of(firm), approve=True)


def _kind_for_money(firm):
    approved = firm.licence_state == LicenceState.APPROVED
    return kind_to_pay_by(firm.entity_kind, firm.credit_code, firm.industry_id, approved=approved)


@pytest.mark.django_db
def test_nobody_declares_otherwise_than_the_code_says():
    user = UserFactory(member=True)
    for kind, trade, says in (
        ("foundation", "C34", "登记的是企业"),
        ("accounting_firm", "C34", "登记的是企业，行业又不是会计、审计及税务服务"),
        ("foundation", "L7241", "登记的是企业或会计师事务所"),
    ):
        with pytest.raises(ValidationError) as refused:
            register_enterprise(user, facts(entity_kind=kind, industry=industry(trade)))
        assert refused.value.message_dict["entity_kind"] == [
            f"统一社会信用代码开头是“91”，{says}。请核对单位类型。"
        ]
    assert not Enterprise.objects.exists()


@pytest.mark.django_db
def test_the_page_says_so_at_its_field_and_staff_read_what_holds(sign_in):
    user = UserFactory(member=True)
    enterprise = accountants(user)
    client = sign_in(user)
    data = {
        "name": enterprise.name,
        "region": enterprise.region_id,
        "industry": enterprise.industry_id,
        "entity_kind": "law_firm",
        "contact_name": "测试丁",
    }
    page = client.post(reverse("enterprises:edit"), data).content.decode()
    assert 'href="#id_entity_kind"' in page
    assert (
        client.post(
            reverse("enterprises:edit"), data | {"entity_kind": "accounting_firm"}
        ).status_code
        == 302
    )
    enterprise.refresh_from_db()
    assert enterprise.entity_kind == "accounting_firm"
    staff = sign_in(UserFactory(city=True))
    page = staff.get(reverse("workbench:enterprise", args=[enterprise.public_id])).content.decode()
    assert "会计师事务所" in page
    assert "单位类型" in page


@pytest.mark.django_db
def test_the_migration_says_what_the_code_says():
    """Its SQL and kind_by_code are the same rule, written twice."""
    sql = importlib.import_module("enterprises.migrations.0004_entity_kind").BY_CODE
    for code in ("C3411", "L72", "L7241", "L7243", "S9521"):
        industry(code)
    made = [
        EnterpriseFactory(industry=industry(trade), credit_code=f"{head}320412XN{n:08d}")
        for n, (head, trade) in enumerate(
            (head, trade)
            for head in ("11", "31", "51", "52", "53", "91", "92", "93")
            for trade in ("C3411", "L72", "L7241", "L7243", "S9521")
        )
    ]
    assert {one.entity_kind for one in made} == {None}
    with connection.cursor() as cursor:
        cursor.execute(sql)
    for one in made:
        one.refresh_from_db()
        assert one.entity_kind == kind_by_code(one.credit_code, one.industry_id)


@pytest.mark.django_db
def test_what_was_declared_unchecked_is_taken_back():
    sql = importlib.import_module(
        "enterprises.migrations.0005_accounting_firms_are_confirmed"
    ).DERIVED
    factory = EnterpriseFactory(entity_kind="accounting_firm", credit_code=credit_code(78))
    firm = EnterpriseFactory(
        entity_kind="accounting_firm", credit_code=credit_code(79), industry=industry("L7241")
    )
    with connection.cursor() as cursor:
        cursor.execute(sql)
    factory.refresh_from_db()
    firm.refresh_from_db()
    assert (factory.entity_kind, firm.entity_kind) == ("enterprise", None)
