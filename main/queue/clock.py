"""Puts off the periodic jobs whose time has come: each once, however many workers look."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from main.models import PeriodicJob
from main.queue.names import JOBS, periodic_jobs
from main.queue.putting_off import put_off


def put_off_due() -> list[str]:
    """The names of those that were put off.

    What was missed while no worker ran is done once. A job that was never done is due the first
    time that its hour comes, not at once.
    """
    now = timezone.now()
    return [name for name, due_at in read_due(now).items() if claim(name, due_at, now)]


def read_due(now: datetime) -> dict[str, datetime]:
    """Since when each that is due is, by name."""
    next_at = {name: every.next_after(now) for name, every in periodic_jobs().items()}
    rows = PeriodicJob.objects.filter(name__in=next_at)
    due_at = dict(rows.values_list("name", "due_at"))
    for name, at in next_at.items():
        if name not in due_at:
            PeriodicJob.objects.get_or_create(name=name, defaults={"due_at": at})
        elif due_at[name] > at:  # it is done more often since, or a clock was wrong
            rows.filter(name=name, due_at=due_at[name]).update(due_at=at)
    return {name: at for name, at in due_at.items() if at <= now}


@transaction.atomic
def claim(name: str, due_at: datetime, now: datetime) -> bool:
    """Put it off, unless another worker did. Return whether it was put off."""
    if not move_on(name, due_at, periodic_jobs()[name].next_after(now)) or is_waiting(name):
        return False
    put_off(name)
    return True


def move_on(name: str, due_at: datetime, next_at: datetime) -> bool:
    """Of those who saw it due at `due_at`, one moves it on: the others find another time there."""
    return bool(PeriodicJob.objects.filter(name=name, due_at=due_at).update(due_at=next_at))


def is_waiting(name: str) -> bool:
    """It was put off before and nobody came to it yet: stored twice, it would be done twice."""
    path = JOBS[name].task.module_path
    return DBTaskResult.objects.filter(status="READY", task_path=path).exists()
