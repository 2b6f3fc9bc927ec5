"""How a log line is written: as a JSON object of known fields, or as text in development."""

import json
import logging
from collections.abc import MutableMapping
from typing import Any

from django.conf import settings
from structlog import stdlib
from structlog.processors import TimeStamper

from booktime.sight import log_context
from booktime.sight.redaction import message, traceback_of

# All fields of a line, in this order; anything else given to a logger is dropped. Values are our
# own keys, codes, and names from the source.
FIELDS = (
    "time", "level", "event", "logger", "request_id", "socket", "order_id", "role", "user_id",
    "task", "task_id", "attempt", "method", "route", "status", "code", "by", "duration_ms",
    "revision", "exception",
)  # fmt: skip
_EXTRA = {*FIELDS} - {"time", "level", "event", "logger", "exception"}
MOST = 20_000  # characters of a traceback
# Django logs suspicious requests under these names: as errors, and repeating their content.
KNOCKS = "django.security."

Fields = MutableMapping[str, Any]


def formatter(*, as_json: bool) -> logging.Formatter:
    """For the settings' LOGGING."""
    return stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            stdlib.add_log_level,
            stdlib.add_logger_name,
            stdlib.ExtraAdder(_EXTRA),
            TimeStamper(fmt="iso", utc=True, key="time"),
        ],
        processors=[
            stdlib.ProcessorFormatter.remove_processors_meta,
            _add_facts,
            _make_little_of_knocks,
            _write,
            _as_object if as_json else _as_line,
        ],
        use_get_message=False,
        pass_foreign_args=True,
    )


def _add_facts(logger: Any, name: str, fields: Fields) -> Fields:
    return {**log_context.known(), "revision": settings.GIT_REV, **fields}


def _make_little_of_knocks(logger: Any, name: str, fields: Fields) -> Fields:
    """A wrong host or a path out of its folder is not our fault: log it briefly, as a warning."""
    if not fields["logger"].startswith(KNOCKS):
        return fields
    why, args = fields["logger"].removeprefix(KNOCKS), fields.get("positional_args")
    if why == "csrf" and args:
        # The reason; what follows the dash repeats the visitor's input.
        why = str(args[0]).partition(" - ")[0].rstrip(".")
    said = {"level": "warning", "event": f"Refused: {why}.", "positional_args": ()}
    return {**fields, **said, "exc_info": None}


def _write(logger: Any, name: str, fields: Fields) -> Fields:
    """Tracebacks have no values of variables, but an error's own text may contain some."""
    error = (fields.get("exc_info") or (None, None))[1]
    args = fields.get("positional_args")
    fields["event"] = message(fields["event"], args, logger=fields["logger"], error=error)
    if error:
        fields["exception"] = traceback_of(error, most=MOST)
    return fields


def _as_object(logger: Any, name: str, fields: Fields) -> str:
    known = {field: fields[field] for field in FIELDS if fields.get(field) is not None}
    return json.dumps(known, default=str)


def _as_line(logger: Any, name: str, fields: Fields) -> str:
    """For developers: the event first, without facts that are always the same."""
    beside = [
        f"{field}={fields[field]}"
        for field in ("method", "route", "status", "code", "by", "duration_ms", "order_id", "role",
                      "task", "attempt")
        if fields.get(field) is not None
    ]  # fmt: skip
    line = " ".join([fields["level"].upper(), fields["logger"], str(fields["event"]), *beside])
    return f"{line}\n{fields['exception']}" if fields.get("exception") else line
