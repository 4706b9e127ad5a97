"""All settings of Aedile, typed, from the environment."""

from pathlib import Path
from typing import Any

import structlog
from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from governance.project import env

BASE_DIR = Path(__file__).resolve().parents[2]

# local: the embedded default and development; test: the test suite; production: refuses weak settings.
ENVIRONMENT: str = env.text("AEDILE_ENV", "local")
if ENVIRONMENT not in {"local", "test", "production"}:
    raise env.SettingError(f"AEDILE_ENV is {ENVIRONMENT!r}. Use local, test or production.")
IS_PRODUCTION: bool = ENVIRONMENT == "production"

DEBUG: bool = env.flag("AEDILE_DEBUG", "0")
if DEBUG and IS_PRODUCTION:
    raise env.SettingError("AEDILE_DEBUG is on in production. It shows internals to everyone: turn it off.")

SECRET_KEY: str = (
    env.strong_secret("AEDILE_SECRET_KEY")
    if IS_PRODUCTION
    else env.text("AEDILE_SECRET_KEY", "only-for-local-use-and-tests-" + "x" * 30)
)
ALLOWED_HOSTS: list[str] = (
    env.words("AEDILE_HOSTS") if IS_PRODUCTION else env.words("AEDILE_HOSTS", "127.0.0.1,localhost,[::1]")
)
if IS_PRODUCTION and not ALLOWED_HOSTS:
    raise env.SettingError("AEDILE_HOSTS is not set. Name the host names of the console, separated by commas.")
CSRF_TRUSTED_ORIGINS: list[str] = env.trusted_origins(ALLOWED_HOSTS) if IS_PRODUCTION else []

# Without DATABASE_URL manage.py starts or finds the embedded servers and sets it before this file is read.
# Commands that need no database get a port on which nobody answers.
DATABASES: dict[str, dict[str, object]] = {
    "default": env.database(
        env.text("DATABASE_URL", None if IS_PRODUCTION else "postgresql://aedile@127.0.0.1:1/aedile")
    )
}
REDIS_URL: str = env.text("REDIS_URL", None if IS_PRODUCTION else "redis://127.0.0.1:1/0")
# Where `manage.py rules --engine` finds DuckDB, PostgreSQL or Spark. The console itself never asks them.
ANALYTICS_URL: str = env.text("ANALYTICS_URL", "")
CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "aedile",
    }
}

INSTALLED_APPS: list[str] = [
    "governance",
    "policies",
    "risk",
    "cases",
    "dashboards",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "pgtrigger",
    "allauth",
    "allauth.account",
    "rest_framework",
    "drf_spectacular",
    "django_celery_beat",
    "django_filters",
    "django_htmx",
    "csp",
]

MIDDLEWARE: list[str] = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "governance.middleware.RequestIdMiddleware",
    "governance.middleware.ApiMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "governance.middleware.ActorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "csp.middleware.CSPMiddleware",
    "governance.middleware.DomainErrorMiddleware",
]

ROOT_URLCONF = "governance.project.urls"
WSGI_APPLICATION = "governance.project.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "dashboards.context.console",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "governance.templatetags.console",
                "governance.templatetags.components",
                "governance.templatetags.blocks",
            ],
        },
    }
]

# People
AUTH_USER_MODEL = "governance.User"
AUTHENTICATION_BACKENDS: list[str] = ["allauth.account.auth_backends.AuthenticationBackend"]
ACCOUNT_ADAPTER = "governance.accounts.ConsoleAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "dashboards:home"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
PASSWORD_HASHERS: list[str] = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
if ENVIRONMENT == "test":
    PASSWORD_HASHERS.insert(0, "django.contrib.auth.hashers.MD5PasswordHasher")
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
EMAIL_BACKEND: str = env.text("AEDILE_EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend")
DEFAULT_FROM_EMAIL: str = env.text("AEDILE_FROM_EMAIL", "aedile@localhost")

