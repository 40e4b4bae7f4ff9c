"""单位类型: what the credit code says, what an enterprise may declare, what stays unknown."""

import importlib

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.urls import reverse

from enterprises.entity_kind import kind_by_code
from enterprises.enums import EntityKind
from enterprises.models import Enterprise
from enterprises.services.register import register_enterprise, update_enterprise
from subsidies.policy.facts import ENTITY_KINDS
from tests.factories import EnterpriseFactory, UserFactory, industry
from tests.factories.enterprises import credit_code

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


@pytest.mark.django_db
def test_the_code_decides_unless_an_accounting_firm_is_declared():
    user = UserFactory(member=True)
    plain = register_enterprise(user, facts())
    assert plain.entity_kind == "enterprise"
    accountants = register_enterprise(
        user, facts(credit_code=credit_code(78), industry=industry("L7241"))
    )
    assert accountants.entity_kind is None
    update_enterprise(accountants, user, {"entity_kind": "accounting_firm"})
    accountants.refresh_from_db()
    assert accountants.entity_kind == "accounting_firm"
    update_enterprise(accountants, user, {"contact_name": "测试己"})
    accountants.refresh_from_db()
    assert accountants.entity_kind == "accounting_firm"


@pytest.mark.django_db
def test_nobody_declares_otherwise_than_the_code_says(sign_in):
    with pytest.raises(ValidationError) as refused:
        register_enterprise(UserFactory(member=True), facts(entity_kind="foundation"))
    assert refused.value.message_dict["entity_kind"] == [
        "统一社会信用代码开头是“91”，登记的是企业或会计师事务所。请核对单位类型。"
    ]
    assert not Enterprise.objects.exists()


@pytest.mark.django_db
def test_the_page_says_so_at_its_field_and_staff_read_what_holds(sign_in):
    user = UserFactory(member=True)
    enterprise = register_enterprise(user, facts())
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
    assert "单位类型：企业 → 会计师事务所" in page


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
