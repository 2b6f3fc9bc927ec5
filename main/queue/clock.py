"""Queues each periodic job when it is due: once, however many workers look."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from main.models import PeriodicJob
from main.queue.names import JOBS, periodic_jobs
from main.queue.putting_off import put_off


def put_off_due() -> list[str]:
    """Queue the jobs that are due and return their names.

    Runs missed while no worker was up are made up for by a single one. A new job first waits for
    its next minute, hour or night.
    """
    now = timezone.now()
    return [name for name, due_at in read_due(now).items() if claim(name, due_at, now)]


def read_due(now: datetime) -> dict[str, datetime]:
    """The jobs that are due, by name, with the time they became due."""
    next_at = {name: every.next_after(now) for name, every in periodic_jobs().items()}
    rows = PeriodicJob.objects.filter(name__in=next_at)
    due_at = dict(rows.values_list("name", "due_at"))
    for name, at in next_at.items():
        if name not in due_at:
            PeriodicJob.objects.get_or_create(name=name, defaults={"due_at": at})
        elif due_at[name] > at:  # it now runs more often, or a clock was wrong
            rows.filter(name=name, due_at=due_at[name]).update(due_at=at)
    return {name: at for name, at in due_at.items() if at <= now}


@transaction.atomic
def claim(name: str, due_at: datetime, now: datetime) -> bool:
    """Queue the job unless another worker has done so. Return whether it was queued."""
    if not move_on(name, due_at, periodic_jobs()[name].next_after(now)) or is_waiting(name):
        return False
    put_off(name)
    return True


def move_on(name: str, due_at: datetime, next_at: datetime) -> bool:
    """Only one of the workers that saw it due at `due_at` finds that time still there."""
    return bool(PeriodicJob.objects.filter(name=name, due_at=due_at).update(due_at=next_at))


def is_waiting(name: str) -> bool:
    """An earlier run has not started yet: queued again, the job would run twice in a row."""
    path = JOBS[name].task.module_path
    return DBTaskResult.objects.filter(status="READY", task_path=path).exists()
