"""``make lint``: everything that reads the code without running it, all findings at once."""

import os
import subprocess
import sys

from portal.launch.layout import ROOT
from portal.launch.terminal import say

# Values of the right shape that protect nothing: check --deploy looks at settings, not at data.
PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "portal.settings.production",
    "SECRET_KEY": "read-by-check-deploy-only-0123456789abcdefghijklmnopqrstuvwxyz",
    "FIELD_ENCRYPTION_KEYS": "A" * 43 + "=",
    "BLIND_INDEX_KEY": "read-by-check-deploy-only",
    "ALLOWED_HOSTS": "portal.example.com",
    "DATABASE_URL": "postgres://portal@127.0.0.1:1/portal",
    "REDIS_URL": "redis://127.0.0.1:1/0",
}


def checks():
    """Return the commands in the order of their speed."""
    python = sys.executable
    quiet = ["-W", "ignore:Got an error checking a consistent migration history:RuntimeWarning"]
    return (
        [python, "-m", "ruff", "check", "."],
        [python, "-m", "ruff", "format", "--check", "."],
        [python, "-m", "djlint", "templates", "--lint", "--quiet"],
        [python, *quiet, "manage.py", "makemigrations", "--check", "--dry-run"],
        [python, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
    )


def lint():
    """Run every check, whatever the one before found; return 1 when any found something."""
    failed = []
    for command in checks():
        name = " ".join(
            word for word in command[1:] if not word.startswith(("-m", "-W", "ignore:"))
        )
        print(f"$ {name}", flush=True)
        if subprocess.run(command, cwd=ROOT, env=os.environ | PRODUCTION).returncode:
            failed.append(name)
    if failed:
        say(f"未通过：{'；'.join(failed)}", f"Failed: {'; '.join(failed)}")
    return 1 if failed else 0
