"""One settings file. The environment goes in; what is missing in production fails loudly here."""

import secrets
from datetime import time
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))

MODE = env.str("CRMSERVICE_MODE", default="embedded")
if MODE not in {"embedded", "production", "test"}:
    raise ImproperlyConfigured(f"CRMSERVICE_MODE is {MODE!r}: use embedded, production or test.")
PRODUCTION = MODE == "production"


def required(name: str) -> str:
    """A value that production must be given; its absence stops the start with its name."""
    value = env.str(name, default="")
    if not value:
        raise ImproperlyConfigured(f"{name} must be set when CRMSERVICE_MODE is production.")
    return value


def embedded_secret_key() -> str:
    """A key of this installation's own, made once and readable by its owner only."""
    path = VAR_DIR / "secret_key"
    if not path.exists():
        VAR_DIR.mkdir(exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(64))
    return path.read_text()


DEBUG = env.bool("DJANGO_DEBUG", default=False)
SHORTEST_SECRET_KEY = 50
if PRODUCTION:
    SECRET_KEY = required("DJANGO_SECRET_KEY")
    if DEBUG or len(SECRET_KEY) < SHORTEST_SECRET_KEY:
        raise ImproperlyConfigured(
            "Production runs without DJANGO_DEBUG and with a DJANGO_SECRET_KEY of 50 characters."
        )
    ALLOWED_HOSTS = env.list("ALLOWED_HOSTS") if required("ALLOWED_HOSTS") else []
    DATABASES = {"default": env.db_url_config(required("DATABASE_URL"))}
    REDIS_URL = required("REDIS_URL")
else:
    SECRET_KEY = env.str("DJANGO_SECRET_KEY", default="") or embedded_secret_key()
    ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
    DATABASES = {
        "default": env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'crmservice.sqlite3'}")
    }
    REDIS_URL = env.str("REDIS_URL", default="")
SECRET_KEY_FALLBACKS = env.list("DJANGO_SECRET_KEY_FALLBACKS", default=[])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;"
        "PRAGMA cache_size=-32000;PRAGMA temp_store=MEMORY;"
    ),
}
POSTGRES_OPTIONS = {"options": "-c statement_timeout=30000 -c timezone=UTC"}


def with_options(database: dict) -> dict:
    """Each engine's settings that stack.md found compulsory."""
    if database["ENGINE"] == "django.db.backends.sqlite3":
        Path(database["NAME"]).parent.mkdir(parents=True, exist_ok=True)
        return {**database, "OPTIONS": SQLITE_OPTIONS}
    return {
        **database,
        "OPTIONS": {**database.get("OPTIONS", {}), **POSTGRES_OPTIONS},
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": False,
    }


DATABASES = {"default": with_options(DATABASES["default"])}
SILENCED_SYSTEM_CHECKS = ["models.W040"]  # SQLite leaves out what an index only carries along
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "crmservice.activity",
    "crmservice.delivery",
    "crmservice.attachments",
    "crmservice.backups",
    "crmservice.numbers",
    "crmservice.search",
    "crmservice.imports",
    "crmservice.web",
    "employees",
    "customers",
    "knowledge",
    "assets",
    "contracts",
    "service_requests",
    "orders",
    "dispatch",
    "expenses",
    "reports",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_cte",
    "django_filters",
    "django_htmx",
    "template_partials",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "crmservice.web.middleware.PlainAddresses",
    "crmservice.web.middleware.LogIns",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "crmservice.web.middleware.SecondStep",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "crmservice.web.middleware.PrivatePages",
    "crmservice.web.middleware.WaysBack",
]

ROOT_URLCONF = "crmservice.urls"
WSGI_APPLICATION = "crmservice.wsgi.application"
CACHED_LOADERS = (
    "django.template.loaders.cached.Loader",
    ["crmservice.web.loaders.Loader", "django.template.loaders.app_directories.Loader"],
)
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [("template_partials.loader.Loader", [CACHED_LOADERS])],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "crmservice.web.context.desk",
            ],
        },
    },
]
FORM_RENDERER = "crmservice.web.widgets.DeskRenderer"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
FILTERS_EMPTY_CHOICE_LABEL = "–"

