"""Figures of the bureau: two people, ranges of the policies, one value a day, nothing lost."""

from datetime import date
from importlib import import_module

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from portal.outbox.models import Message
from portal.refused import Refused
from subsidies.models import LocalParameter
from subsidies.services import local_parameters as service
from subsidies.services.parameters import ParameterBook
from tests.enterprises.test_races import at_once, refusals
from tests.factories import UserFactory, division
from tests.factories.subsidies import local_parameter, publish_policies

pytestmark = pytest.mark.django_db
BENEFIT = "benefit_monthly_fen"


def setting():
    """propose(typed, start, …) → proposal of the first of two people, who are its attributes."""
    publish_policies("changzhou-2020-17")
    author, approver = UserFactory(city=True), UserFactory(city=True)
    Message.objects.all().delete()

    def propose(typed, valid_from, name=BENEFIT, region="3204", ends_on=None, document="测试文件"):
        return service.propose_parameter(
            author,
            region=division(region),
            name=name,
            typed=typed,
            valid_from=valid_from,
            ends_on=ends_on,
            document=document,
        )

    propose.author, propose.approver = author, approver
    return propose


@pytest.fixture
def propose(db):
    return setting()


def value_on(day, name=BENEFIT):
    return list(LocalParameter.objects.on(day).filter(name=name).values_list("value", flat=True))


def test_a_proposal_counts_only_after_the_other_person(propose):
    row = propose("1,620.00", date(2020, 3, 1))
    assert (row.value, row.valid_until) == ("162000", None)
    assert value_on(date(2020, 4, 1)) == []
    assert ParameterBook("3204", date(2020, 4, 1)).as_json() == {}
    assert not Message.objects.filter(recipient=propose.author).exists()
    told = Message.objects.get(recipient=propose.approver)
    assert "1,620.00 元，2020年3月1日起" in told.body
    with pytest.raises(Refused, match="填写人不能批准"):
        service.approve_parameter(row, propose.author)
    with pytest.raises(IntegrityError, match="parameter_two_people"), transaction.atomic():
        LocalParameter.objects.filter(pk=row.pk).update(approver=propose.author)
    service.approve_parameter(row, propose.approver)
    assert value_on(date(2020, 2, 29)) == []
    assert value_on(date(2020, 3, 1)) == ["162000"]
    assert row.events.order_by("pgh_id").last().approver == propose.approver


def test_a_new_value_ends_the_one_before(propose):
    first = local_parameter(BENEFIT, "150000", since=date(2020, 1, 1))
    service.approve_parameter(propose("1620", date(2021, 1, 1)), propose.approver)
    first.refresh_from_db()
    assert service.last_day(first) == date(2020, 12, 31)
    assert value_on(date(2020, 12, 31)) == ["150000"]
    assert value_on(date(2021, 1, 1)) == ["162000"]


def test_a_value_put_right_from_its_first_day(propose):
    wrong = local_parameter(BENEFIT, "150000", since=date(2020, 1, 1))
    service.approve_parameter(propose("1510", date(2020, 1, 1)), propose.approver)
    assert value_on(date(2020, 1, 1)) == ["151000"]
    wrong.refresh_from_db()
    assert (wrong.value, wrong.valid_until) == ("150000", date(2020, 1, 1))


def test_it_never_runs_into_a_later_value(propose):
    local_parameter(BENEFIT, "150000", since=date(2021, 1, 1))
    with pytest.raises(
        Refused, match="2021年1月1日起已有另一个值，请写最后一天，不晚于 2020年12月31日"
    ):
        propose("1400", date(2020, 1, 1))
    row = propose("1400", date(2020, 1, 1), ends_on=date(2020, 12, 31))
    service.approve_parameter(row, propose.approver)
    assert value_on(date(2020, 12, 31)) == ["140000"]
    assert value_on(date(2021, 1, 1)) == ["150000"]


def test_the_database_holds_one_value_a_day():
    local_parameter(BENEFIT, "150000", since=date(2020, 1, 1), until=date(2020, 7, 1))
    local_parameter(BENEFIT, "160000", since=date(2020, 7, 1))
    local_parameter(BENEFIT, "170000", region="320412", since=date(2020, 3, 1))
    with pytest.raises(IntegrityError, match="one_value_per_day"), transaction.atomic():
        local_parameter(BENEFIT, "1", since=date(2020, 6, 30), until=date(2020, 7, 1))
    with pytest.raises(IntegrityError, match="parameter_period"), transaction.atomic():
        local_parameter(BENEFIT, "1", since=date(2019, 2, 1), until=date(2019, 1, 1))


