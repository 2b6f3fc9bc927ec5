"""Every setting of the site, read from the environment with embedded defaults.

Each variable is described in .env.example.
"""

import os
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from booktime.accounts import *  # noqa: F403 - settings
from booktime.api import REST_FRAMEWORK, REST_KNOX, SPECTACULAR_SETTINGS  # noqa: F401 - settings
from booktime.environment import Environment
from booktime.logs import LOGGING  # noqa: F401 - a setting

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment()
# Another file, or none, when ENV_FILE says so: the tests must not read a developer's.
_env_file = Path(os.environ.get("ENV_FILE", BASE_DIR / ".env"))
if _env_file.is_file():
    env.read_env(str(_env_file))

# --- What kind of site this is -------------------------------------------------------------
DEBUG = env.bool("DEBUG", default=False)
# Only a developer's machine may do without a key of its own.
SECRET_KEY = env.secret(
    "SECRET_KEY", **({"default": "insecure-development-key-" * 3} if DEBUG else {})
)
# Keys of before: what they signed or encrypted can still be read.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1"] if DEBUG else [])
if not (DEBUG or ALLOWED_HOSTS):
    raise ImproperlyConfigured("Set ALLOWED_HOSTS to the shop's host names (see .env.example).")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
GIT_REV = env.str("GIT_REV", default="development")
GA_TRACKER_ID = env.str("GA_TRACKER_ID", default="")
PORT = env.whole("PORT", default=8000, least=1, most=65535)
# Where the shop is reached: for the links in its mails.
SITE_URL = env.web_address(
    "SITE_URL",
    default=f"http://127.0.0.1:{PORT}" if DEBUG else f"https://{ALLOWED_HOSTS[0].lstrip('.')}",
)

INSTALLED_APPS = [
    "whitenoise.runserver_nostatic",
    "daphne",
    "main.apps.MainConfig",
    "main.apps.OwnersAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "django.forms",
    "channels",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_countries",
    "django_filters",
    "django_tables2",
    "django_tasks",
    "django_tasks_db",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "knox",
    "pictures",
    "rest_framework",
    "simple_history",
    "webpack_loader",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Pages shrink to a fifth. Their secrets are masked anew each time, and Django pads the length,
    # so that nothing can be learnt from it (BREACH).
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    # Who is asking, for the history of what they change.
    "simple_history.middleware.HistoryRequestMiddleware",
]
ROOT_URLCONF = "booktime.urls"
ASGI_APPLICATION = "booktime.asgi.application"
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
                "main.context_processors.globals",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
MESSAGE_STORAGE = "django.contrib.messages.storage.fallback.FallbackStorage"

# --- The outside: database, Redis, mail ----------------------------------------------------
# So many requests work at once in a process; the others wait their turn.
ASGI_THREADS = env.whole("ASGI_THREADS", default=8, least=1, most=1000)
# How many processes serve: several need a Redis (main/checks.py).
WEB_CONCURRENCY = env.whole("WEB_CONCURRENCY", default=1, least=1, most=1000)
# And so many threads work for all sockets of a process together.
CHAT_THREADS = env.whole("CHAT_THREADS", default=6, least=1, most=100)
DATABASES = {
    "default": env.database("DATABASE_URL", default=f"sqlite:///{quote(str(BASE_DIR))}/db.sqlite3")
}
DATABASE_KIND = DATABASES["default"]["ENGINE"].rpartition(".")[2]
if DATABASE_KIND == "sqlite3":
    # A writer takes the lock when its transaction begins and others wait for it: a deferred
    # transaction that turns into a writer half way fails at once, whatever the time-out.
    DATABASES["default"].setdefault("OPTIONS", {}).update(
        transaction_mode="IMMEDIATE",
        timeout=30,
        init_command="PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    )
    # A thread keeps its connection: opening one anew costs as much as a small page.
    DATABASES["default"]["CONN_MAX_AGE"] = None
else:
    # A connection for each thread, and some for what runs beside the requests.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault(
        "pool", {"min_size": 1, "max_size": max(16, ASGI_THREADS + CHAT_THREADS + 4), "timeout": 5}
    )
    # Seconds: a database that is away must not hold every thread for half a minute.
    DATABASES["default"]["OPTIONS"].setdefault("connect_timeout", 5)
    # A database that was restarted is noticed before a customer's query, not by it.
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# SQLite leaves the further columns of an index out, and is as right without.
SILENCED_SYSTEM_CHECKS = ["models.W040"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.redis("REDIS_URL")
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "booktime.cache.ForgivingRedisCache",
            "LOCATION": REDIS_URL,
            "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 2},
        }
    }
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "booktime.layers.ForgivingRedisLayer",
            "CONFIG": {"hosts": [REDIS_URL]},
        }
    }
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    # One channel hears for all sockets of the process.
    CHANNEL_LAYERS = {
        "default": {"BACKEND": "channels.layers.InMemoryChannelLayer", "CONFIG": {"capacity": 5000}}
    }

# The conversation: seconds between two heartbeats of a client, and between two looks at whether it
# may still be there.
CHAT_HEARTBEAT = env.whole("CHAT_HEARTBEAT", default=10, least=1, most=30)
CHAT_RECHECK = env.whole("CHAT_RECHECK", default=55, least=1, most=60)

vars().update(env.mail("EMAIL_URL", default="consolemail://"))
EMAIL_TIMEOUT = 20  # seconds: a mail server that does not answer must not hold up the rest
EMAIL_SUBJECT_PREFIX = "[Booktime] "
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="BookTime <shop@booktime.example>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
CUSTOMER_SERVICE_EMAIL = env.str(
    "CUSTOMER_SERVICE_EMAIL", default="customerservice@booktime.example"
)
ADMINS = [("Admins", address) for address in env.list("ADMINS", default=[])]

