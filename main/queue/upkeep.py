"""Looks after the table of tasks: none gets lost, and none is kept longer than useful."""

from datetime import timedelta
from typing import Any

from django.db.models import F
from django.utils import timezone
from django_tasks_db.models import DBTaskResult, get_date_max

from main.queue.lost import revive_lost_tasks
from main.queue.unknown import take_over_known

# Failures are kept for somebody to look into.
FAILURES_KEPT = timedelta(days=7)


def give_back_tasks() -> None:
    """Queue tasks that no worker would otherwise run."""
    revive_lost_tasks()
    take_over_known()
    date_undated_tasks()


def date_undated_tasks() -> int:
    """Release 0.1.0 stored tasks without a time: they would wait behind all others."""
    undated = DBTaskResult.objects.filter(status="READY", run_after=get_date_max())
    return undated.update(run_after=F("enqueued_at"))


def forget_done(task: DBTaskResult, return_value: Any = None) -> None:
    """Replaces set_successful: the arguments of a finished task may be somebody's mail."""
    DBTaskResult.objects.filter(pk=task.pk).delete()
    task.status, task.finished_at = "SUCCESSFUL", timezone.now()


def forget_finished_tasks() -> None:
    """Delete tasks that a worker of release 0.1.0 finished, and old failures."""
    finished = DBTaskResult.objects
    finished.filter(status="SUCCESSFUL").delete()
    finished.filter(status="FAILED", finished_at__lt=timezone.now() - FAILURES_KEPT).delete()
