"""Figures cached for some minutes: staff look often, and the past hardly changes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from main.reports.calendar import last_days

Row = TypeVar("Row")
KEPT_FOR = 300  # seconds
CLOSED_KEPT_FOR = 86400


@dataclass(frozen=True, slots=True)
class Report(Generic[Row]):
    """Rows as of a moment. `count` is larger than their number if only some are kept."""

    rows: list[Row]
    count: int
    as_of: datetime


def kept(name: str, read: Callable[[], tuple[list[Row], int]]) -> Report[Row]:
    """What `read` returns (rows, and how many there are), or returned lately on the same day."""
    key = _key(f"{name}-{last_days(1)[0]}")
    report: Report[Row] | None = cache.get(key)
    if report is None:
        as_of = timezone.now()
        rows, count = read()
        report = Report(rows=rows, count=count, as_of=as_of)
        cache.set(key, report, KEPT_FOR)
    return report


def kept_closed(name: str, read: Callable[[], list[Row]]) -> list[Row]:
    """What `read` returns about a past that does not change; cached for a day."""
    key = _key(name)
    rows: list[Row] | None = cache.get(key)
    if rows is None:
        rows = read()
        cache.set(key, rows, CLOSED_KEPT_FOR)
    return rows


def _key(name: str) -> str:
    """Includes the release: another may have other columns, and could not read this one's."""
    return f"report-{settings.GIT_REV}-{name}"
