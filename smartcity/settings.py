"""One settings file. Values come from the environment (prefix PORTAL_).

Development defaults are safe and need no file. With PORTAL_DEBUG off, every secret and host is
required: a missing one stops the start with its name.
"""

from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
env.prefix = "PORTAL_"

DEBUG = env.bool("DEBUG", default=False)
PORTAL_VAR = Path(env.str("VAR", default=str(BASE_DIR / "var")))


def _required_in_production(name: str, development: str) -> str:
    """Return the environment's value; outside DEBUG refuse to start without it."""
    value = env.str(name, default=development if DEBUG else "")
    if not value:
        raise ImproperlyConfigured(
            f"Set PORTAL_{name}: the portal does not start without it when PORTAL_DEBUG is off."
        )
    return value


SECRET_KEY = _required_in_production(
    "SECRET_KEY", "development-only-key-never-used-with-debug-off-0123456789abcdef"
)
if not DEBUG and len(SECRET_KEY) < 50:
    raise ImproperlyConfigured("PORTAL_SECRET_KEY is too short: use at least 50 random characters.")
ALLOWED_HOSTS = [
    host for host in _required_in_production("ALLOWED_HOSTS", "127.0.0.1,localhost").split(",") if host
]
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# Plain HTTP is for the demonstration on one's own machine; a city's server always speaks HTTPS.
PORTAL_HTTPS = env.bool("HTTPS", default=not DEBUG)

INSTALLED_APPS = [
    "dimensions",
    "opd",
    "evaluations",
    "surveys",
    "reports",
    "smartcity",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "smartcity.middleware.headers",
    "smartcity.middleware.request_id",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "smartcity.middleware.LoginRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "smartcity.middleware.methods",
]

ROOT_URLCONF = "smartcity.urls"
WSGI_APPLICATION = "smartcity.wsgi.application"

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
                "smartcity.context.portal",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "smartcity.templatetags.portal",
            ],
        },
    }
]

# --- Data ---------------------------------------------------------------------------------------

DATABASES: dict[str, dict[str, Any]] = {
    "default": env.db_url("DATABASE_URL", default=f"sqlite:///{PORTAL_VAR / 'portal.sqlite3'}")
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE: a deferred transaction that turns into a write fails at once under load, whatever the time-out.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA temp_store=MEMORY;"
            "PRAGMA mmap_size=134217728;PRAGMA journal_size_limit=27103364;PRAGMA cache_size=-20000"
        ),
    }