AUTH_USER_MODEL = "employees.Employee"
AUTHENTICATION_BACKENDS = ["employees.backends.EmployeeBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_ADAPTER = "employees.adapter.StaffAccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "employee_no"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_FORMS = {"login": "employees.forms.LogInForm"}
ACCOUNT_SESSION_REMEMBER = False
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_ADAPTER = "employees.adapter.StaffMFAAdapter"
SECOND_STEP_REQUIRED = env.bool("SECOND_STEP_REQUIRED", default=PRODUCTION)

SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "crmservice.web.views.untrusted"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
if PRODUCTION:
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    LANGUAGE_COOKIE_NAME = "__Host-language"
    LANGUAGE_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^health$"]
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    if env.bool("BEHIND_TLS_PROXY", default=False):
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
    }
}

SITE_URL = (
    env.str("SITE_URL", default="")
    or (f"https://{ALLOWED_HOSTS[0]}" if PRODUCTION else "http://127.0.0.1:8000")
).rstrip("/")
EMAIL_URL = env.str("EMAIL_URL", default="")  # without it nothing is written as mail
if EMAIL_URL:
    vars().update(env.email_url_config(EMAIL_URL))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = (
    env.str("DEFAULT_FROM_EMAIL", default="")
    or f"service@{urlsplit(SITE_URL).hostname or 'localhost'}"
)
DELIVERY_LEASE_SECONDS = env.int("DELIVERY_LEASE_SECONDS", default=60)
FAULT = env.str("CRMSERVICE_FAULT", default="")
if FAULT and MODE != "test":
    raise ImproperlyConfigured("CRMSERVICE_FAULT kills the process; it is for test mode only.")

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", default="Asia/Shanghai")
BASE_CURRENCY = "CNY"
PHONE_REGION = "CN"
REMIND_EVENING_AT = time.fromisoformat(env.str("REMIND_EVENING_AT", default="18:00"))
REMIND_BEFORE_LEAVING_MINUTES = env.int("REMIND_BEFORE_LEAVING_MINUTES", default=60)
ACCEPT_WITHIN_MINUTES = env.int("ACCEPT_WITHIN_MINUTES", default=60)
ANSWER_WITHIN_MINUTES = env.int("ANSWER_WITHIN_MINUTES", default=120)
DEPOT_WITHIN_DAYS = env.int("DEPOT_WITHIN_DAYS", default=10)
ASK_ABOUT_TIMER_HOURS = env.int("ASK_ABOUT_TIMER_HOURS", default=10)
RETURN_ANSWER_DAYS = env.int("RETURN_ANSWER_DAYS", default=2)
RETURN_ARRIVAL_DAYS = env.int("RETURN_ARRIVAL_DAYS", default=14)
RETURN_REMEDY_DAYS = env.int("RETURN_REMEDY_DAYS", default=5)
EXCHANGE_RETURN_DAYS = env.int("EXCHANGE_RETURN_DAYS", default=14)
LEGAL_RETURN_DAYS = env.int("LEGAL_RETURN_DAYS", default=7)
OLD_PART_RETURN_DAYS = env.int("OLD_PART_RETURN_DAYS", default=14)
ANSWER_SIGNAL_WITHIN_HOURS = env.int("ANSWER_SIGNAL_WITHIN_HOURS", default=16)
ACKNOWLEDGE_WITHIN_HOURS = env.int("ACKNOWLEDGE_WITHIN_HOURS", default=4)
ANSWER_COMPLAINT_WITHIN_HOURS = env.int("ANSWER_COMPLAINT_WITHIN_HOURS", default=40)
CALL_BACK_WITHIN_HOURS = env.int("CALL_BACK_WITHIN_HOURS", default=8)
SURVEY_LOW_SCORE = env.int("SURVEY_LOW_SCORE", default=2)
SURVEY_EVERY_DAYS = env.int("SURVEY_EVERY_DAYS", default=30)
SURVEY_REMIND_AFTER_DAYS = env.int("SURVEY_REMIND_AFTER_DAYS", default=7)
UNDO_JOIN_DAYS = env.int("UNDO_JOIN_DAYS", default=30)
UNDO_MERGE_DAYS = env.int("UNDO_MERGE_DAYS", default=30)
TREND_MONTHS = env.int("TREND_MONTHS", default=6)
TREND_RISING = env.str("TREND_RISING", default="1.2")
TREND_DECLINING = env.str("TREND_DECLINING", default="0.8")
TREND_LOST_MONTHS = env.int("TREND_LOST_MONTHS", default=12)
TREND_KNOWN_MONTHS = env.int("TREND_KNOWN_MONTHS", default=24)
RECOVER_WITHIN_DAYS = env.int("RECOVER_WITHIN_DAYS", default=30)
RECORD_WITHIN_HOURS = env.int("RECORD_WITHIN_HOURS", default=24)
# of timeliness, completeness and accuracy; what they add up to is 100 points of record quality
RECORD_WEIGHTS = tuple(map(Decimal, env.str("RECORD_WEIGHTS", default="0.4 0.4 0.2").split()))
if len(RECORD_WEIGHTS) != 3 or min(RECORD_WEIGHTS) < 0 or not sum(RECORD_WEIGHTS):  # noqa: PLR2004
    raise ImproperlyConfigured("RECORD_WEIGHTS: three weights, as 0.4 0.4 0.2")
