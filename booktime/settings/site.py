"""The basics of the site: where it runs, which hosts it answers, and its secret."""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from booktime import setting_types
from booktime.environment import Environment

BASE_DIR = Path(__file__).resolve().parents[2]
env = Environment()
# ENV_FILE names another file, or none: the tests must not read a developer's.
_env_file = os.environ.get("ENV_FILE", str(BASE_DIR / ".env")).strip()
_given = set(os.environ)
if _env_file and ("ENV_FILE" in os.environ or Path(_env_file).exists()):
    env.read_file(_env_file)

DEBUG = env.bool("DEBUG", default=False)
if not DEBUG:
    # Only a developer's file counts: Dokku leaves one with its build's values in the image.
    for _name in set(os.environ) - _given:
        del os.environ[_name]
# Only a developer's machine may do without its own key.
SECRET_KEY = env.str(
    "SECRET_KEY", **({"default": "insecure-development-key-" * 3} if DEBUG else {})
)
# Former keys: what they signed or encrypted can still be read.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.each(
    "ALLOWED_HOSTS",
    setting_types.allowed_host,
    "host names like shop.example, separated by commas",
    default=["localhost", "127.0.0.1"] if DEBUG else [],
)
if not (DEBUG or ALLOWED_HOSTS):
    raise ImproperlyConfigured("Set ALLOWED_HOSTS to the shop's host names (see .env.example).")
CSRF_TRUSTED_ORIGINS = env.each(
    "CSRF_TRUSTED_ORIGINS",
    setting_types.origin,
    "origins like https://shop.example, separated by commas",
)
# The revision that the deployment wrote; Dokku's variable is one push ahead after a failed push.
_revision = BASE_DIR / "REVISION"
GIT_REV = (
    _revision.read_text().strip()
    if _revision.is_file()
    else env.str("GIT_REV", default="development")
)
GA_TRACKER_ID = env.matching("GA_TRACKER_ID", "[A-Z]+-[A-Z0-9-]+", "an id like G-AB12CD34EF")
PORT = env.whole("PORT", default=8000, least=1, most=65535)
# Outside development a proxy in front of us speaks HTTPS; SECURE=false is for a rehearsal on plain
# HTTP.
SECURE = env.bool("SECURE", default=not DEBUG)
# The shop's public address, for the links in its mails.
SITE_URL = env.url(
    "SITE_URL",
    setting_types.site,
    "an address like https://shop.example",
    default=f"http://127.0.0.1:{PORT}" if DEBUG else f"https://{ALLOWED_HOSTS[0].lstrip('.')}",
)

# Says whether the shop is ready; `alive/` is below it. Repeated in app.json, which is plain data.
HEALTH_PATH = "healthz/"

LANGUAGE_CODE = "en-gb"
FORMAT_MODULE_PATH = "booktime.formats"
COUNTRIES_FIRST = ["GB", "IE"]
# Posts deliver there under this code, though ISO 3166 does not list it.
COUNTRIES_OVERRIDE = {"XK": "Kosovo"}
TIME_ZONE = env.one("TIME_ZONE", setting_types.time_zone, "a time zone", default="Europe/London")
USE_TZ = True
