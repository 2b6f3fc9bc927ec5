"""Reports errors to Sentry if there is a SENTRY_DSN: logged errors with their log context.

It only uses the log. Sentry's integrations for Django and ASGI patch a handler that ours replaces,
and collect addresses, query strings and headers that would have to be removed again. This file
lists what an event may contain; everything else is dropped.
"""

import logging
from typing import Any

from django.conf import settings

from booktime.sight import log_context
from booktime.sight.log_lines import FIELDS, KNOCKS, MOST
from booktime.sight.redaction import message_of, said_of

_KEPT = ("event_id", "timestamp", "platform", "level", "logger", "release", "environment", "sdk")
_TAGS = {*FIELDS} - {"time", "level", "event", "logger", "user_id", "revision", "exception"}
_FRAME = ("filename", "abs_path", "module", "function", "lineno", "in_app",
          "pre_context", "context_line", "post_context")  # fmt: skip


def begin() -> bool:
    """Start if configured; return whether it is. A thread sends the events, so nobody waits."""
    if not settings.SENTRY_DSN:
        return False
    import sentry_sdk
    from sentry_sdk.integrations.atexit import AtexitIntegration
    from sentry_sdk.integrations.logging import LoggingIntegration, ignore_logger

    ignore_logger(f"{KNOCKS}*")
    sentry_sdk.init(
        dsn=settings.SENTRY_DSN,
        release=settings.GIT_REV,
        default_integrations=False,
        auto_enabling_integrations=False,
        integrations=[
            LoggingIntegration(level=None, event_level=logging.ERROR),
            # When the process ends, pending events get two seconds, without a message about it.
            AtexitIntegration(callback=lambda pending, timeout: None),
        ],
        before_send=scrubbed,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        auto_session_tracking=False,
        server_name="",
        shutdown_timeout=2,
    )
    return True


def scrubbed(event: Any, hint: dict[str, Any]) -> Any:
    """Called where the error was logged, so the log context is available."""
    facts = log_context.known()
    record = hint.get("log_record")
    facts = facts | {name: getattr(record, name) for name in _TAGS if hasattr(record, name)}
    sent = {name: event[name] for name in _KEPT if event.get(name) is not None}
    sent["tags"] = {name: str(facts[name]) for name in _TAGS if facts.get(name) is not None}
    if facts.get("route"):
        sent["transaction"] = facts["route"]
    if facts.get("user_id"):
        sent["user"] = {"id": str(facts["user_id"])}
    if record is not None:
        sent["logentry"] = {"message": message_of(record)}
    values = (event.get("exception") or {}).get("values", [])
    if values:
        error = (hint.get("exc_info") or (None, None))[1]
        sent["exception"] = {"values": [_scrubbed_exception(value, error) for value in values]}
    return sent


def _scrubbed_exception(value: dict[str, Any], error: BaseException | None) -> dict[str, Any]:
    frames = (value.get("stacktrace") or {}).get("frames", [])
    return {
        "type": value.get("type"),
        "module": value.get("module"),
        "value": said_of(error, str(value.get("value") or ""), most=MOST),
        "stacktrace": {
            "frames": [{name: frame[name] for name in _FRAME if name in frame} for frame in frames]
        },
    }
