"""What every endpoint shares: schema, problems, throttling, CSRF, marks."""

import json

import pytest
import yaml
from django.core.cache import cache
from django.core.management import call_command
from django.urls import path
from rest_framework.response import Response
from rest_framework.throttling import AnonRateThrottle
from rest_framework.views import APIView

from portal.urls import urlpatterns as real
from tests.factories import JobSeekerFactory, UserFactory, VacancyFactory


class Unmarked(APIView):
    """Somebody forgot the mark."""

    def get(self, request):
        return Response({"secret": True})


class UnmarkedAndOpen(Unmarked):
    """And opened DRF's own door."""

    permission_classes = []
    authentication_classes = []


handler404 = "portal.ui.errors.not_found"
urlpatterns = [
    *real,
    path("api/v1/forgotten/", Unmarked.as_view()),
    path("api/v1/forgotten/open/", UnmarkedAndOpen.as_view()),
]


def test_the_schema_is_valid_without_a_warning(tmp_path):
    target = tmp_path / "schema.yml"
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(target))
    schema = yaml.safe_load(target.read_text(encoding="utf-8"))
    names = {path.removeprefix("/api/v1/").split("/")[0] for path in schema["paths"]}
    assert names == {
        "applications", "claims", "decisions", "enterprises", "reports", "schema", "vacancies",
    } - {"schema"}  # fmt: skip
    for address, operations in schema["paths"].items():
        for method, operation in operations.items():
            assert operation.get("summary"), (address, method)
            assert "application/problem+json" in operation["responses"]["default"]["content"]


@pytest.mark.django_db
def test_the_schema_is_public_and_says_what_needs_no_session(client):
    schema = json.loads(client.get("/api/v1/schema/?format=json").content)
    assert schema["paths"]["/api/v1/vacancies/"]["get"].get("security", []) in ([], [{}])
    assert schema["paths"]["/api/v1/claims/"]["get"]["security"] == [{"session": []}]


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["claims/", "enterprises/", "nowhere/", "applications/x/"])
def test_strangers_get_a_problem_not_a_page(client, address):
    response = client.get(f"/api/v1/{address}")
    expected = 404 if address == "nowhere/" else 401
    assert response.status_code == expected
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["status"] == expected
    assert (expected == 401) == ("WWW-Authenticate" in response)


@pytest.mark.django_db
@pytest.mark.urls("tests.api.test_frame")
@pytest.mark.parametrize("address", ["forgotten/", "forgotten/open/"])
def test_an_endpoint_without_a_mark_is_closed_to_all(client, address):
    assert client.get(f"/api/v1/{address}").status_code == 401
    for traits in ({}, {"city": True}, {"administrator": True}):
        client.force_login(UserFactory(**traits))
        response = client.get(f"/api/v1/{address}")
        assert response.status_code == 404
        assert response["Content-Type"] == "application/problem+json"


def test_the_view_asks_the_mark_itself(rf):
    """Reached past the middleware it is closed as well."""
    assert Unmarked.as_view()(rf.get("/")).status_code == 401


@pytest.mark.django_db
def test_writes_of_a_session_need_the_csrf_token(api):
    seeker, vacancy = JobSeekerFactory(), VacancyFactory()
    client = api(seeker.user, enforce_csrf_checks=True)
    sent = {"vacancy": vacancy.public_id, "agreed": True}
    response = client.post("/api/v1/applications/", sent, format="json")
    assert response.status_code == 403
    assert response["Content-Type"] == "application/problem+json"
    client.get("/seeker/profile/")
    token = client.cookies["csrftoken"].value
    again = client.post("/api/v1/applications/", sent, format="json", HTTP_X_CSRFTOKEN=token)
    assert again.status_code == 201


@pytest.mark.django_db
def test_strangers_are_slowed_down_and_told_how_long(client, monkeypatch):
    monkeypatch.setattr(AnonRateThrottle, "get_rate", lambda self: "2/min")
    cache.clear()
    codes = [client.get("/api/v1/vacancies/").status_code for _ in range(3)]
    assert codes == [200, 200, 429]
    response = client.get("/api/v1/vacancies/", headers={"X-Forwarded-For": "192.0.2.7"})
    assert response.status_code == 429, "a made-up forwarding header is not believed"
    assert int(response["Retry-After"]) > 0
    assert response.json()["title"] == "请求太频繁，请稍后再试"


@pytest.mark.django_db
@pytest.mark.parametrize("sent", ["{", "[1]", '"text"'])
def test_bodies_that_are_no_object_are_refused(api, sent):
    client = api(JobSeekerFactory().user)
    response = client.post("/api/v1/applications/", sent, content_type="application/json")
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.django_db
def test_a_method_it_does_not_know(api):
    response = api(UserFactory(city=True)).delete("/api/v1/vacancies/")
    assert response.status_code == 405
    assert response.json()["title"] == "不支持这种请求方法"
