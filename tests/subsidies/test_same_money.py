"""Two documents that pay the same refund: no enterprise has both for one year."""

from datetime import date

import pytest

from portal.refused import Refused
from subsidies.enums import PolicyState
from subsidies.models import Claim, Decision, PolicyVersion, Trial
from subsidies.services import policy_drafts, trials
from subsidies.services.policy_files import repository_file
from subsidies.services.same_money import published_beside
from subsidies.services.screening_policies import versions_to_screen
from tests.factories import UserFactory
from tests.factories.subsidies import publish_policies

pytestmark = pytest.mark.django_db
DAY = date(2020, 4, 1)
OLD, NEW = "changzhou-2020-17", "changzhou-2020-18"
PERIOD = "effective:\n  from: 2020-02-01\n  until_notice: true\n"


@pytest.fixture
def second(city, people):
    """A draft of a document of its own that pays the refund the city's policy pays already."""
    file = repository_file("changzhou/changzhou-2020-17.yaml")
    assert PERIOD in file.source_text
    return policy_drafts.create_draft(
        people[0], file.source_text.replace(OLD, NEW), file.cases_text.replace(OLD, NEW)
    )


def force(draft):
    """In the database as if it had been published before anyone looked at this."""
    other = UserFactory(city=True)
    rows = PolicyVersion.objects.filter(pk=draft.pk)
    rows.update(state=PolicyState.SUBMITTED)
    rows.update(state=PolicyState.PUBLISHED, approver=other, published_at=draft.drafted_at)


def end_the_old(people, last):
    """A next version of the city's policy that ends."""
    old = PolicyVersion.objects.get(policy_id=OLD)
    text = old.source_text.replace(PERIOD, f"effective:\n  from: 2020-02-01\n  to: {last}\n")
    text = text.replace(f'version: "{old.version}"', 'version: "ended"')
    draft = policy_drafts.create_draft(people[0], text, old.cases_text)
    force(draft)


def test_a_second_document_for_the_same_money_is_not_published(second, people):
    line = second.source_text[: second.source_text.index("\neffective:")].count("\n") + 2
    (fault,) = policy_drafts.check_draft(second).faults
    assert (fault.line, fault.key) == (line, "effective")
    assert "同一年度只能享受一次" in fault.text
    assert PolicyVersion.objects.get(policy_id=OLD).document_number in fault.text
    with pytest.raises(Refused, match="没有提交，有 1 处要改：.*发的是同一种补贴"):
        policy_drafts.submit(second, people[0])
    second.refresh_from_db()
    assert second.state == PolicyState.DRAFT


def test_it_is_once_the_other_has_ended_before(second, people):
    policy = policy_drafts.check_draft(second).policy
    end_the_old(people, "2020-02-01")
    assert published_beside(policy).policy_id == OLD  # they share one day
    later = policy_drafts.update_draft(
        second, people[0], second.source_text.replace("from: 2020-02-01\n", "from: 2020-02-02\n", 1),
        second.cases_text,
    )  # fmt: skip
    assert published_beside(policy_drafts.check_draft(later).policy) is None


def test_another_place_pays_its_own(second):
    published = publish_policies("jinzhou-2020", "nanhe-2020-1")
    assert set(published) >= {"jinzhou-2020", "nanhe-2020-1"}
    assert [v.policy_id for v in versions_to_screen("3204", DAY)] == [OLD]


def test_a_screening_with_both_is_refused_in_words_and_writes_nothing(second, screen):
    force(second)
    with pytest.raises(Refused, match="没有筛查：.*同时施行.*写明截止日期的新版本"):
        screen()
    assert (Decision.objects.count(), Claim.objects.count()) == (0, 0)


def test_a_trial_puts_it_in_the_place_of_the_other(second, people):
    """The bill of the same figures under another number is the same bill, not twice as much."""
    made = trials.create_trial(people[0], "新文件", policy=second, base_year=2019, legal_date=DAY)
    totals = trials.run_trial(made.pk).totals
    assert totals["all"]["before_fen"] == totals["all"]["after_fen"] > 0
    assert (totals["all"]["winners"], totals["all"]["losers"]) == (0, 0)
    assert [one["id"] for one in totals["policies_after"]] == [NEW]


def test_a_draft_that_cannot_be_read_is_not_tried(second, people):
    broken = policy_drafts.update_draft(
        second, people[0], second.source_text.replace("\ntitle:", "\ntittle:", 1), ""
    )
    with pytest.raises(Refused, match="还有错误，不能试算：.*title"):
        trials.create_trial(people[0], "坏的", policy=broken)
    assert not Trial.objects.exists()


def test_the_page_of_a_trial_outlives_its_draft(second, people, client):
    made = trials.create_trial(
        people[0], "新文件", policy=second, parameters={"hard_hit_months": "2"}, base_year=2019,
        legal_date=DAY,
    )  # fmt: skip
    trials.run_trial(made.pk)
    policy_drafts.update_draft(
        second, people[0], second.source_text.replace("\ntitle:", "\ntittle:", 1), ""
    )
    client.force_login(people[0])
    page = client.get(f"/staff/subsidies/trials/{made.public_id}/")
    assert page.status_code == 200
    assert "受疫情影响较重企业返还月数" in page.content.decode()
