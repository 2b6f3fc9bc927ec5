"""The services that the shop depends on, database and Redis, and the threads that use them."""

import os
import sys
from pathlib import Path
from urllib.parse import quote

from django.core.exceptions import ImproperlyConfigured

from booktime.settings.site import BASE_DIR, env

# The number of requests that a process handles at once; others queue.
ASGI_THREADS = env.whole("ASGI_THREADS", default=8, least=1, most=1000)
if not os.environ.get("ASGI_THREADS", "").strip():
    os.environ.pop("ASGI_THREADS", None)  # Daphne reads it, too, and fails at an empty value
# The number of web processes; several need Redis (main/checks/processes.py).
WEB_CONCURRENCY = env.whole("WEB_CONCURRENCY", default=1, least=1, most=1000)
# The number of threads for all sockets of a process together.
CHAT_THREADS = env.whole("CHAT_THREADS", default=6, least=1, most=100)
DATABASES = {
    "default": env.database("DATABASE_URL", default=f"sqlite:///{quote(str(BASE_DIR))}/db.sqlite3")
}
DATABASE_KIND = DATABASES["default"]["ENGINE"].rpartition(".")[2]
# Commands, including the worker, have one thread and may take their time; all else serves requests.
_is_command = Path(sys.argv[0]).name == "manage.py" and not {"runserver", "test"} & {*sys.argv[1:2]}
if DATABASE_KIND == "sqlite3":
    # A writer takes the lock when its transaction begins, and others wait for it: a deferred
    # transaction that becomes a writer half way fails at once, whatever the time-out.
    _theirs = DATABASES["default"].get("OPTIONS", {})
    if _unknown := _theirs.keys() - {"transaction_mode", "timeout", "init_command"}:
        raise ImproperlyConfigured(f"DATABASE_URL: SQLite has no option {min(_unknown)!r} here.")
    if not isinstance(_theirs.get("timeout", 0), int):
        raise ImproperlyConfigured("DATABASE_URL: timeout must be a whole number.")
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    } | _theirs
    # A thread keeps its connection: opening one costs as much as a small page.
    DATABASES["default"]["CONN_MAX_AGE"] = None
else:
    # Imported only if needed: it imports psycopg.
    from booktime.backends import postgresql

    _theirs = postgresql.checked(DATABASES["default"])
    _is_pooled = postgresql.is_pooled_elsewhere(DATABASES["default"])
    DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = _is_pooled
    if _is_command:
        # One permanent connection, without a time limit: backups and migrations take long.
        DATABASES["default"]["CONN_MAX_AGE"] = None
        _ours = postgresql.BOUNDS
    else:
        # A connection per thread, and some for what runs beside the requests.
        _most = max(16, ASGI_THREADS + CHAT_THREADS + 4)
        _ours = postgresql.for_web(most=_most, is_pooled_elsewhere=_is_pooled)
    DATABASES["default"]["OPTIONS"] = postgresql.joined(_ours, _theirs)
    # Notices a restarted database before a customer's query fails.
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# SQLite ignores the additional columns of an index, which do not affect results.
SILENCED_SYSTEM_CHECKS = ["models.W040"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.redis("REDIS_URL")
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "booktime.backends.cache.ForgivingRedisCache",
            "LOCATION": REDIS_URL,
            "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 2},
        }
    }
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "booktime.backends.channel_layer.ForgivingRedisLayer",
            "CONFIG": {"hosts": [REDIS_URL]},
        }
    }
else:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            # Limits are counted here. With Django's 300, a stranger could push a counter out.
            "OPTIONS": {"MAX_ENTRIES": 10_000},
        }
    }
    # One channel serves all sockets of the process.
    CHANNEL_LAYERS = {
        "default": {"BACKEND": "channels.layers.InMemoryChannelLayer", "CONFIG": {"capacity": 5000}}
    }

# The conversation: seconds between two heartbeats of a client, and between two checks whether it
# may stay.
CHAT_HEARTBEAT = env.whole("CHAT_HEARTBEAT", default=10, least=1, most=30)
CHAT_RECHECK = env.whole("CHAT_RECHECK", default=55, least=1, most=60)
