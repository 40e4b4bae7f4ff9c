"""``make test``: the whole suite on servers of its own, browser tests included."""

import fcntl
import os
import shutil
import sys
from pathlib import Path

from portal.launch.layout import ROOT
from portal.launch.processes import run_in_terminal
from portal.launch.servers import TEST, Servers
from portal.launch.steps import environment
from portal.launch.terminal import LaunchError, say

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PLAYWRIGHT = (
    "chromium-*/chrome-linux*/chrome",
    "chromium-*/chrome-mac*/*.app/Contents/MacOS/*",
    "chromium_headless_shell-*/chrome-*/*headless*shell",
)


def find_chromium(variables):
    """Return the path of a Chromium: named by ``CHROMIUM``, installed, or Playwright's own."""
    named = variables.get("CHROMIUM")
    if named:
        found = shutil.which(named)
        if found is None:
            raise LaunchError(
                f"CHROMIUM={named} 无法执行：请改正路径，或取消该变量。",
                f"CHROMIUM={named} cannot be run: correct the path, or unset it.",
            )
        return found
    for name in NAMES:
        found = shutil.which(name, path=variables.get("PATH"))
        if found:
            return found
    home = Path(variables.get("HOME", "/"))
    caches = (home / ".cache" / "ms-playwright", home / "Library" / "Caches" / "ms-playwright")
    named = variables.get("PLAYWRIGHT_BROWSERS_PATH")
    for cache in (Path(named),) if named else caches:
        for pattern in PLAYWRIGHT:
            for found in sorted(cache.glob(pattern), reverse=True):
                if os.access(found, os.X_OK):
                    return str(found)
    return None


def test(layout, arguments):
    """Run pytest with the arguments and return its exit status; its closing line comes last."""
    chromium = find_chromium(os.environ)
    # A process that a hanging test took with it is replaced, but not again and again.
    options = ["-n", "2", "--dist", "loadfile", "--max-worker-restart", "3", *arguments]
    if chromium is None:
        if os.environ.get("CI"):
            raise LaunchError(
                "找不到 Chromium，浏览器测试无法执行：请先安装 chromium。",
                "No Chromium found, so the browser tests cannot run: install chromium first.",
            )
        say(
            "找不到 Chromium，不执行浏览器测试：请安装 chromium，或执行 "
            ".venv/bin/python -m playwright install chromium。",
            "No Chromium found: the browser tests are NOT run. Install chromium, or call "
            ".venv/bin/python -m playwright install chromium.",
        )
        options += ["-m", "not browser"]
    with (layout.profile(TEST) / "suite.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LaunchError(
                "本目录中已有一个 make test 在执行：请等它结束。",
                "Another make test is running in this directory: wait for it to end.",
            ) from None
        servers = Servers(layout, TEST)
        try:
            servers.start()
            variables = environment(layout, servers, "portal.settings.test")
            if chromium:
                variables["CHROMIUM"] = chromium
            place = layout.profile(TEST) / "at"
            clear_notes(place)
            variables["TESTS_AT"] = str(place)
            status = run_in_terminal([sys.executable, "-m", "pytest", *options], variables, ROOT)
            tell_unfinished(place)
            return status
        finally:
            servers.release()


def clear_notes(place):
    """Make the directory in which the test processes note where they are, and empty it."""
    place.mkdir(exist_ok=True)
    for note in place.iterdir():
        note.unlink()


def tell_unfinished(place):
    """Name the tests that had begun and not ended when the suite did; usually there are none."""
    for note in sorted(place.iterdir()):
        said = note.read_text()
        say(f"没有执行完的测试：{said}", f"Not finished: {said}")
