"""Tasks whose worker was killed: the next one runs them, but not for ever.

A task may be what kills it: a picture that fills the memory, a library that crashes.
"""

import logging
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django_tasks_db.models import DBTaskResult

logger = logging.getLogger(__name__)

# Longer than any of our tasks takes (main.queue.deadlines): a worker that has had one for this long
# was killed.
LOST_AFTER = timedelta(minutes=10)
MOST_KILLED = 3
_KILLED = "killed:"  # before the name of a worker, in the list of those that had the task


class WorkersKilled(Exception):
    """The task was under way each time when its worker was killed."""


def revive_lost_tasks() -> int:
    """Queue them: better a mail twice than never. After three workers, one fails for good."""
    lost = DBTaskResult.objects.filter(status="RUNNING", started_at__lt=timezone.now() - LOST_AFTER)
    return sum(_revive(task) for task in lost)


def killed(task: DBTaskResult) -> int:
    """How many workers were killed with this task in hand."""
    return sum(name.startswith(_KILLED) for name in task.worker_ids)


def _revive(task: DBTaskResult) -> bool:
    """Return whether it is to be run again, and no other worker has seen to it."""
    *before, last = task.worker_ids or [""]
    task.worker_ids = [*before, f"{_KILLED}{last}"]
    if killed(task) < MOST_KILLED:
        fields: dict[str, Any] = {"status": "READY", "started_at": None}
    else:
        error = WorkersKilled
        fields = {
            "status": "FAILED",
            "finished_at": timezone.now(),
            "exception_class_path": f"{error.__module__}.{error.__qualname__}",
        }
    mine = DBTaskResult.objects.filter(pk=task.pk, status="RUNNING", started_at=task.started_at)
    is_mine = bool(mine.update(worker_ids=task.worker_ids, **fields))
    if is_mine and fields["status"] == "FAILED":
        logger.error(
            "Task %s was given up: %d workers were killed with it in hand.",
            task.task_path,
            MOST_KILLED,
            extra={"task_id": str(task.pk)},
        )
        return False
    return is_mine
