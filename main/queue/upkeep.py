"""Looks after the table of tasks: none is lost, and none is kept longer than it is of use."""

from datetime import timedelta
from typing import Any

from django.db.models import F
from django.utils import timezone
from django_tasks_db.models import DBTaskResult, get_date_max

from main.queue.unknown import take_over_known

# Longer than any task of ours: whoever has one for so long was killed over it.
LOST_AFTER = timedelta(minutes=10)
# Failures are kept to be looked at.
FAILURES_KEPT = timedelta(days=7)


def give_back_tasks() -> None:
    """All that should be done and nobody would do."""
    revive_lost_tasks()
    take_over_known()
    date_undated_tasks()


def revive_lost_tasks() -> int:
    """Give tasks whose worker was killed to the next one: a mail rather twice than never."""
    lost = DBTaskResult.objects.filter(status="RUNNING", started_at__lt=timezone.now() - LOST_AFTER)
    return lost.update(status="READY", started_at=None)


def date_undated_tasks() -> int:
    """Those that release 0.1.0 stored for "now" have no time, and would wait behind all others."""
    undated = DBTaskResult.objects.filter(status="READY", run_after=get_date_max())
    return undated.update(run_after=F("enqueued_at"))


def forget_done(task: DBTaskResult, return_value: Any = None) -> None:
    """In place of set_successful: the arguments of what is done can be somebody's mail."""
    DBTaskResult.objects.filter(pk=task.pk).delete()
    task.status, task.finished_at = "SUCCESSFUL", timezone.now()


def forget_finished_tasks() -> None:
    """What was done by a worker of release 0.1.0, and failures that are old."""
    finished = DBTaskResult.objects
    finished.filter(status="SUCCESSFUL").delete()
    finished.filter(status="FAILED", finished_at__lt=timezone.now() - FAILURES_KEPT).delete()
