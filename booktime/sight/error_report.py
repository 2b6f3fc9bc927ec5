"""The content of a mail about an error, and a fingerprint to recognise the same fault."""

import hashlib
import logging
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings

from booktime.sight import log_context
from booktime.sight.redaction import message_of, traceback_of

MOST = 8_000  # characters of a traceback
_FACTS = ("route", "method", "status", "order_id", "task", "attempt", "request_id", "task_id")


@dataclass(frozen=True)
class Report:
    fingerprint: str
    subject: str
    lines: list[str] = field(repr=False)


def report_of(record: logging.LogRecord) -> Report:
    error = record.exc_info[1] if record.exc_info else None
    facts = {**log_context.known(), **{name: getattr(record, name, None) for name in _FACTS
                                     if hasattr(record, name)}}  # fmt: skip
    message = message_of(record)
    what = type(error).__name__ if error else message.split("\n")[0][:80]
    where = facts.get("route") or facts.get("task") or record.name
    lines = [message, "", f"revision: {settings.GIT_REV}"]
    lines += [f"{name}: {facts[name]}" for name in _FACTS if facts.get(name) is not None]
    lines += [f"logger: {record.name}", ""]
    if error:
        lines += [traceback_of(error, most=MOST), ""]
    return Report(_fingerprint(record, error, where), f"{what} in {where}", lines)


def _fingerprint(record: logging.LogRecord, error: BaseException | None, where: str) -> str:
    """The same for the same fault, whatever the data: by the last line of our own in the trace."""
    parts: list[Any] = [record.name, record.msg, where]
    if error:
        parts = [record.name, type(error).__qualname__]
        frames = traceback.extract_tb(error.__traceback__)
        ours = [frame for frame in frames if _is_ours(frame.filename)] or frames
        parts += [(frame.filename, frame.lineno) for frame in ours[-1:]]
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def _is_ours(file: str) -> bool:
    path = Path(file)
    return path.is_relative_to(settings.BASE_DIR) and "site-packages" not in path.parts
