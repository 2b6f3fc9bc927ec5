"""How a log line is written: as an object of known fields outside development, else to be read."""

import json
import logging
from collections.abc import MutableMapping
from typing import Any

from django.conf import settings
from structlog import stdlib
from structlog.processors import TimeStamper, format_exc_info

from booktime.redaction import redacted, redacted_message
from main.gateways import log_facts

# All that a line may hold, in this order; whatever else is given to a logger stays here. Ours are
# keys, codes, and names that stand in the source.
FIELDS = (
    "time", "level", "event", "logger", "request_id", "socket", "order_id", "role", "user_id",
    "task", "task_id", "attempt", "method", "route", "status", "code", "by", "duration_ms",
    "revision", "exception",
)  # fmt: skip
_EXTRA = {*FIELDS} - {"time", "level", "event", "logger", "exception"}
# Of an exception that was raised within another: the end says more than the beginning.
MOST = 20_000  # characters

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
            format_exc_info,
            _redact,
            _as_object if as_json else _as_line,
        ],
    )


def _add_facts(logger: Any, name: str, fields: Fields) -> Fields:
    return {**log_facts.known(), "revision": settings.GIT_REV, **fields}


def _redact(logger: Any, name: str, fields: Fields) -> Fields:
    """A traceback is without the values of variables, but the words of its error may hold some."""
    fields["event"] = redacted_message(str(fields["event"]), fields["logger"])
    if text := fields.get("exception"):
        fields["exception"] = redacted(text[-MOST:])
    return fields


def _as_object(logger: Any, name: str, fields: Fields) -> str:
    known = {field: fields[field] for field in FIELDS if fields.get(field) is not None}
    return json.dumps(known, default=str)


def _as_line(logger: Any, name: str, fields: Fields) -> str:
    """What a developer looks at: the event first, and no facts that are always the same."""
    beside = [
        f"{field}={fields[field]}"
        for field in ("method", "route", "status", "code", "by", "duration_ms", "order_id", "role",
                      "task", "attempt")
        if fields.get(field) is not None
    ]  # fmt: skip
    line = " ".join([fields["level"].upper(), fields["logger"], str(fields["event"]), *beside])
    return f"{line}\n{fields['exception']}" if fields.get("exception") else line
