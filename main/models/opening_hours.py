"""When customer service is open: in the shop's time zone, day by day (OPENING_HOURS)."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils import timezone

_FURTHEST = 14  # days to look ahead or back; longer waits are capped


def is_open(at: datetime) -> bool:
    return any(begin <= at < end for begin, end in _spans(timezone.localdate(at)))


def next_opening(at: datetime) -> datetime | None:
    """When it next opens after `at`; None if never."""
    return next((begin for begin, _ in _spans_from(at) if begin > at), None)


def open_between(start: datetime, end: datetime) -> timedelta:
    """How long it was open between `start` and `end`."""
    total = timedelta()
    for begin, close in _spans_from(start):
        if begin >= end:
            break
        total += max(timedelta(), min(close, end) - max(begin, start))
    return total


def close_after(at: datetime, *, days: int) -> datetime:
    """The closing time on the open day that is `days` open days after the day of `at`."""
    today = timezone.localdate(at)
    closes = {timezone.localdate(begin): close for begin, close in _spans_from(at)}
    later = [close for day, close in sorted(closes.items()) if day > today]
    return later[days - 1] if len(later) >= days else at + timedelta(days=days)


def _spans_from(at: datetime) -> Iterator[tuple[datetime, datetime]]:
    day = timezone.localdate(at)
    for ahead in range(_FURTHEST + 1):
        yield from _spans(day + timedelta(days=ahead))


def _spans(day: date) -> Iterator[tuple[datetime, datetime]]:
    for opens, closes in settings.OPENING_HOURS.get(day.weekday(), []):
        yield (
            timezone.make_aware(datetime.combine(day, opens)),
            timezone.make_aware(datetime.combine(day, closes)),
        )
