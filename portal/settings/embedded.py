"""One machine with nothing on it: servers and secrets come from portal.launch."""

from .base import *  # noqa: F403
from .base import BASE_DIR, env

env.read_env(BASE_DIR / ".local" / "secrets.env")
env.read_env(BASE_DIR / ".local" / "services.env")

SECRET_KEY = env("SECRET_KEY", default="")
FIELD_ENCRYPTION_KEYS = env.list("FIELD_ENCRYPTION_KEYS", default=[])
BLIND_INDEX_KEY = env("BLIND_INDEX_KEY", default="")
DATABASES["default"].update(env.db("DATABASE_URL", default="postgres://postgres@127.0.0.1/portal"))  # noqa: F405
REDIS_URL = env("REDIS_URL", default="redis://127.0.0.1:6379/0")
CACHES["default"]["LOCATION"] = REDIS_URL  # noqa: F405
CELERY_BROKER_URL = REDIS_URL
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["*"])
DEMO_CITY = env.bool("DEMO_CITY", default=True)
DEBUG = env.bool("DEBUG", default=False)
