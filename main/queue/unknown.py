"""Tasks whose job this release does not know: kept for the release that does.

While a push is under way two releases share one table. django-tasks-db fails a task at once whose
function it cannot import: a worker of ours puts it back, and takes over what another's failed.
"""

import logging
from collections.abc import Iterable
from datetime import timedelta

from django.core.exceptions import SuspiciousOperation
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks.base import Task
from django_tasks_db.models import DBTaskResult

from main.queue.retries import RETRY_AFTER

logger = logging.getLogger(__name__)
DAY = 24 * 3600
# Seconds between two looks whether a task is known by now: three days in all, then it fails.
LOOK_AFTER = (*RETRY_AFTER, DAY, DAY)
# A worker that does not know these rules fails a task again: it is not taken over for ever.
TAKEN_OVER = timedelta(days=7)
# How a failure looks that came of not finding the function. A job that ran and failed over an
# import of its own has stored its next attempt already, and no traceback with this line.
_NOT_FOUND = Q(traceback__contains="import_string(self.task_path)") | Q(
    exception_class_path=f"{SuspiciousOperation.__module__}.{SuspiciousOperation.__qualname__}",
    traceback__contains="does not point to a Task",
)


class NotKnown(Exception):
    """No release that knows the task came in time."""


def is_known(path: str) -> bool:
    try:
        return isinstance(import_string(path), Task)
    except Exception:  # a module may fail in any way: the worker must not fail by it each time
        return False


def put_back(task: DBTaskResult) -> None:
    """Give back a task that was claimed and is not known, to be looked at later and later."""
    looks = len(task.worker_ids)
    if looks > len(LOOK_AFTER):
        task.set_failed(NotKnown(task.task_path))
        logger.error("Task %s is not known to any release, and has failed.", task.task_path)
        return
    later = timezone.now() + timedelta(seconds=LOOK_AFTER[looks - 1])
    mine = DBTaskResult.objects.filter(pk=task.pk, started_at=task.started_at)
    mine.update(status="READY", started_at=None, run_after=later)
    logger.warning("Task %s is not known to this release: put back.", task.task_path)


def take_over_known() -> int:
    """Make due what another release failed or put back, and this one knows; return how many."""
    now = timezone.now()
    tasks = DBTaskResult.objects
    failed = tasks.filter(_NOT_FOUND, status="FAILED", enqueued_at__gt=now - TAKEN_OVER)
    # Of those that are to be done later, only what was put back has been in a worker's hands.
    waiting = tasks.filter(status="READY", run_after__gt=now).exclude(worker_ids=[])
    return sum(
        _known(found).update(
            status="READY", run_after=now, started_at=None, finished_at=None,
            exception_class_path="", traceback="",
        )
        for found in (failed, waiting)
    )  # fmt: skip


def _known(tasks: QuerySet[DBTaskResult]) -> QuerySet[DBTaskResult]:
    paths: Iterable[str] = tasks.order_by().values_list("task_path", flat=True).distinct()
    return tasks.filter(task_path__in=[path for path in paths if is_known(path)])
