"""Figures kept for some minutes: the staff look often, and the past hardly changes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from main.reports.calendar import last_days

Row = TypeVar("Row")
KEPT_FOR = 300  # seconds


@dataclass(frozen=True, slots=True)
class Report(Generic[Row]):
    """Rows as they were at a moment. `count` is more than their number where only some are kept."""

    rows: list[Row]
    count: int
    as_of: datetime


def kept(name: str, read: Callable[[], Sequence[Row]], *, most: int = 1000) -> Report[Row]:
    """What `read` gives, or gave lately on this same day; of long lists the beginning."""
    # Another release may have other columns, and could not read what this one kept.
    key = f"report-{settings.GIT_REV}-{name}-{last_days(1)[0]}"
    report: Report[Row] | None = cache.get(key)
    if report is None:
        as_of = timezone.now()
        rows = list(read())
        report = Report(rows=rows[:most], count=len(rows), as_of=as_of)
        cache.set(key, report, KEPT_FOR)
    return report
