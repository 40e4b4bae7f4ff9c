"""Accounts that subsidies are paid to: confirmed by those who get the money."""

import pytest
from django.db import connection

from portal.refused import Refused
from subsidies.models import PayeeAccount
from subsidies.services.payees import confirm_enterprise_account, confirm_person_account
from tests.factories import MembershipFactory, UserFactory

from .conftest import payment_of


@pytest.mark.django_db
class TestAccounts:
    @pytest.mark.parametrize(
        ("field", "value", "words"),
        [
            ("holder", "另一家公司", "户名要和单位名称一致"),
            ("holder", "", "请填户名"),
            ("bank", "工行", "全称"),
            ("number", "12345", "8 到 32 位数字"),
            ("number", "6222 0000 abcd 1111", "8 到 32 位数字"),
        ],
    )
    def test_what_is_refused(self, insured, field, value, words):
        enterprise = insured("small", 120, 114)
        member = MembershipFactory(enterprise=enterprise).user
        good = {"holder": enterprise.name, "bank": "测试银行常州分行", "number": "6222000011112222"}
        with pytest.raises(Refused, match=words):
            confirm_enterprise_account(enterprise, member, **good | {field: value})
        assert not PayeeAccount.objects.exists()

    def test_spaces_and_full_width_signs_are_one_name(self, insured, confirm):
        enterprise = insured("small", 120, 114, name="常州甲（测试）有限公司")
        member = MembershipFactory(enterprise=enterprise).user
        account = confirm_enterprise_account(
            enterprise,
            member,
            holder="常州甲(测试) 有限公司",
            bank="测试银行常州分行",
            number="6222 0000-1111 ２２２２",
        )
        assert (account.holder, account.number) == (enterprise.name, "6222000011112222")

    def test_the_number_is_not_in_the_database_in_clear(self, insured, confirm):
        account = confirm(insured("small", 120, 114))
        with connection.cursor() as cursor:
            cursor.execute("SELECT number FROM subsidies_payeeaccount")
            assert "6222" not in cursor.fetchone()[0]
        assert account.masked_number == "************2222"

    def test_only_ones_own_people(self, insured):
        enterprise = insured("small", 120, 114)
        stranger = MembershipFactory().user
        with pytest.raises(Refused, match="本单位的人员"):
            confirm_enterprise_account(
                enterprise,
                stranger,
                holder=enterprise.name,
                bank="测试银行常州分行",
                number="6222000011112222",
            )

    def test_a_change_keeps_what_was_sent(self, prepared, payable, confirm):
        before = payment_of(payable.plain).account_number
        confirm(payable.plain, "6222000099998888")
        assert payment_of(payable.plain).account_number == before
        assert PayeeAccount.objects.filter(enterprise=payable.plain).count() == 1

    def test_a_person_is_paid_on_their_own_card(self, db):
        user = UserFactory()
        good = {"holder": "测试甲", "bank": "测试银行常州分行", "number": "6222000011112220"}
        with pytest.raises(Refused, match="本人的姓名"):
            confirm_person_account(user, name="测试乙", **good)
        with pytest.raises(Refused, match="可能有一位填错了"):
            confirm_person_account(user, name="测试甲", **good | {"number": "6222000011112221"})
        last = next(
            d for d in range(10) if _luhn_ok(f"622200001111222{d}")
        )  # the check digit by the standard, counted here on its own
        account = confirm_person_account(
            user, name="测试甲", **good | {"number": f"622200001111222{last}"}
        )
        assert account.user == user


def _luhn_ok(number):
    total = 0
    for place, sign in enumerate(reversed(number)):
        digit = int(sign) * (2 if place % 2 else 1)
        total += digit - 9 if digit > 9 else digit
    return total % 10 == 0