else:
    DATABASES["default"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
    DATABASES["default"].setdefault("OPTIONS", {})["options"] = (
        "-c statement_timeout=15000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=30000"
    )
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

PORTAL_EVIDENCE_ROOT = Path(env.str("EVIDENCE_ROOT", default=str(PORTAL_VAR / "evidence")))
PORTAL_REPORT_ROOT = Path(env.str("REPORT_ROOT", default=str(PORTAL_VAR / "reports")))
# A path nginx maps to the two folders above; empty: Django sends the bytes itself.
PORTAL_ACCEL_REDIRECT = env.str("ACCEL_REDIRECT", default="")

# --- People -------------------------------------------------------------------------------------

AUTH_USER_MODEL = "opd.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "opd:home"
ACCOUNT_ADAPTER = "smartcity.accounts.ClosedAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# Throttled per account: a whole office sits behind one address.
ACCOUNT_RATE_LIMITS = {"login": "600/m/ip", "login_failed": "10/5m/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=0)
SESSION_COOKIE_AGE = 60 * 60 * 12
SESSION_COOKIE_NAME = "__Host-sessionid" if PORTAL_HTTPS else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if PORTAL_HTTPS else "csrftoken"

# --- Language and time --------------------------------------------------------------------------

LANGUAGE_CODE = "id"
LANGUAGES = [("id", _("Indonesian")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Jakarta"
# Figures are written by smartcity.lib.decimals; a year or an id must never get a dot.
USE_THOUSAND_SEPARATOR = False

# --- Static files -------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = PORTAL_VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
# What browsers and phones ask for by themselves at fixed addresses: drawn from img/favicon.svg; robots stay outside.
WHITENOISE_ROOT = BASE_DIR / "static" / "root"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": PORTAL_VAR / "media"},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- Background work ----------------------------------------------------------------------------

PORTAL_REDIS_URL = env.str("REDIS_URL", default="")
if PORTAL_REDIS_URL:
    CELERY_BROKER_URL = PORTAL_REDIS_URL
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
        "max_retries": 0,  # whoever rings does not wait for a broker that is away: the sweep rings again
        "socket_connect_timeout": 2,
        "socket_timeout": 5,
        "socket_keepalive": True,
        "health_check_interval": 25,
    }
else:
    _broker = PORTAL_VAR / "broker"
    for _folder in ("queue", "processed", "control"):
        (_broker / _folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_URL = "filesystem://"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_broker / "queue"),
        "data_folder_out": str(_broker / "queue"),
        "store_processed": True,
        "processed_folder": str(_broker / "processed"),
        "control_folder": str(_broker / "control"),
        "polling_interval": 0.2,
    }
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT, CELERY_TASK_TIME_LIMIT = 300, 360
# A new child takes a second to come: rarer than one task in a hundred. Drawing happens outside (reports.sandbox).
CELERY_WORKER_MAX_TASKS_PER_CHILD, CELERY_WORKER_MAX_MEMORY_PER_CHILD = 500, 600_000
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TIMEZONE = "UTC"
CELERY_TASK_ROUTES = {f"reports.tasks.{name}": {"queue": "pdf"} for name in ("build_report", "build_minutes")}
CELERY_BEAT_SCHEDULE = {
    "close-due-windows": {"task": "evaluations.tasks.close_due_windows", "schedule": 30.0},
    "mind-the-desk": {"task": "evaluations.tasks.mind_the_desk", "schedule": 60.0},
    "mind-the-follow-up": {"task": "evaluations.tasks.mind_the_follow_up", "schedule": 1800.0},
    "sweep-reports": {"task": "reports.tasks.sweep_reports", "schedule": 60.0},
    "sweep-imports": {"task": "opd.tasks.sweep_imports", "schedule": 60.0},
    "forget-imports": {"task": "opd.tasks.forget_imports", "schedule": 86_400.0},
    "sweep-incoming": {"task": "opd.tasks.sweep_incoming", "schedule": 3600.0},
    "remind": {"task": "opd.tasks.remind", "schedule": 600.0},
}

# --- Mail ---------------------------------------------------------------------------------------

_email = env.email_url("EMAIL_URL", default="consolemail://")
_mail_options: dict[str, Any] = {
    key: _email[f"EMAIL_{name}"]
    for key, name in (
        ("host", "HOST"),
        ("port", "PORT"),
        ("username", "HOST_USER"),
        ("password", "HOST_PASSWORD"),
        ("use_tls", "USE_TLS"),
        ("use_ssl", "USE_SSL"),
    )
    if _email.get(f"EMAIL_{name}")
}
MAILERS = {
    "default": {
        "BACKEND": _email["EMAIL_BACKEND"],
        "OPTIONS": _mail_options if "smtp" in _email["EMAIL_BACKEND"] else {},
    }
}
DEFAULT_FROM_EMAIL = env.str("FROM_EMAIL", default="portal@localhost")
# Where the links of a mail lead, and from which hour of the city's day on people are reminded.
PORTAL_SITE = env.str("SITE", default=f"{'https' if PORTAL_HTTPS else 'http'}://{ALLOWED_HOSTS[0]}").rstrip(
    "/"
)
PORTAL_REMIND_HOUR = env.int("REMIND_HOUR", default=7)
#: Minutes of an interview; the parts of its run sheet take exactly these together.
PORTAL_INTERVIEW_MINUTES = env.int("INTERVIEW_MINUTES", default=90)
#: The panel talks about a question when its scores lie this far apart, or its mean this far from the self-score.
PORTAL_PANEL_SPREAD = env.int("PANEL_SPREAD", default=2)
PORTAL_PANEL_GAP = env.str("PANEL_GAP", default="1.5")

# --- Safety -------------------------------------------------------------------------------------

SECURE_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = PORTAL_HTTPS
if PORTAL_HTTPS:
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    if ALLAUTH_TRUSTED_PROXY_COUNT:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
DATA_UPLOAD_MAX_NUMBER_FILES = 10
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
CSRF_FAILURE_VIEW = "smartcity.errors.csrf_failure"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"hostless": {"()": "smartcity.logs.NotHostless"}},
    "formatters": {"json": {"()": "smartcity.logs.JsonFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="WARNING")},
    "loggers": {"portal": {"level": "INFO"}, "kombu.connection": {"filters": ["hostless"]}},
}
