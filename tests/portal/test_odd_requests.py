"""Odd addresses get an ordinary answer, and nothing keeps what a signed-in person was shown."""

import pytest
from django.urls import reverse

from tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("typed", ["²", "①级焊工", "m³"])
def test_digits_of_other_kinds_can_be_searched(client, typed):
    assert client.get("/jobs/", {"q": typed}).status_code == 200


@pytest.mark.parametrize(
    "address",
    ["/hotlines/ask/?vacancy=a%00b", "/jobs/?q=a%00&region=%00", "/notices/?page=%00"],
)
def test_a_nul_in_an_address_is_left_out(client, address):
    assert client.get(address).status_code == 200


def test_a_nul_in_the_addresses_of_the_work_lists(sign_in):
    staff = sign_in(UserFactory(district=True))
    for address in ("/staff/search/?q=a%00b", "/staff/jobseekers/?occupation=%00",
                    "/staff/fills/?area=%%0000"):  # fmt: skip
        assert staff.get(address).status_code == 200, address
    assert (
        sign_in(MembershipFactory().user).get("/enterprise/applicants/?vacancy=%00").status_code
        == 200
    )


def test_the_api_names_a_nul_as_an_error(client):
    answer = client.get("/api/v1/vacancies/?region=%00")
    assert answer.status_code == 400
    assert "region" in answer.json()["errors"]


@pytest.mark.parametrize("target", ["abc", "99", "?x=1", "//evil.example", "javascript:alert(1)"])
def test_care_mode_goes_back_only_to_a_path_of_this_site(client, target):
    assert client.get("/care/", {"mode": "on", "next": target}).headers["Location"] == "/"


def test_care_mode_goes_back_to_the_page(client):
    assert client.get("/care/", {"next": "/jobs/?q=焊工"}).headers["Location"].startswith("/jobs/")


def test_a_sitemap_that_cannot_be(client):
    assert client.get("/sitemap-vacancies-99999999999999999999.xml").status_code == 404


def test_pages_of_a_signed_in_person_are_kept_nowhere(client, sign_in):
    assert "Cache-Control" not in client.get("/jobs/").headers
    seeker = sign_in(UserFactory())
    for address in (reverse("jobseekers:consents"), "/api/v1/applications/", "/seeker/nothing/"):
        kept = seeker.get(address).headers["Cache-Control"]
        assert "no-store" in kept and "private" in kept, address


@pytest.mark.parametrize("week", ["9999-W52", "0001-W01", "0000-W00"])
def test_a_week_without_end_is_the_present_one(sign_in, week):
    assert sign_in(UserFactory(district=True)).get(f"/staff/fills/?week={week}").status_code == 200
