"""Finding a browser for the suite; naming what it did not finish."""

import pytest

from portal.launch.terminal import LaunchError
from portal.launch.testing import clear_notes, find_chromium, tell_unfinished


@pytest.fixture
def program(tmp_path):
    """program(path) → an executable at that path below the temporary directory."""

    def make(path):
        made = tmp_path / path
        made.parent.mkdir(parents=True, exist_ok=True)
        made.write_text("#!/bin/sh\n")
        made.chmod(0o755)
        return made

    return make


def environment(tmp_path, **more):
    return {"PATH": str(tmp_path / "bin"), "HOME": str(tmp_path / "home")} | more


def test_named_browser_goes_first(tmp_path, program):
    program("bin/chromium")
    named = program("opt/browser")
    assert find_chromium(environment(tmp_path, CHROMIUM=str(named))) == str(named)


def test_named_browser_that_is_not_there_is_an_error(tmp_path, program):
    program("bin/chromium")
    with pytest.raises(LaunchError, match="CHROMIUM="):
        find_chromium(environment(tmp_path, CHROMIUM="/nowhere/chromium"))


@pytest.mark.parametrize("name", ["chromium", "chromium-browser", "google-chrome"])
def test_installed_browser(tmp_path, program, name):
    made = program(f"bin/{name}")
    assert find_chromium(environment(tmp_path)) == str(made)


def test_playwrights_newest_browser(tmp_path, program):
    cache = "home/.cache/ms-playwright"
    program(f"{cache}/chromium-1100/chrome-linux/chrome")
    newest = program(f"{cache}/chromium-1200/chrome-linux64/chrome")
    assert find_chromium(environment(tmp_path)) == str(newest)


def test_playwright_in_a_place_of_its_own(tmp_path, program):
    made = program("browsers/chromium-1200/chrome-linux/chrome")
    named = environment(tmp_path, PLAYWRIGHT_BROWSERS_PATH=str(tmp_path / "browsers"))
    assert find_chromium(named) == str(made)


def test_no_browser(tmp_path):
    assert find_chromium(environment(tmp_path)) is None


def test_tests_that_were_not_finished_are_named(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    clear_notes(tmp_path / "at")
    (tmp_path / "at" / "gw1.txt").write_text("tests/x.py::test_y (call)")
    tell_unfinished(tmp_path / "at")
    assert capsys.readouterr().out == "Not finished: tests/x.py::test_y (call)\n"
    clear_notes(tmp_path / "at")
    tell_unfinished(tmp_path / "at")
    assert capsys.readouterr().out == ""
