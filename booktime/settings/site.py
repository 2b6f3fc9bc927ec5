"""What kind of site this is: where it stands, whom it answers, and its secret."""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from booktime.environment import Environment

BASE_DIR = Path(__file__).resolve().parents[2]
env = Environment()
# Another file, or none, when ENV_FILE says so: the tests must not read a developer's.
_env_file = Path(os.environ.get("ENV_FILE", BASE_DIR / ".env"))
_given = set(os.environ)
if _env_file.is_file():
    env.read_env(str(_env_file))

DEBUG = env.bool("DEBUG", default=False)
if not DEBUG:
    # Only a developer's file counts: Dokku leaves one in the image, with the values of its build.
    for _name in set(os.environ) - _given:
        del os.environ[_name]
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
# What a deployment wrote about itself; Dokku's variable is one push ahead after a push that failed.
_revision = BASE_DIR / "REVISION"
GIT_REV = (
    _revision.read_text().strip()
    if _revision.is_file()
    else env.str("GIT_REV", default="development")
)
GA_TRACKER_ID = env.str("GA_TRACKER_ID", default="")
PORT = env.whole("PORT", default=8000, least=1, most=65535)
# HTTPS is the rule outside development, behind a proxy that speaks it for us; SECURE=false is for a
# rehearsal on plain HTTP.
SECURE = env.bool("SECURE", default=not DEBUG)
# Where the shop is reached: for the links in its mails.
SITE_URL = env.web_address(
    "SITE_URL",
    default=f"http://127.0.0.1:{PORT}" if DEBUG else f"https://{ALLOWED_HOSTS[0].lstrip('.')}",
)

LANGUAGE_CODE = "en-gb"
FORMAT_MODULE_PATH = "booktime.formats"
COUNTRIES_FIRST = ["GB", "IE"]
TIME_ZONE = env.time_zone("TIME_ZONE", default="Europe/London")
USE_TZ = True
