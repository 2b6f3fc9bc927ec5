"""Logs and counts each task that runs in this process."""

import logging
import sys
import time
from typing import Any

from django_tasks import TaskResultStatus
from django_tasks.signals import task_finished, task_started

from booktime.sight import log_context, metrics

logger = logging.getLogger(__name__)

# Running tasks in this process: when each began, and the token that resets its log context.
_under_way: dict[str, tuple[float, Any]] = {}


def listen() -> None:
    """Connect the signals; repeated calls do no harm."""
    task_started.connect(note_task, dispatch_uid=__name__)
    task_finished.connect(log_task, dispatch_uid=__name__)


def note_task(sender: Any, task_result: Any, **kwargs: Any) -> None:
    """Add the task to its log lines and error reports."""
    attempt = task_result.kwargs.get("attempt", 0) + 1
    task_id = str(task_result.id)
    noted = log_context.begin(task=_name(task_result), task_id=task_id, attempt=attempt)
    _under_way[task_id] = time.perf_counter(), noted


def log_task(sender: Any, task_result: Any, **kwargs: Any) -> None:
    if str(task_result.id) not in _under_way:
        return
    begun, noted = _under_way.pop(str(task_result.id))
    name, seconds = _name(task_result), time.perf_counter() - begun
    is_done = task_result.status == TaskResultStatus.SUCCESSFUL
    metrics.tasks.labels(name, "done" if is_done else "failed").inc()
    metrics.task_seconds.labels(name).observe(seconds)
    duration = {"duration_ms": round(seconds * 1000, 1)}
    try:
        if is_done:
            logger.info("task_done", extra=duration)
        else:
            # Without its arguments: a mail about an account contains a link that opens it.
            logger.error("task_failed", exc_info=sys.exc_info(), extra=duration)
    finally:
        log_context.end(noted)


def _name(task_result: Any) -> str:
    """One task sends all mails: `send_mail:order_paid` says which one."""
    event = task_result.kwargs.get("event")
    return f"{task_result.task.name}:{event}" if event else task_result.task.name
