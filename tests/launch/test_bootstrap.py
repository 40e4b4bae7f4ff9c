"""The part that runs before there is a virtual environment."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from portal.launch import bootstrap

SOURCE = Path(bootstrap.__file__)


@pytest.fixture
def root(tmp_path):
    """Give a project with requirements, and the bootstrap in its place."""
    (tmp_path / "requirements.txt").write_text("django==5.2.19\n")
    (tmp_path / "requirements-dev.txt").write_text("-r requirements.txt\n")
    (tmp_path / "portal" / "launch").mkdir(parents=True)
    (tmp_path / "portal" / "launch" / "bootstrap.py").write_text(SOURCE.read_text())
    return tmp_path


@pytest.mark.parametrize("version", [(2, 7, 18), (3, 9, 2), (3, 10, 14)])
def test_old_python_is_named_with_what_to_do(monkeypatch, version):
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    with pytest.raises(bootstrap.SetupError) as error:
        bootstrap.check_version(version)
    assert str(error.value).startswith(f"Python {'.'.join(map(str, version))} 太旧")
    assert "3.11" in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 12, 1), (3, 14, 0), (4, 0, 0)])
def test_new_enough_python_passes(version):
    assert bootstrap.check_version(version) is None


def test_an_old_python_can_read_the_file_that_turns_it_away():
    ast.parse(SOURCE.read_text(), feature_version=(3, 5))
    assert not any(
        isinstance(node, ast.JoinedStr) for node in ast.walk(ast.parse(SOURCE.read_text()))
    )


def test_stamp_follows_the_requirements(root):
    run, dev = bootstrap.stamp("run", root), bootstrap.stamp("dev", root)
    assert run != dev
    (root / "requirements-dev.txt").write_text("-r requirements.txt\npytest==9.2.0\n")
    assert bootstrap.stamp("run", root) == run
    assert bootstrap.stamp("dev", root) != dev
    (root / "requirements.txt").write_text("django==5.2.20\n")
    assert bootstrap.stamp("run", root) != run


def bootstrapped(root, kind="run", **environment):
    return subprocess.run(
        [sys.executable, "-I", "portal/launch/bootstrap.py", kind],
        cwd=root,
        env=os.environ | {"LC_ALL": "en_GB.UTF-8"} | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_ready_environment_is_left_as_it_is(root):
    (root / ".venv" / "bin").mkdir(parents=True)
    python = root / ".venv" / "bin" / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    Path(bootstrap.stamp("run", root)).touch()
    done = bootstrapped(root)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not (root / ".local").exists()


def test_environment_whose_packages_are_gone_is_not_ready(root):
    (root / ".venv" / "bin").mkdir(parents=True)
    python = root / ".venv" / "bin" / "python"
    python.write_text("#!/bin/sh\nexit 1\n")
    python.chmod(0o755)
    Path(bootstrap.stamp("run", root)).touch()
    assert bootstrap.is_ready("run", root) is False


def test_package_that_cannot_be_had_is_one_line_naming_the_log(root):
    (root / "requirements.txt").write_text("./nowhere\n")
    done = bootstrapped(root)
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
    assert "nowhere" in done.stderr
    assert ".local/logs/setup.log" in done.stderr
    assert not Path(bootstrap.stamp("run", root)).exists()


def test_missing_venv_component_is_one_line_with_the_remedy(root, monkeypatch):
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    monkeypatch.setattr(bootstrap, "succeeds", lambda command, log: False)
    with pytest.raises(bootstrap.SetupError, match="apt install python3-venv"):
        bootstrap.make_environment(root, None)


def test_makefile_without_python_says_so():
    makefile = SOURCE.parents[2] / "Makefile"
    done = subprocess.run(
        ["make", "-f", makefile, "setup", "PYTHON=no-such-python"],
        capture_output=True,
        text=True,
        timeout=120,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
    )
    assert done.returncode == 2
    assert done.stderr.splitlines()[0].startswith("Python not found: install Python 3.11")
