"""What every profile shares. One environment variable per fact; docs/settings.md lists them."""

from pathlib import Path

import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent.parent

env = environ.Env()


def at_least_one(name: str, default: int) -> int:
    """A whole number from 1 on; raises ImproperlyConfigured for less."""
    value = env.int(name, default=default)
    if value < 1:
        raise ImproperlyConfigured(f"{name} must be 1 or more, and is {value}")
    return value


SECRET_KEY = env("SECRET_KEY", default="")
DEBUG = False
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])

# Keys for personal data: the first encrypts, all decrypt (rotation); the other keys the blind index.
FIELD_ENCRYPTION_KEYS = env.list("FIELD_ENCRYPTION_KEYS", default=[])
BLIND_INDEX_KEY = env("BLIND_INDEX_KEY", default="")

INSTALLED_APPS = [
    "portal.ui",
    "portal.accounts",
    "portal.places",
    "portal.runs",
    "portal.outbox",
    "portal.reports",
    "portal.workbench",
    "portal.demo",
    "enterprises",
    "jobseekers",
    "subsidies",
    "hotlines",
    "portal.back_office.apps.BackOfficeConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django.forms",
    "csp",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "pghistory",
    "pgtrigger",
    "rest_framework",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "portal.ui.middleware.PlainQueryMiddleware",
    "portal.ui.middleware.PersonalAnswerMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.accounts.middleware.IdleTimeoutMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "pghistory.middleware.HistoryMiddleware",
    "portal.accounts.middleware.CareModeMiddleware",
    "portal.accounts.middleware.AccessMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "portal.ui.context_processors.site",
                "portal.ui.context_processors.site",
            ],
        },
    },
]

# Autocommit, no persistent connections across a broken server: health checks on.
DATABASES = {"default": env.db("DATABASE_URL", default="postgres://postgres@127.0.0.1/portal")}
DATABASES["default"].setdefault("CONN_MAX_AGE", 60)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env("REDIS_URL", default="redis://127.0.0.1:6379/0")
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["portal.accounts.backends.PhoneOrUsernameBackend"]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "accounts:start"
LOGOUT_REDIRECT_URL = "home"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
SIGN_IN_FAILURES_ALLOWED = 5
SIGN_IN_LOCK_MINUTES = 30
STAFF_IDLE_MINUTES = 30

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_COOKIE_HTTPONLY = False
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "portal.ui.errors.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],  # Bootstrap's form glyphs are data: images
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [SELF],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
        "manifest-src": [SELF],
    },
}

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = False

STATIC_URL = "static/"
STATIC_ROOT = env.path("STATIC_ROOT", default=BASE_DIR / "staticfiles")
STATICFILES_DIRS = [BASE_DIR / "static"]
# Uploaded files lie outside the web root and leave only through a view that checks who asks.
MEDIA_ROOT = env.path("MEDIA_ROOT", default=BASE_DIR / ".local" / "media")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["portal.api.access.BySession"],
    "DEFAULT_PERMISSION_CLASSES": ["portal.api.access.ByMark"],
    "DEFAULT_FILTER_BACKENDS": ["portal.api.filters.StrictFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "portal.api.pagination.KeysetPagination",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "portal.api.schema.PortalSchema",
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.AnonRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {"anon": env("API_ANONYMOUS_RATE", default="120/min")},
    "NUM_PROXIES": 0,
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "EXCEPTION_HANDLER": "portal.api.errors.problem_details",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "就业服务平台接口",
    "DESCRIPTION": (
        "岗位查询不用登录，其余接口用登录页的会话，写操作另带 X-CSRFToken 请求头。"
        "看不到的内容一律是 404。姓名、电话等个人信息是掩码。金额以分计，月薪以元计。"
    ),
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["portal.api.access.ByMark"],
    "SCHEMA_PATH_PREFIX": r"/api/v[0-9]",
    "ENUM_NAME_OVERRIDES": {
        "EducationEnum": "enterprises.enums.Education",
        "ApplicationStateEnum": "jobseekers.enums.ApplicationState",
        "ClaimStateEnum": "subsidies.enums.ClaimState",
        "OutcomeEnum": "subsidies.enums.Outcome",
        "KeyListKindEnum": "enterprises.enums.KeyListKind",
        "ReportKindEnum": "portal.reports.models.ReportKind",
    },
}

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TIMEZONE = TIME_ZONE
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False  # its own log lines are not masked; ours are

# The city this installation serves, and the figures a bureau may set for itself.
PORTAL_NAME = env("PORTAL_NAME", default="常州就业")
PORTAL_OFFICE = env("PORTAL_OFFICE", default="常州市人力资源和社会保障局")
CITY_CODE = env("CITY_CODE", default="3204")
CITY_AREA_CODE = env("CITY_AREA_CODE", default="0519")
CITY_HOTLINE = env("CITY_HOTLINE", default="85588919")
DEMO_CITY = env.bool("DEMO_CITY", default=False)
SHORTAGE_EMERGENCY_FROM = env.int("SHORTAGE_EMERGENCY_FROM", default=100)
MATCH_CAP_PER_HEADCOUNT = env.int("MATCH_CAP_PER_HEADCOUNT", default=10)
MATCH_PER_SEEKER = env.int("MATCH_PER_SEEKER", default=10)
# From so many seekers on a night is cut into pieces for all workers of the heavy queue.
MATCH_PIECES_FROM = at_least_one("MATCH_PIECES_FROM", default=300_000)
MATCH_PIECE_SEEKERS = at_least_one("MATCH_PIECE_SEEKERS", default=50_000)
INVITATIONS_PER_HEADCOUNT = env.int("INVITATIONS_PER_HEADCOUNT", default=10)
NOTICE_WORKING_DAYS = env.int("NOTICE_WORKING_DAYS", default=5)
POLICY_ENDING_DAYS = env.int("POLICY_ENDING_DAYS", default=30)
OBJECTION_WORKING_DAYS = env.int("OBJECTION_WORKING_DAYS", default=5)
RECOVERY_WORKING_DAYS = env.int("RECOVERY_WORKING_DAYS", default=15)
PDF_FONT = env("PDF_FONT", default="")
KEY_TICKET_HOURS = env.int("KEY_TICKET_HOURS", default=24)
REFUND_BASE_YEAR = env.int("REFUND_BASE_YEAR", default=2019)
REFUND_LEGAL_DATE = env("REFUND_LEGAL_DATE", default="2020-04-01")

# Function that counts what waits for a user, beside the entries of the menus.
NAV_COUNTS = "portal.workbench.counts.nav_counts"

# Functions taking an outbox Message, by channel; without one, messages stay inside the portal.
MESSAGE_GATEWAYS = {"sms": env("SMS_GATEWAY", default="")}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "portal.accounts.log_lines.MaskingFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="INFO")},
    # Each glyph of a font that goes into a PDF is worth a line to it.
    "loggers": {"fontTools": {"level": "WARNING"}},
}
