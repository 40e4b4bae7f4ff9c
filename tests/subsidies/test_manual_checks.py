"""What a reviewer has to look at before the first review."""

import pytest
from django.urls import reverse

from portal.refused import Refused
from subsidies.models import Claim, Decision
from subsidies.services import claims as service
from subsidies.services.manual_checks import unticked, with_unticked
from tests.factories import UserFactory, division

from .conftest import ids

pytestmark = pytest.mark.django_db
CHECKS = [
    {"id": "zombie", "text": "不是僵尸企业", "cite": "第（十）条"},
    {"id": "trust", "text": "没有严重失信", "cite": "第（十一）条"},
]


@pytest.fixture
def claim(city, screen):
    """A claim whose decision asks for two looks."""
    screen()
    claim = Claim.objects.select_related("decision").get(enterprise=city.plain)
    # Decisions never change; a row of the same run with checks stands in for such a policy's.
    old = claim.decision
    new = Decision.objects.get(pk=old.pk)
    new.pk, new._state.adding, new.public_id = None, True, "cheqked23456"
    new.provision_id, new.leads, new.manual_checks = "test/checked", False, CHECKS
    new.save()
    Claim.objects.filter(pk=claim.pk).update(decision=new)
    claim.refresh_from_db()
    return claim


def test_not_before_every_one_is_ticked(claim, people):
    assert list(with_unticked(Claim.objects.all())) == [claim]
    with pytest.raises(Refused, match="不是僵尸企业、没有严重失信"):
        service.first_review(ids(), people[0])
    service.tick_checks(claim.public_id, people[0], ["zombie"])
    with pytest.raises(Refused) as caught:
        service.first_review([claim.public_id], people[0])
    assert "没有严重失信" in str(caught.value)
    assert "僵尸" not in str(caught.value)
    service.tick_checks(claim.public_id, people[1], ["trust", "zombie", "unknown"])
    claim.refresh_from_db()
    assert unticked(claim) == []
    assert service.first_review(ids(), people[0]).claims.count() == 5


def test_who_ticked_what_is_kept(claim, people):
    service.tick_checks(claim.public_id, people[0], ["zombie"])
    service.tick_checks(claim.public_id, people[1], ["zombie", "trust"])
    assert list(claim.steps.exclude(note="").order_by("pk").values_list("by", "note")) == [
        (people[0].pk, "已核对：不是僵尸企业"),
        (people[1].pk, "已核对：没有严重失信"),
    ]


def test_others_are_refused(claim, people):
    elsewhere = UserFactory(district=True, region=division("320413"))
    with pytest.raises(Refused, match="不在您负责的地区"):
        service.tick_checks(claim.public_id, elsewhere, ["zombie"])
    with pytest.raises(Refused, match="区县或市级"):
        service.tick_checks(claim.public_id, UserFactory(auditor=True), ["zombie"])
    with pytest.raises(Refused, match="请勾选"):
        service.tick_checks(claim.public_id, people[0], [])


def test_claims_without_checks_need_nothing(claim, people):
    rest = [one for one in ids() if one != claim.public_id]
    assert service.first_review(rest, people[0]).claims.count() == 4
    taken = Claim.objects.exclude(pk=claim.pk).first()
    with pytest.raises(Refused, match="不用再核对"):
        service.tick_checks(taken.public_id, people[0], ["zombie"])


def test_ticked_on_the_page(claim, people, sign_in):
    client = sign_in(people[0])
    assert "2 项要先核对" in client.get(reverse("subsidies:reviews")).content.decode()
    only = client.get(reverse("subsidies:reviews"), {"checks": "1"})
    assert [row[0] for row in only.context["rows"]] == [claim]
    client.post(
        reverse("subsidies:claim_checks", args=[claim.public_id]), {"checks": ["zombie", "trust"]}
    )
    claim.refresh_from_db()
    assert claim.checked == ["zombie", "trust"]
    assert "项要先核对" not in client.get(reverse("subsidies:reviews")).content.decode()
