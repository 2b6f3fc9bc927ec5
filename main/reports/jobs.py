"""What the worker does: each periodic job with its last run, the queue, and recent failures."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, Count, F, Min, Q, When
from django.utils import timezone
from django_tasks_db.models import DBTaskResult, get_date_max

from main.models import PeriodicJob
from main.queue import JOBS

SHOWN = 20  # failures
LATE_AFTER = timedelta(minutes=5)  # longer than any of our tasks takes


@dataclass(frozen=True, slots=True)
class Periodic:
    """A periodic job in words. It has no row until a worker has seen it."""

    about: str
    every: str
    row: PeriodicJob | None

    @property
    def seconds(self) -> float | None:
        return self.row.took.total_seconds() if self.row and self.row.took else None


@dataclass(frozen=True, slots=True)
class Queue:
    """How many tasks are due (and since when), put off for later, running, and failed."""

    due: int
    due_since: datetime | None
    later: int
    running: int
    failed: int


@dataclass(frozen=True, slots=True)
class Failure:
    """An attempt that failed, without its arguments: they may be somebody's mail."""

    name: str
    attempt: int
    at: datetime
    error: str


@dataclass(frozen=True, slots=True)
class Jobs:
    as_of: datetime
    periodic: list[Periodic]
    queue: Queue
    failures: list[Failure]

    @property
    def late_since(self) -> datetime | None:
        """Since when work has been left undone; None while all is well."""
        due = [each.row.due_at for each in self.periodic if each.row]
        late = [at for at in [*due, self.queue.due_since] if at and at < self.as_of - LATE_AFTER]
        return min(late, default=None)

    @property
    def is_unseen(self) -> bool:
        """No worker has ever run."""
        return not any(each.row for each in self.periodic)


def read_jobs() -> Jobs:
    now = timezone.now()
    return Jobs(
        as_of=now, periodic=_read_periodic(), queue=_read_queue(now), failures=_read_failures()
    )


def _read_periodic() -> list[Periodic]:
    rows = PeriodicJob.objects.in_bulk()
    jobs = [(job.every, job) for job in JOBS.values() if job.every]
    jobs.sort(key=lambda pair: (pair[0].length, pair[1].name))
    return [Periodic(job.about, every.words, rows.get(job.name)) for every, job in jobs]


def _read_queue(now: datetime) -> Queue:
    ready = Q(status="READY")
    is_due = ready & (Q(run_after__lte=now) | Q(run_after=get_date_max()))
    since = Case(When(run_after=get_date_max(), then="enqueued_at"), default="run_after")
    counts = DBTaskResult.objects.aggregate(
        due=Count("pk", filter=is_due),
        due_since=Min(since, filter=is_due),
        ready=Count("pk", filter=ready),
        running=Count("pk", filter=Q(status="RUNNING")),
        failed=Count("pk", filter=Q(status="FAILED")),
    )
    later = counts.pop("ready") - counts["due"]
    return Queue(later=later, **counts)


def _read_failures() -> list[Failure]:
    failed = DBTaskResult.objects.filter(status="FAILED")
    newest = failed.order_by(F("finished_at").desc())[:SHOWN]
    fields = ("task_path", "args_kwargs", "finished_at", "exception_class_path")
    return [_failure(*row) for row in newest.values_list(*fields)]


def _failure(path: str, arguments: dict[str, Any], at: datetime, error: str) -> Failure:
    given = arguments["kwargs"]
    event = [given["event"]] if "event" in given else []
    name = ": ".join([path.rpartition(".")[2], *event]).replace("_", " ")
    return Failure(name, given.get("attempt", 0) + 1, at, error.rpartition(".")[2])
