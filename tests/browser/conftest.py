"""Chromium, a server with the demo city behind it, and watched pages."""

import os

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from playwright.sync_api import expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from portal.launch.testing import find_chromium
from tests.browser import city
from tests.browser.watching import Faults, watch

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost",
)


def pytest_collection_modifyitems(items):
    """Everything in this directory drives the browser and needs the migrated test database."""
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.django_db)
            item.add_marker(pytest.mark.timeout(600))  # one test looks at up to forty pages


@pytest.fixture
def _django_db_helper():
    """No transaction around these tests: what one thread writes, the others must see.

    They work on a copy of their own, which is dropped (``serve``).
    """


@pytest.fixture(scope="session")
def city_database(django_db_setup, django_db_blocker):
    """Name of a database with codes and the small city, before its first night."""
    with django_db_blocker.unblock():
        name = f"{connection.settings_dict['NAME']}_city"
        city.copy(connection.settings_dict["NAME"], name)
        city.load(name)
    yield name
    with django_db_blocker.unblock():
        city.drop(name)


@pytest.fixture(scope="session")
def city_after_a_night(city_database, django_db_blocker):
    """Name of a database with the same city after its nightly run and weekly report."""
    with django_db_blocker.unblock():
        name = f"{city_database}_night"
        city.copy(city_database, name)
        city.nights_work(name)
    yield name
    with django_db_blocker.unblock():
        city.drop(name)


@pytest.fixture(scope="module")
def serve(django_db_blocker):
    """serve(database) → address of the portal on a copy of that database, until the module ends.

    The test itself works on the same copy.
    """
    undo = []

    def start(database):
        name = f"{database}_served"
        city.copy(database, name)
        undo.append(lambda: city.drop(name))
        switched = city.using(name)
        switched.__enter__()
        undo.append(lambda: switched.__exit__(None, None, None))
        server = LiveServer("localhost")
        undo.append(server.stop)
        return server.url

    with django_db_blocker.unblock():
        yield start
        for step in reversed(undo):
            step()


@pytest.fixture(scope="module")
def chromium():
    """One browser for the module. Named by CHROMIUM, or found where `make test` finds it."""
    found = find_chromium(os.environ)
    assert found, "No Chromium found: install chromium, or set CHROMIUM to its path."
    # Playwright keeps an event loop in this thread; the ORM calls of the tests are no part of it.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    expect.set_options(timeout=10_000)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=found, args=list(ARGUMENTS))
            yield browser
            browser.close()
    finally:
        if before is None:
            del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
        else:
            os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = before


@pytest.fixture(scope="module")
def faults():
    """What went wrong on any page of the module; emptied by each test's check."""
    return Faults()


@pytest.fixture(autouse=True)
def _nothing_went_wrong(request):
    """After each test: no error, nothing refused by the policy, no other host."""
    yield
    if "faults" in request.fixturenames:
        request.getfixturevalue("faults").check()


@pytest.fixture(scope="module")
def open_context(chromium, faults):
    """open_context(origin, user=None, **options) → a watched browser context, signed in."""
    contexts = []

    def make(origin, user=None, **options):
        options = {"viewport": DESK, "locale": "zh-CN", "timezone_id": "Asia/Shanghai"} | options
        context = chromium.new_context(base_url=origin, **options)
        contexts.append(context)
        context.set_default_timeout(15_000)
        watch(context, origin, faults)
        if user is not None:
            context.add_cookies([session_cookie(user, origin)])
        return context

    yield make
    for context in contexts:
        context.close()


def session_cookie(user, origin):
    """The cookie of somebody who signed in; the sign-in page has a test of its own."""
    client = Client()
    if isinstance(user, str):
        user = get_user_model().objects.get(username=user)
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value, "url": origin}