# from which quality on a month earns which bonus, in the base currency
RECORD_BONUS = {
    Decimal(least): Decimal(bonus)
    for least, _colon, bonus in (
        step.partition(":")
        for step in env.str("RECORD_BONUS", default="95:300 90:200 85:100").split()
    )
}
RECORD_BONUS_FROM = env.int("RECORD_BONUS_FROM", default=5)  # records of a month, else no bonus
RECORD_CHECKS = env.int("RECORD_CHECKS", default=2)  # tasks drawn per person and month
REPEAT_WITHIN_DAYS = env.int("REPEAT_WITHIN_DAYS", default=90)
DISAGREE_WITHIN_DAYS = env.int("DISAGREE_WITHIN_DAYS", default=7)
DAY_PLAN_SECONDS = env.int("DAY_PLAN_SECONDS", default=12)  # of search for a better plan
DAY_PLAN_WAYS = env.str("DAY_PLAN_WAYS", default="dispatch.suggestion.way")
CLOSE_UNASKED_AFTER_DAYS = env.int("CLOSE_UNASKED_AFTER_DAYS", default=7)
ORGANISATION_NAME = _("Customer service")

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = BASE_DIR / "staticfiles"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "whitenoise.storage.CompressedManifestStaticFilesStorage"
            if PRODUCTION
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = PRODUCTION
WHITENOISE_USE_FINDERS = not PRODUCTION
MEDIA_ROOT = env.path("MEDIA_ROOT", default=VAR_DIR / "media")
BACKUPS = env.str("BACKUP_DIR", default=str(VAR_DIR / "backups") if MODE == "embedded" else "")
BACKUP_DIR = Path(BACKUPS) if BACKUPS else None
ATTACHMENTS_PER_DAY_MB = env.int("ATTACHMENTS_PER_DAY_MB", default=500)

CACHES = {
    "default": {
        "BACKEND": "crmservice.cache.ForgivingRedisCache",
        "LOCATION": REDIS_URL,
    }
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

CELERY_BROKER_URL = REDIS_URL or "memory://localhost/"
CELERY_BROKER_TRANSPORT_OPTIONS = {} if REDIS_URL else {"polling_interval": 0.05}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_TIME_LIMIT = 600
CELERY_TIMEZONE = "UTC"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="WARNING")},
}
