"""The watching itself: each kind of fault is found, on a page that has it."""

import pytest

from portal.accounts.models import User
from tests.browser.conftest import PHONE
from tests.browser.watching import Faults, axe, overflow


@pytest.fixture(scope="module")
def origin(serve, city_database):
    return serve(city_database)


@pytest.fixture
def page(open_context, origin):
    page = open_context(origin, viewport=PHONE).new_page()
    page.goto("/privacy/")
    return page


def put(page, html):
    """Put the markup at the end of the page's content."""
    page.evaluate(
        "(html) => document.getElementById('main').insertAdjacentHTML('beforeend', html)", html
    )


def test_the_page_as_it_is(page):
    assert overflow(page) == []
    assert axe(page) == []


@pytest.mark.parametrize(
    ("markup", "rule"),
    [
        ("<input type='text' name='x'>", "label"),
        ("<img src='/static/img/mark.svg'>", "image-alt"),
        ("<p lang='zz-zz-zz'>字</p>", "valid-lang"),
        ("<button></button>", "button-name"),
    ],
)
def test_axe_finds(page, markup, rule):
    put(page, markup)
    assert [one for one in axe(page) if f" {rule}: " in one]


def test_pale_letters_are_found(page):
    page.evaluate("() => { document.querySelector('h1').style.color = '#c9c9c9'; }")
    assert [one for one in axe(page) if " color-contrast: " in one]


def test_what_runs_out_is_named(page):
    put(page, "<table><tr><td>" + "长" * 60 + "</td></tr></table>")
    page.evaluate("() => { document.querySelector('#main td').style.whiteSpace = 'nowrap'; }")
    assert "td" in overflow(page)[1]


@pytest.mark.parametrize(
    ("act", "told"),
    [
        ("() => document.getElementById('main').setAttribute('style', 'color: red')", "style-src"),
        ("() => { const s = document.createElement('script'); s.textContent = '1';"
         " document.body.append(s); }", "script-src"),
        ("() => console.error('broken')", "broken"),
        ("() => setTimeout(() => { throw new Error('lost'); })", "lost"),
        ("() => new Image().src = 'http://elsewhere.invalid/x.png'", "another host"),
        ("() => fetch('/static/nowhere.css')", "404"),
    ],
)  # fmt: skip
def test_faults_are_collected(page, faults, act, told):
    page.evaluate(act)
    page.wait_for_function("() => document.readyState === 'complete'")
    page.goto("/privacy/")
    assert [one for one in faults if told in one], faults
    faults.clear()


def test_faults_fail_once_with_all_of_them():
    faults = Faults(["/x broken", "/x broken", "/y lost"])
    with pytest.raises(AssertionError) as failure:
        faults.check()
    assert str(failure.value).startswith("\n/x broken\n/y lost")
    faults.check()


def test_cookie_is_somebodys(open_context, origin):
    page = open_context(origin, "lishi").new_page()
    page.goto("/enterprise/")
    assert page.locator("h1").inner_text() == "常州砺石模具有限公司"
    assert User.objects.filter(username="lishi").exists()
