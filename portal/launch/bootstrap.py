"""Make ``.venv`` and install the pinned requirements. Run with any Python 3: ``bootstrap.py run``.

This file is read by whatever ``python3`` the machine has, so it keeps to the standard library and
to syntax that an old Python can still parse: only then can it say that the Python is too old.
A stamp named after the requirements' contents makes every later call return at once.
"""
# ruff: noqa: UP032

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys

OLDEST = (3, 11)
NEWER_NAMES = ("python3.14", "python3.13", "python3.12", "python3.11")
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
REQUIREMENTS = {"run": ("requirements.txt",), "dev": ("requirements.txt", "requirements-dev.txt")}


class SetupError(Exception):
    """What is wrong and what to do, in one line."""


def choose(chinese, english):
    """Return the text in the language of the terminal."""
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG")
    return chinese if (locale or "").lower().startswith("zh") else english


def check_version(version):
    """Raise ``SetupError`` unless ``version`` (major, minor, …) can run the portal."""
    if tuple(version[:2]) < OLDEST:
        found = ".".join(str(part) for part in version[:3])
        raise SetupError(
            choose(
                "Python {} 太旧：请安装 Python 3.11 或更新版本，再用 make PYTHON=新版本的路径 重试。",
                "Python {} is too old: install Python 3.11 or newer and call make PYTHON=its-path.",
            ).format(found)
        )


def fingerprint(kind, root):
    """Return the hash of the requirement files, which names the stamp."""
    digest = hashlib.sha256()
    for name in REQUIREMENTS[kind]:
        with open(os.path.join(root, name), "rb") as handle:
            digest.update(handle.read())
    return digest.hexdigest()[:16]


def stamp(kind, root):
    """Return the path of the stamp that says: these requirements are installed."""
    return os.path.join(root, ".venv", ".installed-{}-{}".format(kind, fingerprint(kind, root)))


def is_ready(kind, root):
    """Tell whether the environment holds everything of ``kind`` and still works.

    After an upgrade of the machine's Python the stamp is there and the packages are not.
    """
    python = os.path.join(root, ".venv", "bin", "python")
    if not os.path.exists(stamp(kind, root)):
        return False
    return succeeds([python, "-I", "-c", "import django"], subprocess.DEVNULL)


def succeeds(command, log):
    """Run a program that writes to ``log``; tell whether it could be run and ended well."""
    try:
        return subprocess.call(command, stdout=log, stderr=log) == 0
    except OSError:
        return False


def make_environment(root, log):
    """Create ``.venv`` and return the pip command that installs into it."""
    target = os.path.join(root, ".venv")
    python = os.path.join(target, "bin", "python")
    venv = [sys.executable, "-I", "-m", "venv", "--clear"]
    if succeeds([*venv, target], log):
        return [python, "-m", "pip"]
    # Debian ships venv without ensurepip; the machine's own pip can fill such an environment.
    own_pip = succeeds([sys.executable, "-m", "pip", "--version"], log)
    if own_pip and succeeds([*venv, "--without-pip", target], log):
        return [sys.executable, "-m", "pip", "--python", python]
    raise SetupError(
        choose(
            "这个 Python 不能建立虚拟环境：请安装 venv 组件（Debian/Ubuntu：apt install python3-venv）后重试。",
            "This Python cannot make a virtual environment: install its venv package "
            "(Debian/Ubuntu: apt install python3-venv) and try again.",
        )
    )


def last_error(path):
    """Return the line of a log that best says what went wrong."""
    with open(path, errors="replace") as handle:
        lines = [line.strip() for line in handle if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR:")]
    return (errors or lines or ["?"])[-1]


def install(kind, root):
    """Create the environment where it is missing and install the requirements of ``kind``."""
    logs = os.path.join(root, ".local", "logs")
    os.makedirs(logs, exist_ok=True)
    shown = os.path.join(".local", "logs", "setup.log")
    python = os.path.join(root, ".venv", "bin", "python")
    with open(os.path.join(root, ".local", "setup.lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two terminals, one installation
        if is_ready(kind, root):
            return
        print(
            choose(
                "正在安装所需的软件包（首次约一分钟），详见 {}",
                "Installing the required packages (about a minute the first time), log: {}",
            ).format(shown),
            flush=True,
        )
        with open(os.path.join(root, shown), "w") as log:
            pip = [python, "-m", "pip"]
            if not succeeds([*pip, "--version"], log):
                pip = make_environment(root, log)
            name = os.path.join(root, REQUIREMENTS[kind][-1])
            options = ["install", "--no-input", "--disable-pip-version-check", "-r", name]
            if not succeeds([*pip, *options], log):
                log.flush()
                raise SetupError(
                    choose(
                        "软件包安装失败：{}。请检查网络和软件包源后重试，详见 {}",
                        "Installing the packages failed: {} Check the network and the package "
                        "index, then try again; log: {}",
                    ).format(last_error(os.path.join(root, shown)), shown)
                )
        for done in ("run", kind):
            open(stamp(done, root), "w").close()


def main(arguments):
    """Prepare the environment of the named kind; return the exit status."""
    kind = arguments[0] if arguments else "run"
    if sys.version_info[:2] < OLDEST:
        for name in NEWER_NAMES:
            newer = shutil.which(name)
            if newer:
                os.execv(newer, [newer, "-I", os.path.abspath(__file__), kind])
    try:
        check_version(sys.version_info)
        if not is_ready(kind, ROOT):
            install(kind, ROOT)
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    except PermissionError as error:
        print(
            choose(
                "没有写入 {} 的权限：请用拥有本目录的用户运行，或改正该路径的属主。",
                "No permission to write {}: run as the owner of this directory, or change the "
                "owner of that path.",
            ).format(os.path.relpath(error.filename or ROOT, ROOT)),
            file=sys.stderr,
        )
        return 1
    except OSError as error:
        print(
            choose(
                "系统拒绝了操作：{}。请检查磁盘空间后重试。",
                "The system refused: {}. Check the disk space, then try again.",
            ).format(error.strerror),
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        print(choose("已中断。", "Interrupted."), file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
