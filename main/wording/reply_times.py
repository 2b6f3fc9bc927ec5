"""How soon a customer may expect a reply, in words."""

import math
from datetime import datetime, timedelta

from django.utils import timezone

from main.wording.dates import time_of_day, weekday, weekday_and_day

AT_THE_LATEST = "within two working days"  # what the shop promises, however much it has to do
_HOUR = 60  # minutes
_WORKING_DAY = 8  # hours: waits count opening hours only


def opens_text(opens: datetime, *, now: datetime) -> str:
    return f"We’re closed and open again {_moment(opens, now)}."


def usual_wait_text(usual: timedelta) -> str:
    return f"We usually reply within {_length(usual)}."


def promise_text() -> str:
    return f"We answer {AT_THE_LATEST}."


def _length(wait: timedelta) -> str:
    """Rounded up, so that the promise is kept more often than not."""
    minutes = max(1, math.ceil(wait.total_seconds() / 60))
    if minutes < _HOUR:
        return _counted(minutes, "a minute", "minutes")
    hours = math.ceil(minutes / _HOUR)
    if hours <= _WORKING_DAY:
        return _counted(hours, "an hour", "hours")
    return _counted(math.ceil(hours / _WORKING_DAY), "a working day", "working days")


def _counted(count: int, one: str, many: str) -> str:
    return one if count == 1 else f"{count} {many}"


def _moment(at: datetime, now: datetime) -> str:
    """“today at 09:00”, “on Monday at 09:00”."""
    days = (timezone.localdate(at) - timezone.localdate(now)).days
    if days < 2:
        day = "today" if days == 0 else "tomorrow"
    else:
        day = f"on {weekday(at) if days < 7 else weekday_and_day(at)}"
    return f"{day} at {time_of_day(at)}"
