"""Every address of the project, opened by everyone.

What comes out is held against tests/access/table.txt. A row is an address, a column a walker; a
cell holds the answers to GET and POST, each for the walker's own row and, after a stroke, for one
that is not theirs (tests/access/city.py says whose that is): "200/404 405/404". One answer in a
cell is the answer to all of them. "login" is the redirect to the sign-in page.

After a change that is meant to be, look at the new table, then take it over:

    pytest tests/test_access.py -k table
    cp <the file the failure names> tests/access/table.txt
"""

import re
import subprocess
import sys
from copy import deepcopy
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import include, path, reverse

from portal.accounts.access import ACTING_STAFF, PUBLIC, READ_ONLY, allow
from portal.launch.lint import PRODUCTION
from portal.ui import errors
from tests.access.addresses import every_address
from tests.access.city import FAR_SIGHTED, WALKERS, build
from tests.factories import UserFactory

TABLE = Path(__file__).parent / "access" / "table.txt"
HEAD = "address"


def ask(client, method, address):
    """One request, undone afterwards whatever it did; returns the answer as the table has it."""
    kept = deepcopy(client.cookies)
    with transaction.atomic():
        if method == "POST" and address.startswith("/api/"):
            response = client.post(address, {}, content_type="application/json")
        else:
            response = getattr(client, method.lower())(address)
        transaction.set_rollback(True)
    client.cookies = kept
    target = response.get("Location", "")
    if response.status_code == 302 and target.startswith(reverse("accounts:login")):
        return "login"
    return str(response.status_code)


def cell(client, address, own, foreign, methods):
    """The answers of one walker at one address."""
    sides = [address.at(own)]
    if address.at(foreign) != sides[0]:
        sides.append(address.at(foreign))
    answers = [[ask(client, method, path) for path in sides] for method in methods]
    if len({answer for pair in answers for answer in pair}) == 1:
        return answers[0][0]
    return " ".join("/".join(pair) for pair in answers)


def walk(city):
    """{address name: {walker: cell}}, and what does not fit one row."""
    found, trouble = {}, []
    addresses = every_address()
    for walker in WALKERS:
        client = Client(raise_request_exception=False)
        user = city.walkers[walker]
        if user is not None:
            client.force_login(user)
            client.get("/")
        foreign = city.abroad if walker in FAR_SIGHTED else city.away
        for address in addresses:
            try:
                # Refused there by the address alone; once by GET is enough for so many tables.
                once = address.model is not None and walker != "administrator"
                methods = ("GET",) if once else ("GET", "POST")
                answer = cell(client, address, city.home, foreign, methods)
            except LookupError as error:
                trouble.append(f"{address.name}: {error} (tests/access/addresses.py)")
                continue
            row = found.setdefault(address.name, {})
            if row.setdefault(walker, answer) != answer:
                trouble.append(f"{address.route} as {walker}: {answer}, others {row[walker]}")
    return found, sorted(set(trouble))


def as_text(found):
    """The table as it stands in its file."""
    rows = [[HEAD, *WALKERS]]
    rows += [[name, *(found[name].get(w, "?") for w in WALKERS)] for name in sorted(found)]
    widths = [44, *[max(18, max(len(row[i]) for row in rows)) for i in range(1, len(rows[0]))]]
    lines = (
        "  ".join(value.ljust(width) for value, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
    return "\n".join(lines) + "\n"


def read(text):
    """{address name: {walker: cell}} of the file."""
    head, *rows = (re.split(r"\s{2,}", line) for line in text.splitlines() if line.strip())
    assert head == [HEAD, *WALKERS]
    return {row[0]: dict(zip(WALKERS, row[1:], strict=True)) for row in rows}


@pytest.fixture
def brisk(monkeypatch, settings):
    """Thousands of requests: the page “not found” is not drawn (it has tests of its own), and
    sessions travel in the cookie."""
    monkeypatch.setattr(errors, "page_not_found", lambda request, exc: HttpResponse(status=404))
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"


@pytest.mark.django_db
def test_every_address_answers_everyone_as_the_table_says(tmp_path, brisk):
    found, trouble = walk(build())
    assert trouble == [], "\n".join(trouble)
    target = tmp_path / "table.txt"
    target.write_text(as_text(found))
    said = read(TABLE.read_text())
    assert sorted(set(found) - set(said)) == [], f"addresses the table lacks; see {target}"
    assert sorted(set(said) - set(found)) == [], "rows of the table without an address"
    differ = [
        f"{name} as {walker}: {found[name][walker]!r}, the table says {said[name][walker]!r}"
        for name in sorted(found)
        for walker in WALKERS
        if found[name][walker] != said[name][walker]
    ]
    assert differ == [], f"see {target}"
    assert [line for line in as_text(found).splitlines() if " 500" in line] == []
    assert list(said) == sorted(said), "the table is kept sorted"


def test_what_the_table_says_of_those_who_only_look():
    """An auditor and an administrator change nothing; a stranger reaches what is public only."""
    said = read(TABLE.read_text())
    own = {name for name in said if name.startswith("accounts:")}
    for name, row in said.items():
        for looker in ("auditor", "administrator"):
            if name in own or (name.startswith("admin") and looker == "administrator"):
                continue
            posted = row[looker].split(" ")[-1].split("/")
            assert set(posted) <= {"404"}, (name, looker)
        if name.startswith("admin"):
            assert {row[w] for w in WALKERS[1:-1]} == {"404"}, name
            assert row["stranger"] == "login", name
        if name.startswith(("workbench:", "subsidies:", "reports:", "enterprises:", "jobseekers:")):
            public = {"enterprises:overview", "jobseekers:recommendations", "jobseekers:alert_off"}
            assert name in public or row["stranger"] == "login", name


# ---- the middleware itself ---------------------------------------------------------------------


def unmarked(request):
    """A view whose author forgot the mark."""
    return HttpResponse("open")


@allow(ACTING_STAFF)
def marked(request):
    """A view for staff who act."""
    return HttpResponse("staff")


@allow(PUBLIC)
def public(request):
    """A view for everyone."""
    return HttpResponse("everyone")


urlpatterns = [
    path("forgotten/", unmarked),
    path("for-staff/", marked),
    path("for-all/", public),
    path("", include("portal.urls")),
]
handler404 = "portal.ui.errors.not_found"
TRAITS = (
    {}, {"member": True}, {"commissioner_role": True}, {"district": True}, {"city": True},
    {"auditor": True}, {"administrator": True},
)  # fmt: skip
own_urls = pytest.mark.urls("tests.test_access")


@own_urls
@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "head", "post", "put", "delete", "options", "patch"])
def test_a_view_without_a_mark_is_closed_to_all_by_any_method(client, method):
    assert getattr(client, method)("/forgotten/").status_code == 302
    for traits in TRAITS:
        client.force_login(UserFactory(**traits, is_superuser=True))
        response = getattr(client, method)("/forgotten/")
        assert response.status_code == 404
        assert b"open" not in response.content