@pytest.mark.parametrize(
    ("name", "typed", "stored"),
    [
        (BENEFIT, "1500", "150000"),
        (BENEFIT, "1，500.5元", "150050"),
        ("hard_hit_months", "3个月", "3"),
        ("large_threshold", "5.5％", "0.055"),
        ("large_threshold", "100%", "1"),
        ("minimum_wage_monthly_fen", "2,280", "228000"),
    ],
)
def test_values_as_people_type_them(propose, name, typed, stored):
    assert propose(typed, date(2020, 3, 1), name).value == stored


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        (BENEFIT, "0", "《常州市应对疫情保用工稳就业》.*应在 0.01 元 到 10,000.00 元 之间"),
        (BENEFIT, "10000.01", "应在 0.01 元 到 10,000.00 元 之间"),
        (BENEFIT, "1.005", "金额写元"),
        (BENEFIT, "-5", "金额写元"),
        ("hard_hit_months", "4", "应在 1 个月 到 3 个月 之间"),
        ("hard_hit_months", "0", "应在 1 个月 到 3 个月 之间"),
        ("hard_hit_months", "1.5", "写整数"),
        ("large_threshold", "0.055", "比例写百分数"),
        ("large_threshold", "100.1%", "超出范围"),
        ("minimum_wage_monthly_fen", "22.80", "500.00 元 到 20,000.00 元 之间"),
        ("general_rate", "50%", "没有要由主管部门填写的"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(propose, name, typed, said):
    with pytest.raises(Refused, match=said):
        propose(typed, date(2020, 3, 1), name)
    assert not LocalParameter.objects.exists()


def test_who_may_and_with_what(propose):
    with pytest.raises(Refused, match="依据"):
        propose("1500", date(2020, 3, 1), document=" ")
    with pytest.raises(Refused, match="最后一天不能早于"):
        propose("1500", date(2020, 3, 1), ends_on=date(2020, 2, 29))
    with pytest.raises(Refused, match="锦州市不归常州市管"):
        propose("1500", date(2020, 3, 1), region="2107")
    row = propose("1500", date(2020, 3, 1))
    with pytest.raises(Refused, match="市级工作人员"):
        service.approve_parameter(row, UserFactory(district=True))
    with pytest.raises(Refused, match="不归锦州市管"):
        service.approve_parameter(row, UserFactory(city=True, region=division("2107")))


def test_returned_with_a_reason(propose):
    row = propose("1500", date(2020, 3, 1))
    with pytest.raises(Refused, match="理由"):
        service.reject_parameter(row, propose.approver, " ")
    service.reject_parameter(row, propose.approver, "文号不对")
    assert "文号不对" in Message.objects.get(recipient=propose.author).body
    with pytest.raises(Refused, match="已由.*退回"):
        service.approve_parameter(row, propose.approver)
    assert value_on(date(2020, 3, 1)) == []


@pytest.mark.django_db(transaction=True)
def test_two_approvers_and_two_proposals_leave_one_value():
    propose = setting()
    other = UserFactory(city=True)
    row = propose("1500", date(2020, 3, 1))
    outcomes = at_once(
        lambda: service.approve_parameter(row, propose.approver),
        lambda: service.approve_parameter(row, other),
    )
    assert len(refusals(outcomes)) == 1
    one, two = propose("1600", date(2021, 1, 1)), propose("1700", date(2021, 1, 1))
    at_once(
        lambda: service.approve_parameter(one, propose.approver),
        lambda: service.approve_parameter(two, other),
    )
    assert len(value_on(date(2021, 1, 1))) == 1
    assert value_on(date(2020, 12, 31)) == ["150000"]


def test_the_migration_keeps_what_stood_on_every_day():
    """Of two in force the one that began later stood; the other went on after it."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE subsidies_localparameter DROP CONSTRAINT one_value_per_day")
    local_parameter(BENEFIT, "1", since=date(2020, 1, 1))
    local_parameter(BENEFIT, "2", since=date(2020, 3, 1), until=date(2020, 5, 1))
    local_parameter(BENEFIT, "3", since=date(2020, 4, 1), until=date(2020, 6, 1))
    local_parameter(BENEFIT, "4", since=date(2021, 1, 1))
    days = [date(year, month, 15) for year in (2020, 2021) for month in range(1, 13)]

    def standing():
        return [
            LocalParameter.objects.on(day).order_by("-valid_from", "-pk").first().value
            for day in days
        ]

    before = standing()
    import_module("subsidies.migrations.0008_parameter_periods").untangle(apps, None)
    assert standing() == before
    assert before[:7] == ["1", "1", "2", "3", "3", "1", "1"]
    assert all(LocalParameter.objects.on(day).count() == 1 for day in days)
