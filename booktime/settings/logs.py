"""What is logged and where to, who is told of errors, and the port of the metrics."""

import sys
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from booktime.settings.site import DEBUG, env

# A port of its own, which no proxy leads to; 0 is none.
METRICS_PORT = env.whole("METRICS_PORT", default=0, least=0, most=65535)
# A worker is given no port, and what is PORT by default then is not taken.
if METRICS_PORT and env.int("PORT", default=0) == METRICS_PORT:
    raise ImproperlyConfigured(f"METRICS_PORT must be another port than PORT, not {METRICS_PORT}.")
SENTRY_DSN = env.str("SENTRY_DSN", default="")
if SENTRY_DSN:
    # Only then: it takes a tenth of a second.
    from sentry_sdk.utils import BadDsn, Dsn

    try:
        Dsn(SENTRY_DSN)
    except (BadDsn, ValueError):
        raise ImproperlyConfigured(
            "SENTRY_DSN must be an address like https://key@sentry.example/1."
        ) from None

# Servers log to stdout, as containers want it. What a command prints there may be data.
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
        # Our own line of each request has its status, and not its path: a guest's link is one.
        "django.request": {"level": "WARNING" if DEBUG else "ERROR"},
        # Whoever knocks under another name, or asks oddly, is no error of ours.
        "django.security": {"handlers": ["console"], "propagate": False},
        # Twisted has a line of its own for each request, with its path and whose address it was.
        "daphne": {"level": "WARNING"},
        "twisted": {"level": "WARNING"},
        # What is to be said of tasks, booktime/sight/task_log.py says.
        "django_tasks": {"level": "CRITICAL"},
        "django_tasks_db": {"level": "WARNING"},
    },
}
