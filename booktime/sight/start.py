"""Begins to watch a process, web or worker: Sentry, the port of the metrics, and what tasks do."""

import logging
import sys
import time
from typing import Any

from django.db import transaction
from django.db.models.signals import post_save
from django_tasks import TaskResultStatus
from django_tasks.signals import task_finished, task_started

from booktime.server.leased_threads import LeasedThreads
from booktime.sight import metrics, sentry
from main.gateways import log_facts

logger = logging.getLogger(__name__)

NAME = "booktime.sight.start"  # under which signals are heard once, however often this is called
# Those under way in this process: when each began, and how to forget what was noted of it.
_under_way: dict[str, tuple[float, Any]] = {}


def begin(threads: LeasedThreads | None = None) -> None:
    """Once, before it serves. The worker calls it by the setting WATCH."""
    from main.models import Message

    sentry.begin()
    metrics.listen(threads)
    sys.excepthook = tell_end
    task_started.connect(note_task, dispatch_uid=NAME)
    task_finished.connect(tell_task, dispatch_uid=NAME)
    post_save.connect(count_message, sender=Message, dispatch_uid=NAME)


def tell_end(kind: type[BaseException], error: BaseException, trace: Any) -> None:
    """A process that ends by an error says so in its log, and to whom it tells errors."""
    if issubclass(kind, Exception):
        logger.critical("The process ended by an error.", exc_info=(kind, error, trace))
    else:
        sys.__excepthook__(kind, error, trace)


def note_task(sender: Any, task_result: Any, **kwargs: Any) -> None:
    """Beside each line of the task, and in what is told of its errors."""
    attempt = task_result.kwargs.get("attempt", 0) + 1
    task_id = str(task_result.id)
    noted = log_facts.begin(task=task_result.task.name, task_id=task_id, attempt=attempt)
    _under_way[task_id] = time.perf_counter(), noted


def tell_task(sender: Any, task_result: Any, **kwargs: Any) -> None:
    if str(task_result.id) not in _under_way:
        return
    begun, noted = _under_way.pop(str(task_result.id))
    name, seconds = task_result.task.name, time.perf_counter() - begun
    is_done = task_result.status == TaskResultStatus.SUCCESSFUL
    metrics.tasks.labels(name, "done" if is_done else "failed").inc()
    metrics.task_seconds.labels(name).observe(seconds)
    duration = {"duration_ms": round(seconds * 1000, 1)}
    try:
        if is_done:
            logger.info("task_done", extra=duration)
        else:
            # Without its arguments: a mail about an account carries a link that opens it.
            logger.error("task_failed", exc_info=sys.exc_info(), extra=duration)
    finally:
        log_facts.end(noted)


def count_message(sender: Any, instance: Any, created: bool, **kwargs: Any) -> None:
    if created:
        transaction.on_commit(lambda: metrics.messages_stored.labels(str(instance.kind)).inc())
