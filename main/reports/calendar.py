"""Days and months as the shop lives them: in its own time zone, whatever the clocks do."""

from datetime import UTC, date, datetime, time, timedelta

from django.utils import timezone


def start_of(day: date) -> datetime:
    """The first moment of the day. One that begins with an hour left out begins right after it."""
    midnight = datetime.combine(day, time.min, timezone.get_default_timezone())
    return midnight.astimezone(UTC)


def last_days(count: int) -> list[date]:
    """Today and the days before, oldest first."""
    today = timezone.localdate(timezone=timezone.get_default_timezone())
    return [today - timedelta(days=ago) for ago in reversed(range(count))]


def last_months(count: int) -> list[date]:
    """The first days of this month and of those before, oldest first."""
    today = last_days(1)[0]
    this = today.year * 12 + today.month - 1
    return [date(n // 12, n % 12 + 1, 1) for n in range(this - count + 1, this + 1)]
