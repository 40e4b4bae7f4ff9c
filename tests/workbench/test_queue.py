"""“等您办的”: who has what to do, in which order, and the numbers beside the menu."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from portal.workbench.counts import nav_counts
from portal.workbench.queue import work_queue
from portal.workbench.waiting import Waiting
from subsidies.enums import PaymentBatchState
from subsidies.models import PaymentBatch
from tests.factories import (
    AssignmentFactory,
    CommissionerFactory,
    EnterpriseFactory,
    ShortageFactory,
    TicketFactory,
    UserFactory,
    VacancyFactory,
    division,
)

HOUR = timedelta(hours=1)


def titles(user, limit=50):
    """Kind and title of each line."""
    return [(task.kind, task.title) for task in work_queue(Waiting(user), limit).tasks]


def test_overdue_first_then_soon_then_what_waits_then_later(city):
    now = timezone.now()
    TicketFactory(subject="后天的", due_at=now + 48 * HOUR)
    TicketFactory(subject="马上的", due_at=now + 2 * HOUR)
    TicketFactory(subject="超了一小时", due_at=now - HOUR)
    TicketFactory(subject="超了一天", due_at=now - 24 * HOUR)
    VacancyFactory(in_review=True)
    kinds = titles(city)
    assert [title for kind, title in kinds if kind == "服务单"] == [
        "超了一天", "超了一小时", "马上的", "后天的",
    ]  # fmt: skip
    assert kinds.index(("岗位审核", "1 个岗位")) == 3


def test_an_emergency_without_a_commissioner_runs_against_the_clock(city):
    declared = timezone.now() - 25 * HOUR
    one = ShortageFactory(missing_total=120, is_emergency=True, declared_at=declared)
    task = work_queue(Waiting(city)).tasks[0]
    assert (task.kind, task.title) == ("应急缺工", "一次缺 120 人，还没有专员接手")
    assert task.overdue and task.act == "派专员"
    AssignmentFactory(enterprise=one.enterprise)
    assert "应急缺工" not in dict(titles(city))


def test_a_ticket_with_an_owner_is_the_owners_until_it_is_late(city):
    owner = CommissionerFactory()
    ticket = TicketFactory(owner=owner, enterprise=AssignmentFactory(commissioner=owner).enterprise)
    assert titles(owner.user) == [("服务单", ticket.subject)]
    assert titles(city) == []
    ticket.due_at = timezone.now() - HOUR
    ticket.save()
    assert titles(city) == [("服务单", ticket.subject)]


def test_the_neighbouring_district_sees_none_of_it(wujin):
    elsewhere = EnterpriseFactory(region=division("320411"))
    TicketFactory(enterprise=elsewhere, region=elsewhere.region)
    ShortageFactory(enterprise=elsewhere, missing_total=500, is_emergency=True)
    VacancyFactory(in_review=True, enterprise=elsewhere)
    assert titles(wujin) == []
    assert nav_counts(wujin)["today"] == 0


def test_the_queue_says_how_many_it_does_not_show(city):
    for _ in range(4):
        TicketFactory()
    queue = work_queue(Waiting(city), limit=3)
    assert (len(queue.tasks), queue.total, queue.hidden) == (3, 4, 1)


def test_the_menu_counts_what_the_page_lists(city):
    TicketFactory()
    TicketFactory()
    VacancyFactory(in_review=True)
    VacancyFactory(in_review=True)
    ShortageFactory()
    counts = nav_counts(city)
    assert (counts["tickets"], counts["vacancy_reviews"], counts["shortages"]) == (2, 2, 1)
    assert counts["today"] == work_queue(Waiting(city)).total == 4


def test_the_counts_are_kept_for_half_a_minute(city, django_assert_num_queries):
    before = nav_counts(city)
    TicketFactory()
    with django_assert_num_queries(0):
        assert nav_counts(city) == before
    cache.clear()
    assert nav_counts(city)["tickets"] == 1


def test_counting_takes_few_queries(city, django_assert_max_num_queries):
    with django_assert_max_num_queries(14):
        nav_counts(city)


@pytest.mark.parametrize(
    ("who", "counts"),
    [({}, {"messages": 0, "invitations": 0}), ({"member": True}, {"messages": 0})],
)
def test_people_outside_the_bureau_get_what_waits_for_them(db, who, counts):
    assert nav_counts(UserFactory(**who)) == counts


def payment_batch(by, **values):
    """A batch that was prepared and not sent."""
    number = PaymentBatch.objects.count() + 1
    return PaymentBatch.objects.create(
        region=division("3204"), year=2026, number=number, total_fen=123_456_00, count=5,
        list_sha256="0" * 64, prepared_by=by, **values,
    )  # fmt: skip


def test_a_payment_batch_waits_for_the_second_person(city, wujin):
    first = UserFactory(city=True, display_name="市乙")
    batch = payment_batch(first, prepared_at=timezone.now() - HOUR)
    (task,) = work_queue(Waiting(city)).tasks
    assert (task.kind, task.act, task.who) == ("发放", "去核对", "生成人 市乙")
    assert task.title == "2026 年第 1 批发放待核对送银行，5 笔，12.35 万元"
    assert task.url == reverse("subsidies:payment_batch", args=[batch.public_id])
    assert task.since == batch.prepared_at
    # Not for the one who made it, nor for a district it is none of, nor for a commissioner.
    assert titles(first) == titles(wujin) == titles(CommissionerFactory().user) == []
    assert nav_counts(city)["today"] == nav_counts(city)["payments"] == 1
    batch.state = PaymentBatchState.CANCELLED
    batch.cancelled_reason = "再核对"
    batch.save()
    assert titles(city) == []


def test_many_payment_batches_take_no_more_queries(city):
    first = UserFactory(city=True)
    payment_batch(first)
    with CaptureQueriesContext(connection) as one:
        work_queue(Waiting(city))
    for _ in range(5):
        payment_batch(first)
    with CaptureQueriesContext(connection) as six:
        assert work_queue(Waiting(city)).total == 6
    assert len(six) == len(one)


def test_a_commissioner_has_no_reviews(db):
    user = CommissionerFactory().user
    VacancyFactory(in_review=True)
    counts = nav_counts(user)
    assert (counts["vacancy_reviews"], counts["reviews"], counts["today"]) == (0, 0, 0)
