"""What is logged and where, who is notified of errors, and the port of the metrics."""

import sys
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from booktime.settings.site import DEBUG, env

# A separate port, to which no proxy leads; 0 means none.
METRICS_PORT = env.whole("METRICS_PORT", default=0, least=0, most=65535)
# A worker has no PORT, so the default is free there.
if METRICS_PORT and env.int("PORT", default=0) == METRICS_PORT:
    raise ImproperlyConfigured(f"METRICS_PORT must differ from PORT, so not {METRICS_PORT}.")
SENTRY_DSN = env.str("SENTRY_DSN", default="")
if SENTRY_DSN:
    # Imported only if needed: it takes a tenth of a second.
    from sentry_sdk.utils import BadDsn, Dsn

    try:
        Dsn(SENTRY_DSN)
    except (BadDsn, ValueError):
        raise ImproperlyConfigured(
            "SENTRY_DSN must be an address like https://key@sentry.example/1."
        ) from None

# Servers log to stdout, as is usual in containers. What a command prints there may be data.
_is_command = Path(sys.argv[0]).name == "manage.py" and sys.argv[1:2] != ["run_worker"]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "booktime.sight.log_lines.formatter", "as_json": not DEBUG}},
    "filters": {"not_debug": {"()": "django.utils.log.RequireDebugFalse"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "stream": "ext://sys.stderr" if DEBUG or _is_command else "ext://sys.stdout",
            "formatter": "line",
        },
        "error_mail": {
            "class": "booktime.sight.error_mail.ErrorMail",
            "level": "ERROR",
            "filters": ["not_debug"],
        },
    },
    "root": {"handlers": ["console", "error_mail"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        # Our own line per request has its status but not its path, which may be a guest's link.
        "django.request": {"level": "WARNING" if DEBUG else "ERROR"},
        # A wrong host or an odd request is not our error.
        "django.security": {"handlers": ["console"], "propagate": False},
        # Twisted logs each request, with its path and the client's address.
        "daphne": {"level": "WARNING"},
        "twisted": {"level": "WARNING"},
        # booktime/sight/task_log.py logs tasks.
        "django_tasks": {"level": "CRITICAL"},
        "django_tasks_db": {"level": "WARNING"},
    },
}
