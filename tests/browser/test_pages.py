"""Every page as those see it who may: at 320, 390, 768 and 1440 nothing runs out of the page, at
390 and 1440 axe finds nothing, and nothing is refused by the policy; the same for strangers and
seekers in 关怀版.
"""

import pytest
from django.test import Client
from playwright.sync_api import expect

from portal.accounts.models import User
from tests.browser import busy
from tests.browser.addresses import pages, unused
from tests.browser.conftest import DESK, PHONE
from tests.browser.watching import axe, overflow, resize

STRANGER = ""
# The narrowest telephone (or 400 % zoom) and a tablet: looked at for what runs out only.
BETWEEN = ({"width": 320, "height": 700}, {"width": 768, "height": 1024})
# In this order: a page that an earlier one sees is looked at again only when it stands in AGAIN.
PEOPLE = (STRANGER, "wangjianguo", "lishi", "city1", "wujin1", "zhoumin", "auditor")
AGAIN = {
    "wangjianguo": {"home", "vacancies:search", "vacancies:detail"},
    "lishi": {"hotlines:ask"},
    "wujin1": {"workbench:enterprise", "subsidies:batch"},
    "zhoumin": {"workbench:today", "workbench:enterprise", "workbench:ticket"},
    "auditor": {"workbench:today", "subsidies:batch", "workbench:vacancy_review"},
}


@pytest.fixture(scope="module")
def origin(serve, city_after_a_night):
    """The portal after its first night and a few days of work."""
    address = serve(city_after_a_night)
    busy.fill()
    return address


@pytest.fixture(scope="module")
def seen_by(origin):
    """Person → paths of the pages to look at as that person; None → pages nobody sees."""
    found, taken = {}, set()
    everything = pages()
    for person in PEOPLE:
        client = Client(raise_request_exception=False, HTTP_HOST="localhost")
        if person:
            client.force_login(User.objects.get(username=person))
        found[person] = []
        for name, paths in everything.items():
            if name in taken and name not in AGAIN.get(person, ()):
                continue
            for path in paths if name not in taken else paths[:1]:
                answer = client.get(path)
                # A page that breaks is a page: it is looked at, and fails there.
                if answer.status_code == 200 or answer.status_code >= 500:
                    assert answer["Content-Type"].startswith("text/html"), f"{name} is no page"
                    found[person].append(path)
            if found[person] and found[person][-1] in paths:
                taken.add(name)
    found[None] = sorted(set(everything) - taken)
    return found


def test_every_page_is_somebodys(seen_by):
    assert seen_by[None] == []
    assert not unused(), "OBJECTS names addresses that are not there"


def runs_out(page, size, path):
    """What reaches beyond the edge at that size."""
    resize(page, size)
    return [f"{path} at {size['width']} runs out: {one}" for one in overflow(page)]


def look(page, size, path):
    """Faults of the page at that size, each with where."""
    wide = runs_out(page, size, path)
    found = axe(page)
    headings = page.locator("h1").count()
    if headings != 1:
        found.append(f"{headings} h1")
    return wide + [f"{path} at {size['width']}: {one}" for one in found]


@pytest.mark.parametrize("person", PEOPLE)
def test_pages(open_context, origin, seen_by, faults, person):
    page = open_context(origin, person or None, viewport=PHONE).new_page()
    found = []
    for path in seen_by[person]:
        page.set_viewport_size(PHONE)
        page.goto(path)
        found += look(page, PHONE, path) + look(page, DESK, path)
        for size in BETWEEN:
            found += runs_out(page, size, path)
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize("person", [STRANGER, "wangjianguo"])
def test_pages_in_care_mode(open_context, origin, seen_by, faults, person):
    """关怀版: the same, and letters of 18 pixels at least, and a telephone on every page."""
    context = open_context(origin, person or None, viewport=PHONE)
    context.add_cookies([{"name": "care", "value": "1", "url": origin}])
    page = context.new_page()
    found = []
    for path in seen_by[person]:
        page.set_viewport_size(PHONE)
        page.goto(path)
        found += look(page, PHONE, f"关怀版 {path}")
        found += [f"关怀版 {path}: {one}" for one in page.evaluate(SMALL_LETTERS)]
        if not page.locator("a[href^='tel:']").count():
            found.append(f"关怀版 {path}: no telephone")
        for size in (DESK, *BETWEEN):
            found += runs_out(page, size, f"关怀版 {path}")
    assert not found, "\n" + "\n".join(found)


SMALL_LETTERS = """
() => {
    const found = new Set();
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
        const box = walk.currentNode.parentElement;
        if (!walk.currentNode.textContent.trim() || !box.checkVisibility()) continue;
        if (box.closest(".visually-hidden, script, option")) continue;
        const size = parseFloat(getComputedStyle(box).fontSize);
        if (size < 18) {
            found.add(`${size}px “${walk.currentNode.textContent.trim().slice(0, 20)}”`);
        }
    }
    return [...found].slice(0, 4);
}
"""


@pytest.mark.parametrize("person", PEOPLE)
def test_keyboard(open_context, origin, seen_by, faults, person):
    """The first stop is the skip link, it leads past the header, and what has the focus shows it."""
    page = open_context(origin, person or None, viewport=DESK).new_page()
    page.goto(seen_by[person][0])
    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    expect(skip).to_have_text("跳到正文")
    expect(skip).to_be_in_viewport(ratio=1)
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    for _ in range(12):
        page.keyboard.press("Tab")
        plain = page.evaluate(FOCUS)
        assert plain == "", plain


# A ring, a shadow or another ground: something that is not there without the focus.
FOCUS = """
() => {
    const node = document.activeElement;
    if (node === document.body) return "";
    const read = () => {
        const label = node.matches(".visually-hidden, input") ? node.closest("label, .choice") : null;
        return [node, label].filter(Boolean).map((one) => {
            const style = getComputedStyle(one);
            return [style.outlineStyle, style.outlineWidth, style.boxShadow, style.backgroundColor];
        }).join("|");
    };
    const focused = read();
    node.blur();
    const plain = read();
    node.focus();
    return focused === plain ? `focus is not shown: ${node.outerHTML.slice(0, 120)}` : "";
}
"""
