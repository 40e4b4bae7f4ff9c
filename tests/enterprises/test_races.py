"""Two at once, on two real connections: one wins, the other is told, nothing happens twice."""

import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from enterprises.enums import VacancyState
from enterprises.models import ShortageDeclaration
from enterprises.services.reviews import approve_vacancy, return_vacancy
from enterprises.services.shortages import declare_shortage, record_fill
from tests.factories import MembershipFactory, ShortageFactory, UserFactory, VacancyFactory

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts):
    """Run the acts in threads that start together; returns what each returned or raised."""
    barrier = threading.Barrier(len(acts))
    outcomes = [None] * len(acts)

    def run(number, act):
        try:
            barrier.wait(timeout=10)
            outcomes[number] = act()
        except ValidationError as refused:
            outcomes[number] = refused
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair, daemon=True) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return outcomes


def refusals(outcomes):
    return [one for one in outcomes if isinstance(one, ValidationError)]


def test_two_reviewers_make_one_review():
    one, two = UserFactory(district=True), UserFactory(district=True)
    vacancy = VacancyFactory(in_review=True, duties="装配。")
    outcomes = at_once(
        lambda: approve_vacancy(
            vacancy, one, seen=vacancy.submitted_at, starts_on=timezone.localdate(), days=30
        ),
        lambda: return_vacancy(vacancy, two, seen=vacancy.submitted_at, reasons="写清楚"),
    )
    refused = refusals(outcomes)
    assert len(refused) == 1
    assert refused[0].code == "taken"
    assert vacancy.reviews.count() == 1
    vacancy.refresh_from_db()
    expected = {
        "approved": VacancyState.PUBLISHED,
        "returned": VacancyState.RETURNED,
    }[vacancy.reviews.get().result]
    assert vacancy.state == expected


def test_two_fills_never_pass_the_total():
    staff = UserFactory(district=True)
    declaration = ShortageFactory(missing_total=10)

    def fill():
        return record_fill(
            declaration, staff, filled_on=timezone.localdate(), persons=6, channel="fair"
        )

    assert len(refusals(at_once(fill, fill))) == 1
    declaration.refresh_from_db()
    assert declaration.filled_total == 6
    assert declaration.fills.count() == 1


def test_pressing_declare_again_is_once():
    membership = MembershipFactory()
    items = [{"title": "车工", "missing": 60, "skills": ["数控"], "pay_min": 6000, "pay_max": 8000}]

    def press():
        return declare_shortage(membership.enterprise, membership.user, reason="订单", items=items)

    outcomes = at_once(press, press, press)
    assert len({one.pk for one in outcomes}) == 1
    assert ShortageDeclaration.objects.get().missing_total == 60

    more = [{**items[0], "missing": 61}]
    declare_shortage(membership.enterprise, membership.user, reason="订单", items=more)
    assert ShortageDeclaration.objects.count() == 2
