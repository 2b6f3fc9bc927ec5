"""Tasks of a job that this release does not know are kept for the release that does.

During a push two releases share one table. django-tasks-db fails a task at once if it cannot import
the function. Our worker puts such a task back, and takes over those that another release failed.
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

from main.queue.lost import killed
from main.queue.retries import RETRY_AFTER

logger = logging.getLogger(__name__)
DAY = 24 * 3600
# Seconds until a task that was put back is looked at again; after three days in all it fails.
LOOK_AFTER = (*RETRY_AFTER, DAY, DAY)
# A worker of release 0.1.0 may fail the same task again and again; this is the end of it.
TAKEN_OVER = timedelta(days=7)
# What a task's traceback shows if its function was not found. A job that ran and then failed to
# import something has no such line, and has stored its own retry.
_NOT_FOUND = Q(traceback__contains="import_string(self.task_path)") | Q(
    exception_class_path=f"{SuspiciousOperation.__module__}.{SuspiciousOperation.__qualname__}",
    traceback__contains="does not point to a Task",
)


class NotKnown(Exception):
    """No release that knows the task came along in time."""


def is_known(path: str) -> bool:
    try:
        return isinstance(import_string(path), Task)
    except Exception:  # loading a module can raise anything, and must not end the worker
        return False


def put_back(task: DBTaskResult) -> None:
    """Put a claimed task back, to be looked at again at growing intervals."""
    known_by = (task.pk, task.task_path)
    looks = len(task.worker_ids) - killed(task)
    if looks > len(LOOK_AFTER):
        task.set_failed(NotKnown(task.task_path))
        logger.error("Task id=%s path=%s has failed: no release knows it.", *known_by)
        return
    later = timezone.now() + timedelta(seconds=LOOK_AFTER[looks - 1])
    mine = DBTaskResult.objects.filter(pk=task.pk, started_at=task.started_at)
    mine.update(status="READY", started_at=None, run_after=later)
    logger.warning("Task id=%s path=%s is unknown to this release and was put back.", *known_by)


def take_over_known() -> int:
    """Queue what another release failed or put back and this one knows; return how many."""
    now = timezone.now()
    tasks = DBTaskResult.objects
    failed = tasks.filter(_NOT_FOUND, status="FAILED", enqueued_at__gt=now - TAKEN_OVER)
    # Tasks put off on purpose are due later too, but no worker has ever claimed them.
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
