"""A page that is watched: what must never happen on any page is collected and fails the test."""

from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

AXE = Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js"
STANDARDS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa")
RUN_AXE = """
async (tags) => {
    const running = axe.run(document, {
        runOnly: {type: "tag", values: tags},
        resultTypes: ["violations"],
        preload: false,
    });
    const limit = new Promise((_, reject) => {
        setTimeout(() => reject(new Error("axe took longer than 90 s")), 90_000);
    });
    const found = await Promise.race([running, limit]);
    return found.violations.map((one) => ({
        rule: one.id,
        impact: one.impact,
        help: one.help,
        where: one.nodes.slice(0, 4).map((node) => ({
            target: node.target.join(" "),
            why: [...node.any, ...node.all, ...node.none].map((check) => check.message).join("; "),
        })),
        places: one.nodes.length,
    }));
}
"""
TELL_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) => {
    console.error(`CSP ${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
});
"""
# Boxes that scroll on purpose hold their own width; the page as a whole must not.
OVERFLOW = """
() => {
    const room = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= room) return [];
    const scrolls = (node) => {
        for (let box = node.parentElement; box; box = box.parentElement) {
            if (["auto", "scroll", "hidden", "clip"].includes(getComputedStyle(box).overflowX)) {
                return true;
            }
        }
        return false;
    };
    const wide = [...document.body.querySelectorAll("*")].filter((node) => {
        const box = node.getBoundingClientRect();
        return box.width > 0 && box.right > room + 1 && !scrolls(node);
    });
    const last = wide.filter((node) => !wide.some((other) => other !== node && node.contains(other)));
    const named = (node) => `${node.tagName.toLowerCase()}.${node.className} “${
        node.textContent.trim().slice(0, 30)}” ends at ${
        Math.round(node.getBoundingClientRect().right)}`;
    return [`${document.documentElement.scrollWidth} > ${room}`, ...last.slice(0, 4).map(named)];
}
"""

# A script that watches the size of a box is told within the frame that shows the new size.
TWO_FRAMES = """
() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))
"""


class Faults(list):
    """Sentences about what went wrong, with the address it went wrong at."""

    def check(self):
        """Fail with all of them; then begin anew."""
        found, self[:] = "\n".join(dict.fromkeys(self)), []
        assert not found, f"\n{found}"


def watch(context, origin, faults):
    """Collect console errors, script errors, refused content and requests to other hosts."""

    def console(message):
        if message.type in ("error", "warning") and not _answers_refused_form(message.text):
            faults.append(f"{_path(message.page)} console {message.type}: {message.text}")

    def request(sent):
        address = urlsplit(sent.url)
        if address.scheme in ("data", "blob", "about"):
            return
        if f"{address.scheme}://{address.netloc}" != origin:
            faults.append(f"request to another host: {sent.url}")

    def failed(sent):
        if sent.failure != "net::ERR_ABORTED":  # the page was left meanwhile, or it is a download
            faults.append(f"request failed: {sent.url} {sent.failure}")

    def answered(response):
        if response.status >= 500 or (response.status == 404 and "/static/" in response.url):
            faults.append(f"{response.status} {response.url}")

    context.on("console", console)
    context.on("weberror", lambda error: faults.append(f"{_path(error.page)} {error.error}"))
    context.on("request", request)
    context.on("requestfailed", failed)
    context.on("response", answered)
    context.add_init_script(TELL_VIOLATIONS)


def _answers_refused_form(text):
    """A page sent with a 4xx status, as a refused form is, is told by the browser as an error."""
    return text.startswith("Failed to load resource: the server responded with a status of 4")


def _path(page):
    return urlsplit(page.url).path if page else ""


def resize(page, size):
    """Show the page at that size, as it stands once its charts have been drawn again."""
    page.set_viewport_size(size)
    page.evaluate(TWO_FRAMES)


def overflow(page):
    """What reaches beyond the right edge: [] when nothing does."""
    return page.evaluate(OVERFLOW)


def axe(page):
    """Violations of WCAG 2.0–2.2 A and AA of the page as it stands, as sentences."""
    if not page.evaluate("() => Boolean(window.axe)"):
        page.evaluate(_axe_source())
    found = []
    for one in page.evaluate(RUN_AXE, list(STANDARDS)):
        where = "; ".join(f"{place['target']} ({place['why']})" for place in one["where"])
        found.append(f"{one['impact']} {one['rule']}: {one['help']}, {one['places']}×: {where}")
    return found


@cache
def _axe_source():
    """Axe's text; evaluated through the debugger, so that no policy of the page concerns it."""
    return AXE.read_text(encoding="utf-8")
