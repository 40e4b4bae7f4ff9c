"""Enterprises, decisions, claims and reports over the API: whom they are for, what they show."""

from io import BytesIO

import pytest
from openpyxl import load_workbook

from portal.accounts.models import Membership
from portal.reports.models import ReportSnapshot
from portal.reports.services.weekly import make_weekly_snapshot
from subsidies.models import Claim, Decision
from tests.factories import AssignmentFactory, EnterpriseFactory, UserFactory, division

pytestmark = pytest.mark.django_db


def ids(response):
    assert response.status_code == 200, response.content.decode()
    return [row["id"] for row in response.json()["results"]]


def test_enterprises_are_those_one_sees(api):
    here = EnterpriseFactory(contact_name="欧阳测样", contact_phone="13800000007")
    there = EnterpriseFactory(region=division("320411"))
    district = api(UserFactory(district=True))
    assert ids(district.get("/api/v1/enterprises/")) == [here.public_id]
    assert ids(api(UserFactory(city=True)).get("/api/v1/enterprises/")) == [
        there.public_id,
        here.public_id,
    ]
    assert district.get(f"/api/v1/enterprises/{there.public_id}/").status_code == 404
    detail = district.get(f"/api/v1/enterprises/{here.public_id}/")
    assert detail.json()["contact_phone"] == "138****0007"
    assert "欧阳测样" not in detail.content.decode()


def test_a_commissioner_and_a_member_see_theirs_while_it_lasts(api):
    assignment = AssignmentFactory()
    EnterpriseFactory()
    member = Membership.objects.create(
        user=UserFactory(member=True), enterprise=assignment.enterprise
    ).user
    for user in (assignment.commissioner.user, member):
        assert ids(api(user).get("/api/v1/enterprises/")) == [assignment.enterprise.public_id]
    assert api(UserFactory()).get("/api/v1/enterprises/").status_code == 404


def test_enterprises_are_narrowed(api):
    one = EnterpriseFactory(name="常州测样泵业有限公司")
    EnterpriseFactory(pending=True)
    client = api(UserFactory(city=True))
    for query in ("q=泵业", f"q={one.credit_code.lower()}", "licence_state=approved&q=泵"):
        assert ids(client.get(f"/api/v1/enterprises/?{query}")) == [one.public_id]
    assert ids(client.get("/api/v1/enterprises/?key=true")) == []
    assert client.get("/api/v1/enterprises/?licence_state=green").status_code == 400


def test_the_enterprise_list_takes_the_same_queries(api, queries_of):
    client = api(UserFactory(city=True))
    EnterpriseFactory()
    one = queries_of(client, "/api/v1/enterprises/")
    for _ in range(5):
        EnterpriseFactory()
    assert queries_of(client, "/api/v1/enterprises/") == one < 9


def test_decisions_carry_every_clause(api, city, screen):
    screen()
    client = api(UserFactory(city=True))
    rows = ids(client.get(f"/api/v1/decisions/?enterprise={city.over.credit_code}&leads=true"))
    body = client.get(f"/api/v1/decisions/{rows[0]}/").json()
    stored = Decision.objects.get(public_id=rows[0])
    assert body["outcome"] == "deny" and body["amount_fen"] == 0
    assert body["trace"] == stored.trace
    assert {"rule", "actual", "limit", "result", "cite", "document"} <= set(body["trace"][0])
    assert body["content_sha256"] == stored.content_sha256
    assert body["policy"]["sha256"] == stored.policy.sha256


def test_decisions_and_claims_are_for_the_enterprise_and_its_officers(api, city, screen):
    screen()
    claim = Claim.objects.get(enterprise=city.plain)
    member = Membership.objects.create(user=UserFactory(member=True), enterprise=city.plain).user
    seen = ids(api(member).get("/api/v1/claims/"))
    assert seen == [claim.public_id]
    body = api(member).get(f"/api/v1/claims/{claim.public_id}/").json()
    assert body["amount_fen"] == 3_000_000 and body["state_label"] == "待初审"
    mine = set(ids(api(member).get("/api/v1/decisions/?page_size=100")))
    assert mine == set(
        Decision.objects.filter(enterprise=city.plain).values_list("public_id", flat=True)
    )
    elsewhere = api(UserFactory(district=True, region=division("320411")))
    for path in (f"claims/{claim.public_id}", f"decisions/{claim.decision.public_id}"):
        assert elsewhere.get(f"/api/v1/{path}/").status_code == 404
        assert api(UserFactory()).get(f"/api/v1/{path}/").status_code == 404
        assert api(UserFactory(commissioner_role=True)).get(f"/api/v1/{path}/").status_code == 404


def test_lists_of_money_are_narrowed_and_hold_everything_once(api, city, screen):
    screen()
    client = api(UserFactory(city=True))
    granted = Decision.objects.filter(outcome="grant").count()
    address, seen = "/api/v1/decisions/?outcome=grant&page_size=2", []
    while address:
        response = client.get(address)
        seen += ids(response)
        address = response.json()["next"]
    assert len(seen) == len(set(seen)) == granted > 2
    assert ids(client.get("/api/v1/decisions/?stands=false")) == []
    assert client.get("/api/v1/claims/?state=gone").status_code == 400
    assert (
        len(ids(client.get("/api/v1/claims/?region=320404")))
        == Claim.objects.filter(enterprise__region="320404").count()
    )


@pytest.mark.parametrize("path", ["decisions", "claims"])
def test_money_lists_take_the_same_queries(api, city, screen, queries_of, path):
    screen()
    client = api(UserFactory(city=True))
    one = queries_of(client, f"/api/v1/{path}/?page_size=1")
    assert queries_of(client, f"/api/v1/{path}/?page_size=100") == one < 9


def test_a_report_is_read_as_data_and_as_a_workbook(api, db):
    division("3204")
    EnterpriseFactory()
    snapshot = make_weekly_snapshot(2020, 12, "3204")
    client = api(UserFactory(city=True))
    rows = client.get("/api/v1/reports/").json()["results"]
    assert [row["period"] for row in rows] == [snapshot.period]
    url = f"/api/v1/reports/weekly/{snapshot.period}/{snapshot.region_id}/"
    assert client.get(url).json()["data"] == snapshot.data
    response = client.get(url + "workbook/")
    assert response["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
    assert load_workbook(BytesIO(response.content)).sheetnames
    district = api(UserFactory(district=True))
    assert district.get(url).status_code == 404
    assert api(UserFactory(member=True)).get(url).status_code == 404


def test_a_changed_snapshot_gives_no_workbook(api, db):
    division("3204")
    snapshot = make_weekly_snapshot(2020, 12, "3204")
    ReportSnapshot.objects.update(sha256="0" * 64)
    url = f"/api/v1/reports/weekly/{snapshot.period}/{snapshot.region_id}/workbook/"
    response = api(UserFactory(city=True)).get(url)
    assert response.status_code == 409
    assert response["Content-Type"] == "application/problem+json"
    assert "校验" in response.json()["detail"]
