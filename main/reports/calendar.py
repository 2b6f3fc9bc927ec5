"""Days and months in the shop's time zone, even when clocks change."""

from datetime import UTC, date, datetime, time, timedelta

from django.utils import timezone


def start_of(day: date) -> datetime:
    """The first moment of the day, which may be an hour late when clocks change at midnight."""
    midnight = datetime.combine(day, time.min, timezone.get_default_timezone())
    return midnight.astimezone(UTC)


def last_days(count: int) -> list[date]:
    """The last days, today included, oldest first."""
    today = timezone.localdate(timezone=timezone.get_default_timezone())
    return [today - timedelta(days=ago) for ago in reversed(range(count))]


def last_months(count: int) -> list[date]:
    """The first days of the last months, this one included, oldest first."""
    today = last_days(1)[0]
    this = today.year * 12 + today.month - 1
    return [date(n // 12, n % 12 + 1, 1) for n in range(this - count + 1, this + 1)]
