"""A portal of a few lines, for watching the launcher: it serves "ready" and notes what is called."""

import shutil
from pathlib import Path

LAUNCH = Path(__file__).resolve().parents[2] / "portal" / "launch"

MANAGE = """
import os, sys
from pathlib import Path
root = Path(__file__).parent
with (root / "calls.txt").open("a") as calls:
    print(*sys.argv[1:], file=calls)
if (root / "fails.txt").exists() and (root / "fails.txt").read_text() == sys.argv[1]:
    raise ValueError("第 3 行没有名称")
if sys.argv[1] == "collectstatic":
    (root / "staticfiles").mkdir(exist_ok=True)
    (root / "staticfiles" / "staticfiles.json").write_text("{}")
if sys.argv[1] == "nightly":
    print("撮合 100%")
if sys.argv[1] == "demo_accounts":
    print("演示账号 seeker")
"""
WSGI = """
from pathlib import Path

def application(environ, start_response):
    if Path("broken.txt").exists():
        start_response("500 Internal Server Error", [])
        print("ValueError: 没有首页", file=environ["wsgi.errors"], flush=True)
        return [b""]
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"ready"]
"""
CELERY = """
import os
from celery import Celery
app = Celery("portal", broker=os.environ.get("REDIS_URL"), fixups=[])
"""


def make_project(root):
    """Write the small portal below ``root`` with the real launcher inside; return ``root``."""
    package = root / "portal"
    for path in (package / "places", root / "static"):
        path.mkdir(parents=True)
    shutil.copytree(LAUNCH, package / "launch", ignore=shutil.ignore_patterns("__pycache__"))
    (package / "__init__.py").write_text("from .celery import app as celery_app\n")
    (package / "celery.py").write_text(CELERY)
    (package / "wsgi.py").write_text(WSGI)
    (package / "places" / "codes.csv").write_text("3204,常州市\n")
    (root / "static" / "site.css").write_text("")
    (root / "manage.py").write_text(MANAGE)
    (root / "requirements.txt").write_text("")
    return root
