"""The jobs that there are, by name: the one name by which they are put off, stored and told of."""

from collections.abc import Callable
from dataclasses import dataclass

from django_tasks.base import Task

from main.queue.periods import Period
from main.queue.retries import retried, waits_within
from main.queue.runs import noted

Work = Callable[..., None]


class UnknownJob(LookupError):
    """Nobody declared a job of this name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job and its task; if it is done again and again, how often, and what it does, in words."""

    name: str
    task: Task
    every: Period | None = None
    about: str = ""


JOBS: dict[str, Job] = {}


def job(work: Work) -> Task:
    """Declare `work` as the job of its name: tried again, later and later, when it raises."""
    return _declare(work, retried(work, module=_package_of(work)))


def periodic(every: Period, *, about: str) -> Callable[[Work], Task]:
    """Declare a job that the worker puts off by itself. `about` is what owners read of it.

    When it raises, it is tried again only before it is due again.
    """

    def declare(work: Work) -> Task:
        waits = waits_within(every.length)
        task = retried(noted(work), waits=waits, module=_package_of(work))
        return _declare(work, task, every=every, about=about)

    return declare


def periodic_jobs() -> dict[str, Period]:
    """How often each is done, by name."""
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
    """A job is stored under its package: what is stored must outlive a move to another file."""
    return work.__module__.rpartition(".")[0]
