"""All jobs by name: the same name queues them, stores them and appears in the log."""

from collections.abc import Callable
from dataclasses import dataclass

from django_tasks.base import Task

from main.queue.deadlines import within
from main.queue.periods import Period
from main.queue.retries import retried, waits_within
from main.queue.runs import noted

Work = Callable[..., None]


class UnknownJob(LookupError):
    """No job has this name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job and its task; for a periodic one, how often it runs and what it does, in words."""

    name: str
    task: Task
    every: Period | None = None
    about: str = ""


JOBS: dict[str, Job] = {}


def job(work: Work) -> Task:
    """Declare `work` as a job under its own name, retried with growing pauses if it raises."""
    return _declare(work, retried(work, module=_package_of(work)))


def periodic(every: Period, *, about: str) -> Callable[[Work], Task]:
    """Declare a job that the worker queues by itself; owners read `about`.

    If it raises, it is retried only until its next run is due.
    """

    def declare(work: Work) -> Task:
        waits = waits_within(every.length)
        limit = within(every.length)
        task = retried(noted(work), waits=waits, limit=limit, module=_package_of(work))
        return _declare(work, task, every=every, about=about)

    return declare


def periodic_jobs() -> dict[str, Period]:
    """How often each of them runs, by name."""
    return {name: job.every for name, job in JOBS.items() if job.every}


def job_named(name: str) -> Job:
    """Raises UnknownJob."""
    try:
        return JOBS[name]
    except KeyError:
        raise UnknownJob(name) from None


def _declare(work: Work, task: Task, *, every: Period | None = None, about: str = "") -> Task:
    name = work.__name__
    if name in JOBS:
        raise ValueError(f"There is a job named {name} already.")
    JOBS[name] = Job(name=name, task=task, every=every, about=about)
    return task


def _package_of(work: Work) -> str:
    """Jobs are stored under their package, so that moving one to another file orphans no task."""
    return work.__module__.rpartition(".")[0]
