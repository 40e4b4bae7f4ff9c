"""What is in force on which day, what has ended, and who is told before."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from portal.outbox.models import Message
from portal.refused import Refused
from subsidies.models import PolicyVersion, ScreeningRun
from subsidies.services import policy_drafts as drafts
from subsidies.services.policy_expiry import ending_versions, tell_owners_of_ending
from subsidies.services.policy_files import repository_files
from subsidies.services.publishing import current_versions, versions_in_force
from subsidies.services.screening import screen_refunds
from subsidies.services.screening_policies import versions_to_screen
from tests.factories import UserFactory, division

pytestmark = pytest.mark.django_db


@pytest.fixture
def publish(db):
    """publish(number, start, end or None) → version of the city's policy for just that time.

    Stored as it would stand after two people: the worked cases ask for days outside such times.
    """
    author, approver = UserFactory(city=True), UserFactory(city=True)
    file = next(f for f in repository_files() if f.policy_id == "changzhou-2020-17")

    def make(number, start=date(2020, 2, 1), end=None):
        last = f"to: {end}" if end else "until_notice: true"
        old = "effective:\n  from: 2020-02-01\n  until_notice: true"
        assert old in file.source_text
        text = file.source_text.replace(f'version: "{file.version}"', f'version: "{number}"')
        draft = drafts.create_draft(
            author, text.replace(old, f"effective:\n  from: {start}\n  {last}"), file.cases_text
        )
        rows = PolicyVersion.objects.filter(pk=draft.pk)
        rows.update(state="submitted")
        rows.update(state="published", approver=approver, published_at=timezone.now())
        return rows.get()

    make.author, make.approver = author, approver
    return make


def numbers(day):
    return [version.version for version in versions_in_force("3204", day)]


def test_the_last_day_counts_and_the_day_after_is_refused(publish):
    publish("a", end=date(2020, 12, 31))
    assert [v.version for v in versions_to_screen("3204", date(2020, 12, 31))] == ["a"]
    with pytest.raises(Refused) as refused:
        versions_to_screen("3204", date(2021, 1, 1))
    assert str(refused.value) == (
        "2021年1月1日没有适用于常州市的稳岗返还政策，没有筛查。"
        "《常州市应对疫情保用工稳就业》（常人社发〔2020〕17号）施行到 2020年12月31日，已经到期。"
        "到期的政策不会自动延长，要继续办理，请在“政策”里起草新的版本，由另一人批准发布。"
    )


def test_never_is_not_expired(publish):
    publish("a", start=date(2020, 2, 1))
    with pytest.raises(Refused) as refused:
        versions_to_screen("3204", date(2020, 1, 31))
    assert "到期" not in str(refused.value)
    assert "请在“政策”里起草" in str(refused.value)
    division("2107")
    with pytest.raises(Refused, match="没有适用于锦州市") as elsewhere:
        versions_to_screen("2107", date(2020, 4, 1))
    assert "到期" not in str(elsewhere.value)


def test_screening_itself_refuses_and_writes_nothing(publish):
    publish("a", end=date(2020, 12, 31))
    with pytest.raises(Refused, match="施行到 2020年12月31日"):
        screen_refunds(2019, date(2021, 1, 1))
    assert not ScreeningRun.objects.exists()


def test_an_earlier_version_does_not_come_back(publish):
    """The second ends the first, which was until further notice; after it there is nothing."""
    publish("a")
    publish("b", end=date(2020, 12, 31))
    assert numbers(date(2020, 6, 1)) == ["b"]
    assert numbers(date(2021, 1, 1)) == []
    with pytest.raises(Refused, match="已经到期"):
        versions_to_screen("3204", date(2021, 1, 1))


def test_a_successor_begins_on_its_day(publish):
    publish("a", end=date(2020, 12, 31))
    publish("b", start=date(2021, 1, 1))
    assert numbers(date(2020, 12, 31)) == ["a"]
    assert numbers(date(2021, 1, 1)) == ["b"]
    publish("c", end=date(2020, 12, 31))  # the first year put right, long after
    assert numbers(date(2020, 12, 31)) == ["c"]
    assert numbers(date(2021, 1, 1)) == ["b"]


def test_a_draft_is_in_force_nowhere(publish):
    version = publish("a")
    drafts.draft_from(publish.author, version)
    assert current_versions(date(2020, 4, 1)) == [version]


@pytest.mark.parametrize(("days", "told"), [(31, 0), (30, 1), (0, 1), (-1, 0)])
def test_the_owner_is_told_from_thirty_days_before(publish, days, told):
    today = timezone.localdate()
    version = publish("a", end=today + timedelta(days=days))
    Message.objects.all().delete()
    assert tell_owners_of_ending() == told
    assert tell_owners_of_ending() == 0
    found = Message.objects.all()
    assert [message.recipient for message in found] == [publish.author] * told
    for message in found:
        assert "施行到" in message.subject
        assert message.path.endswith(f"{version.public_id}/")


def test_a_closed_account_passes_it_on(publish):
    publish("a", end=timezone.localdate())
    publish.author.is_active = False
    publish.author.save()
    Message.objects.all().delete()
    assert tell_owners_of_ending() == 1
    assert Message.objects.get().recipient == publish.approver


def test_nothing_to_tell_when_a_successor_stands_ready(publish):
    end = timezone.localdate() + timedelta(days=10)
    publish("a", end=end)
    assert [v.version for v in ending_versions(timezone.localdate())] == ["a"]
    publish("b", start=end + timedelta(days=1))
    assert ending_versions(timezone.localdate()) == []
