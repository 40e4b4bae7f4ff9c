"""收藏: from every list, without script, and what the page of them shows."""

import re

import pytest
from django.utils import timezone

from enterprises.enums import CloseOutcome, VacancyState
from enterprises.search import index_vacancies
from jobseekers.models import Bookmark
from jobseekers.services import bookmarks
from portal.refused import Refused
from tests.factories import (
    ApplicationFactory,
    JobSeekerFactory,
    MembershipFactory,
    UserFactory,
    VacancyFactory,
)

pytestmark = pytest.mark.django_db
SEARCH = "/jobs/?q=%E8%BD%A6%E5%B7%A5"  # 车工


def close(vacancy):
    """End a post as filled."""
    vacancy.state, vacancy.close_outcome = VacancyState.CLOSED, CloseOutcome.FILLED
    vacancy.closed_at = timezone.now()
    vacancy.save()
    return vacancy


def forms(page):
    """(address, on, next) of the bookmark buttons of a page, in order."""
    found = re.findall(r'<form class="bookmark".*?</form>', page.content.decode(), re.S)
    return [
        (
            re.search(r'action="(.*?)"', form)[1],
            re.search(r'name="on" value="(.)"', form)[1],
            re.search(r'name="next" value="(.*?)"', form)[1],
        )
        for form in found
    ]


def test_kept_from_the_search_and_found_again(client, sign_in):
    seeker = JobSeekerFactory()
    vacancy = VacancyFactory(title="数控车工")
    index_vacancies([vacancy.pk])
    sign_in(seeker.user)
    (button,) = forms(client.get(SEARCH))
    assert button == (f"/seeker/bookmarks/{vacancy.public_id}/", "1", SEARCH)
    answer = client.post(button[0], {"on": "1", "next": SEARCH})
    assert answer.status_code == 302 and answer.url == SEARCH
    client.post(button[0], {"on": "1"})
    assert Bookmark.objects.get().vacancy == vacancy
    (button,) = forms(client.get(SEARCH))
    assert button[1] == "0"
    for page in (f"/jobs/{vacancy.public_id}/", f"/jobs/employer/{vacancy.enterprise.public_id}/"):
        assert {on for _, on, _ in forms(client.get(page))} == {"0"}, page
    assert "数控车工" in client.get("/seeker/bookmarks/").content.decode()
    client.post(button[0], {"on": "0"})
    client.post(button[0], {"on": "0"})
    assert not Bookmark.objects.exists()
    assert "还没有收藏岗位" in client.get("/seeker/bookmarks/").content.decode()


def test_with_htmx_only_the_button_comes_back(client, sign_in):
    vacancy = VacancyFactory()
    sign_in(JobSeekerFactory().user)
    page = client.post(
        f"/seeker/bookmarks/{vacancy.public_id}/", {"on": "1"}, headers={"HX-Request": "true"}
    )
    text = page.content.decode()
    assert text.lstrip().startswith("<form") and "已收藏" in text and "<html" not in text


def test_a_script_whose_reader_was_signed_out_leads_to_the_page_to_sign_in(client):
    vacancy = VacancyFactory()
    for current, back in (
        ("http://testserver/jobs/?q=a", "/jobs/%3Fq%3Da"),
        ("javascript:alert(1)", "/"),
        ("http://[", "/"),
        ("", "/"),
    ):
        answer = client.post(
            f"/seeker/bookmarks/{vacancy.public_id}/",
            {"on": "1"},
            headers={"HX-Request": "true", "HX-Current-URL": current},
        )
        assert answer["HX-Redirect"] == f"/account/sign-in/?next={back}", current
        assert answer.content == b""


def test_ended_posts_say_so_and_cannot_be_newly_kept(client, sign_in):
    seeker = JobSeekerFactory()
    ended, applied = VacancyFactory(title="已经结束的"), VacancyFactory(title="申请过的")
    bookmarks.keep(seeker, ended)
    bookmarks.keep(seeker, applied)
    ApplicationFactory(seeker=seeker, vacancy=applied)
    close(ended)
    sign_in(seeker.user)
    text = client.get("/seeker/bookmarks/").content.decode()
    assert "已招满" in text and "查同类的岗位" in text and "已申请" in text
    other = close(VacancyFactory())
    with pytest.raises(Refused):
        bookmarks.keep(seeker, other)
    client.post(f"/seeker/bookmarks/{other.public_id}/", {"on": "1"})
    assert Bookmark.objects.filter(vacancy=other).count() == 0
    client.post(f"/seeker/bookmarks/{ended.public_id}/", {"on": "0"})
    assert [one.vacancy for one in Bookmark.objects.all()] == [applied]


def test_the_list_has_an_end(monkeypatch):
    monkeypatch.setattr(bookmarks, "MOST", 1)
    seeker = JobSeekerFactory()
    first = VacancyFactory()
    bookmarks.keep(seeker, first)
    bookmarks.keep(seeker, first)
    with pytest.raises(Refused):
        bookmarks.keep(seeker, VacancyFactory())


def test_everyone_has_their_own_and_only_seekers_have_buttons(client, sign_in):
    vacancy = VacancyFactory(title="数控车工")
    index_vacancies([vacancy.pk])
    bookmarks.keep(JobSeekerFactory(), vacancy)
    page = client.get(SEARCH)
    assert (
        forms(page) == []
        and "登录后收藏" in client.get(f"/jobs/{vacancy.public_id}/").content.decode()
    )
    sign_in(MembershipFactory().user)
    assert forms(client.get(SEARCH)) == []
    sign_in(JobSeekerFactory().user)
    assert "数控车工" not in client.get("/seeker/bookmarks/").content.decode()
    assert [on for _, on, _ in forms(client.get(SEARCH))] == ["1"]


def test_who_was_signed_out_meanwhile_lands_on_the_post(client, sign_in):
    vacancy = VacancyFactory()
    address = f"/seeker/bookmarks/{vacancy.public_id}/"
    asked = client.post(address, {"on": "1"})
    assert asked.url == f"/account/sign-in/?next={address}"
    sign_in(UserFactory())
    assert client.get(address).url == f"/jobs/{vacancy.public_id}/"
    answer = client.post(address, {"on": "1", "next": "//evil.example/"})
    assert answer.url.startswith("/seeker/profile/?next=") and not Bookmark.objects.exists()
    sign_in(JobSeekerFactory().user)
    answer = client.post(address, {"on": "1", "next": "//evil.example/"})
    assert answer.url == f"/jobs/{vacancy.public_id}/" and Bookmark.objects.count() == 1


def test_the_page_takes_the_same_queries_however_long(
    client, sign_in, django_assert_max_num_queries
):
    seeker = JobSeekerFactory()
    sign_in(seeker.user)
    for _ in range(8):
        bookmarks.keep(seeker, VacancyFactory())
    with django_assert_max_num_queries(8):
        page = client.get("/seeker/bookmarks/")
    assert len(page.context["rows"]) == 8