# Security
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE: bool = IS_PRODUCTION
CSRF_COOKIE_SECURE: bool = IS_PRODUCTION
SESSION_COOKIE_AGE = 12 * 3600
SECURE_SSL_REDIRECT: bool = IS_PRODUCTION and env.flag("AEDILE_SSL_REDIRECT", "1")
SECURE_REDIRECT_EXEMPT: list[str] = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS: int = 31_536_000 if IS_PRODUCTION else 0
if env.flag("AEDILE_BEHIND_PROXY", "0"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024
UPLOAD_KEEP_DAYS: int = env.whole("AEDILE_UPLOAD_KEEP_DAYS", 14)  # uploaded files, after their import has ended
FILE_UPLOAD_HANDLERS: list[str] = ["governance.views.uploads.RefusedUploads"]  # pages that want files name their own
UPLOAD_MAX_BYTES: int = env.whole("AEDILE_UPLOAD_MAX_BYTES", 2 * 1024**3)

# Language and time: stored in UTC, shown in the viewer's zone.
LANGUAGE_CODE = "en"
LANGUAGES: list[tuple[str, Any]] = [
    ("en", _("English")),
    ("pt-br", _("Portuguese (Brazil)")),
    ("id", _("Indonesian")),
    ("de", _("German")),
]
FORMAT_MODULE_PATH: list[str] = ["governance.project.formats"]
LOCALE_PATHS: list[Path] = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

# Files
STATIC_URL = "/static/"
# Elsewhere nothing is collected: files are served from where they are.
STATIC_ROOT: Path | None = (
    Path(env.text("AEDILE_STATIC_ROOT", str(BASE_DIR / "staticfiles"))) if IS_PRODUCTION else None
)
STATICFILES_FINDERS: list[str] = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "governance.project.npm_files.NpmFinder",
]
WHITENOISE_USE_FINDERS: bool = not IS_PRODUCTION
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if IS_PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
MEDIA_ROOT: Path = Path(env.text("AEDILE_MEDIA_ROOT", str(BASE_DIR / ".aedile" / "media")))
# On the disk where they stay, so that they need not be copied; the system's own place may be small, or memory.
FILE_UPLOAD_TEMP_DIR: str = str(MEDIA_ROOT / "incoming")
# It is made with the first upload; Django would not even migrate a new place without it.
SILENCED_SYSTEM_CHECKS: list[str] = ["files.E001"]

# Web processes renew their rules in a thread of their own; tests, whose databases come and go, read them anew.
RULES_BESIDE_TRAFFIC: bool = ENVIRONMENT != "test"

# API
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["governance.api.authentication.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["governance.api.authentication.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["governance.api.parsing.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "governance.api.errors.handle_exception",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Aedile API",
    "DESCRIPTION": "Send events of the marketplace to Aedile, and ask what its rules say of them.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
}

# Workers
CELERY_BROKER_URL: str = REDIS_URL
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
    "visibility_timeout": 6 * 3600,
    "global_keyprefix": "aedile:",
    "socket_connect_timeout": 2,
    # A write does not wait for a broker that is away: the regular dispatch catches up.
    "max_retries": 1,
    "interval_start": 0.1,
    "interval_max": 0.1,
}
CELERY_TASK_DEFAULT_QUEUE = "celery"
CELERY_TASK_QUEUE_NAMES: tuple[str, ...] = ("celery", "ingest", "score", "cases", "notify", "batch")
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "dispatch-facts": {"task": "governance.tasks.dispatch_facts", "schedule": 5.0},
    "close-decided-batches": {"task": "risk.tasks.close_decided_batches", "schedule": 2.0},
    "redeliver-lost": {"task": "governance.tasks.redeliver_lost", "schedule": 600.0},
    "make-partitions": {"task": "risk.tasks.make_partitions", "schedule": 12 * 3600.0},
    "release-leases": {"task": "cases.tasks.release_leases", "schedule": 60.0},
    "move-up-aged-cases": {"task": "cases.tasks.move_up_aged_cases", "schedule": 60.0},
    "remove-old-uploads": {"task": "risk.tasks.remove_uploads", "schedule": 6 * 3600.0},
    "expire-sanctions": {"task": "cases.tasks.expire_sanctions", "schedule": 300.0},
}

# Logs: one JSON object a line in production, readable otherwise.
LOG_LEVEL: str = env.text("AEDILE_LOG_LEVEL", "INFO")
_PRE_CHAIN: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]
structlog.configure(
    processors=[*_PRE_CHAIN, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer() if IS_PRODUCTION else structlog.dev.ConsoleRenderer(colors=False),
            ],
            "foreign_pre_chain": _PRE_CHAIN,
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "celery": {"level": "WARNING"},
        "kombu": {"level": "WARNING"},
    },
}
