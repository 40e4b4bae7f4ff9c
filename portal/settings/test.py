"""The test suite: real PostgreSQL and Valkey, quick hashing, keys that protect nothing."""

import os

os.environ.setdefault("SECRET_KEY", "tests-only-" + "x" * 50)
os.environ.setdefault("FIELD_ENCRYPTION_KEYS", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
os.environ.setdefault("BLIND_INDEX_KEY", "tests-only-blind-index-key")

from .base import *  # noqa: F403
from .base import BASE_DIR, CACHES, DATABASES, REDIS_URL

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["*"]
DEMO_CITY = True
MEDIA_ROOT = BASE_DIR / ".local" / "test-media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"] = {"anon": None}  # noqa: F405
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
# Within pytest, a lock nobody gives back and a transaction nobody ends become errors that name the
# statement: a test that waits in the database hears no signal. The benchmarks take their time.
if "PYTEST_VERSION" in os.environ:
    limits = {
        "lock_timeout": "90s",
        "statement_timeout": "180s",
        "idle_in_transaction_session_timeout": "300s",
    }
    DATABASES["default"].setdefault("OPTIONS", {})["options"] = " ".join(
        f"-c {name}={limit}" for name, limit in limits.items()
    )
# Static files are the browser tests' own server's work.
MIDDLEWARE = [name for name in MIDDLEWARE if "whitenoise" not in name]  # noqa: F405

# The suite's processes empty the cache between tests: each has a database of its own, or one would
# empty what another is using.
worker = os.environ.get("PYTEST_XDIST_WORKER", "")
if worker:
    server, _, first = REDIS_URL.rpartition("/")
    REDIS_URL = f"{server}/{int(first) + int(worker.removeprefix('gw')) + 1}"
    CACHES["default"]["LOCATION"] = CELERY_BROKER_URL = REDIS_URL