@own_urls
@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "head", "options", "post", "put", "patch", "trace"])
def test_the_mark_holds_for_every_method(client, method):
    for traits in TRAITS:
        user = UserFactory(**traits)
        client.force_login(user)
        expected = 200 if user.may_act else 404
        assert getattr(client, method)("/for-staff/").status_code == expected
        writes = method not in ("get", "head", "options")
        looks_on = user.role in READ_ONLY and writes
        assert getattr(client, method)("/for-all/").status_code == (404 if looks_on else 200)


@own_urls
@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/for-staff", "/for-staff/?x=1", "/for-staff//"])
def test_other_spellings_of_an_address_open_nothing(client, address):
    assert client.get(address).status_code in (301, 302, 404)
    client.force_login(UserFactory())
    response = client.get(address, follow=True)
    assert response.status_code == 404


@pytest.mark.django_db
def test_head_answers_as_get(client):
    """Otherwise a page would tell of itself by the one what it hides by the other."""
    for user in (None, UserFactory()):
        if user:
            client.force_login(user)
        for address in every_address():
            if address.parts or address.name.startswith("admin:<"):
                continue
            target = address.at(None)
            assert ask(client, "GET", target) == ask(client, "HEAD", target), target


@pytest.mark.django_db
def test_a_staff_account_without_work_to_do_is_signed_out(client, settings):
    client.force_login(UserFactory(city=True))
    page = reverse("accounts:password")
    assert client.get(page).status_code == 200
    settings.STAFF_IDLE_MINUTES = 0
    assert client.get(page).status_code == 302
    client.force_login(UserFactory())
    assert client.get(page).status_code == 200, "only staff are signed out"


# ---- settings, headers -------------------------------------------------------------------------


def test_production_settings_pass_the_deployment_check():
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=settings.BASE_DIR,
        env={"PATH": "/usr/bin:/bin", **PRODUCTION},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


def policy_of(response):
    return dict(
        part.strip().split(" ", 1)
        for part in response["Content-Security-Policy"].split(";")
        if " " in part.strip()
    )


@pytest.fixture(scope="module")
def bases():
    """A page of each frame: who opens it, where, what it extends."""
    return [
        (None, "home", "base_public.html"),
        ({}, "jobseekers:profile", "base_seeker.html"),
        ({"city": True}, "workbench:enterprises", "base_staff.html"),
        ({"administrator": True}, "admin:index", "admin/base_site.html"),
    ]


@pytest.mark.django_db
def test_every_frame_is_sent_under_the_strict_policy(client, bases):
    nonces = set()
    for traits, name, frame in bases:
        client.logout()
        if traits is not None:
            client.force_login(UserFactory(**traits))
        response = client.get(reverse(name))
        assert response.status_code == 200, name
        assert frame in {template.name for template in response.templates}, name
        policy = policy_of(response)
        assert policy["default-src"] == policy["object-src"] == "'none'"
        assert policy["frame-ancestors"] == "'none'" and policy["base-uri"] == "'self'"
        for directive in ("script-src", "style-src"):
            assert "unsafe" not in policy[directive]
            assert "http" not in policy[directive] and "*" not in policy[directive]
            nonces |= set(re.findall(r"'nonce-[^']+'", policy[directive]))
        assert response["X-Frame-Options"] == "DENY"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Referrer-Policy"] == "same-origin"
        page = response.content.decode()
        assert not re.search(r"<[^>]*\sstyle\s*=|<style\b|<[^>]*\son[a-z]+\s*=", page), name
        for attributes, body in re.findall(r"<script\b([^>]*)>(.*?)</script>", page, re.S):
            data = "application/json" in attributes or "application/ld+json" in attributes
            assert data or ("src=" in attributes and not body.strip()), (name, attributes)


@pytest.mark.django_db
def test_the_nonce_is_another_one_each_time(client):
    """Where a page uses one at all."""
    first, second = (policy_of(client.get("/"))["script-src"] for _ in range(2))
    assert "'nonce-" not in first or first != second