# --- Work done beside the request: mails and pictures --------------------------------------
# "immediate" runs a task at once; "database" stores it in the transaction that asked for it,
# for `manage.py run_worker` to do.
TASKS_BACKEND = env.str("TASKS_BACKEND", default="immediate" if DEBUG else "database")
_TASKS_BACKENDS = {
    "immediate": "django_tasks.backends.immediate.ImmediateBackend",
    "database": "django_tasks_db.DatabaseBackend",
}
if TASKS_BACKEND not in _TASKS_BACKENDS:
    raise ImproperlyConfigured("TASKS_BACKEND must be immediate or database.")
TASKS = {"default": {"BACKEND": _TASKS_BACKENDS[TASKS_BACKEND], "QUEUES": ["default"]}}
TEST_RUNNER = "main.tests.runner.ShopRunner"

# --- Who may come in -----------------------------------------------------------------------
# What does not hang on the environment is in booktime/accounts.py.
# Staff come into their sites only with a second factor or a passkey, once it is enforced.
STAFF_SECOND_FACTOR = env.bool("STAFF_SECOND_FACTOR", default=not DEBUG)
# A passkey is bound to HTTPS, but for a developer's own machine.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG
# How many proxies that we run stand before us: the client's address is read behind them.
ALLAUTH_TRUSTED_PROXY_COUNT = env.whole("TRUSTED_PROXY_COUNT", default=0, least=0, most=9)

# --- What is shown -------------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
FORMAT_MODULE_PATH = "booktime.formats"
COUNTRIES_FIRST = ["GB", "IE"]
TIME_ZONE = env.time_zone("TIME_ZONE", default="Europe/London")
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "bundles"]
MEDIA_URL = "/media/"
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(BASE_DIR / "media")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = DEBUG  # tests switch DEBUG off, and each would read all static files
WEBPACK_LOADER = {
    "DEFAULT": {
        "BUNDLE_DIR_NAME": "",
        "STATS_FILE": BASE_DIR / "webpack-stats.json",
        "CACHE": not DEBUG,
    }
}
PICTURES = {
    # Four renditions beside each original: 200, 400, 600 and 800 px wide.
    "CONTAINER_WIDTH": 800,
    "GRID_COLUMNS": 4,
    "BREAKPOINTS": {"phone": 576, "tablet": 992, "desktop": 1400},
    "PIXEL_DENSITIES": [1],
    "FILE_TYPES": ["WEBP"],
    "USE_PLACEHOLDERS": False,
    "QUEUE_NAME": "default",
    "PROCESSOR": "main.tasks.make_renditions",
}

# --- The shop ------------------------------------------------------------------------------
CURRENCY = "GBP"
DEFAULT_TAX_RATE = env.percentage("DEFAULT_TAX_RATE", default=Decimal("0.00"))
# Orders are paid by transfer to this account.
TRANSFER = {
    "beneficiary": env.str("TRANSFER_BENEFICIARY", default="BookTime Ltd"),
    "iban": env.str("TRANSFER_IBAN", default="GB33BUKB20201555555555"),
    "bic": env.str("TRANSFER_BIC", default="BUKBGB22"),
}
# Who bills: it stands on every invoice, as it was on that day.
SELLER = {
    "name": env.str("SELLER_NAME", default="BookTime Ltd"),
    "address1": env.str("SELLER_ADDRESS1", default="3 Quire Court"),
    "address2": env.str("SELLER_ADDRESS2", default=""),
    "city": env.str("SELLER_CITY", default="Bath"),
    "zip_code": env.str("SELLER_ZIP_CODE", default="BA1 1AA"),
    "country": env.country("SELLER_COUNTRY", default="GB"),
    "email": env.str("SELLER_EMAIL", default=CUSTOMER_SERVICE_EMAIL),
    "phone": env.str("SELLER_PHONE", default=""),
    "vat_id": env.str("SELLER_VAT_ID", default="GB999999973" if DEBUG else ""),
    "company_number": env.str("SELLER_COMPANY_NUMBER", default=""),
}
if DEFAULT_TAX_RATE and not SELLER["vat_id"]:
    raise ImproperlyConfigured("DEFAULT_TAX_RATE is not 0: VAT wants a SELLER_VAT_ID.")
# Fewer copies than this are a stock running low.
LOW_STOCK = env.whole("LOW_STOCK", default=5, least=1, most=10_000)
# Within so many open days of the payment an order is to be on its way.
DISPATCH_DAYS = env.whole("DISPATCH_DAYS", default=2, least=1, most=14)
# When customer service answers, by the shop's own clock.
OPENING_HOURS = env.opening_hours("OPENING_HOURS", default="Mo-Fr 09:00-17:30; Sa 10:00-14:00")
# What was changed stays changed: the history is read, and nothing is set back by it.
SIMPLE_HISTORY_REVERT_DISABLED = True
SIMPLE_HISTORY_HISTORY_CHANGE_REASON_USE_TEXT_FIELD = True

# --- Security ------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "base-uri": [NONE],
        "connect-src": [SELF],
        "font-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "img-src": [SELF, "data:"],
        "manifest-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
    }
}
if GA_TRACKER_ID:
    _directives = CONTENT_SECURITY_POLICY["DIRECTIVES"]
    _directives["script-src"].append("https://www.googletagmanager.com")
    for _name in ("connect-src", "img-src"):
        _directives[_name].append("https://*.google-analytics.com")
SESSION_COOKIE_HTTPONLY = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# HTTPS is the rule outside development; SECURE=false is for a rehearsal on plain HTTP.
SECURE = env.bool("SECURE", default=not DEBUG)
if SECURE:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
