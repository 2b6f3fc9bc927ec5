"""What a task has done and must not do again, noted until the task has succeeded.

A task that fails after it sent a mail, or whose worker is killed then, runs once more.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any

from django_tasks_db.models import DBTaskResult

from booktime.sight.outages import DATABASE_ERRORS

_DONE, _FIRST = "done", "first"
_task: ContextVar[DBTaskResult | None] = ContextVar("task", default=None)


@contextmanager
def of(task: DBTaskResult) -> Iterator[None]:
    """The block runs this stored task."""
    token = _task.set(task)
    try:
        yield
    finally:
        _task.reset(token)


def once(key: str, do: Callable[[], Any]) -> None:
    """Do it, unless this task has done it in an earlier run. `key` tells its steps apart."""
    if key in done():
        return
    do()
    task = _task.get()
    if task is None:  # not stored, so not run again
        return
    task.return_value = _noted() | {_DONE: [*done(), key]}
    # If the database is away, the worker waits for it, and needs no note if it lives.
    with suppress(*DATABASE_ERRORS):
        _note(task.pk, task.return_value)


def done() -> list[str]:
    return _noted().get(_DONE, [])


def first_task() -> str:
    """The key of the task that tried this first; empty if it is not stored."""
    task = _task.get()
    return _noted().get(_FIRST, str(task.pk)) if task else ""


def carry_over(task_id: Any) -> None:
    """Note it for the task that tries this one again."""
    if _task.get():
        _note(task_id, _noted() | {_FIRST: first_task()})


def _noted() -> dict[str, Any]:
    task = _task.get()
    noted = task.return_value if task else None
    return noted if isinstance(noted, dict) else {}


def _note(task_id: Any, value: dict[str, Any]) -> None:
    """In the column for what tasks return: ours return nothing."""
    DBTaskResult.objects.filter(pk=task_id).update(return_value=value)
