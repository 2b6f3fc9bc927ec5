"""How soon a customer may expect a reply, from recent ones, counting opening hours; in words."""

import math
from datetime import datetime, timedelta
from statistics import median

from django.core.cache import cache
from django.utils import timezone

from main.models import Message
from main.models.opening_hours import is_open, next_opening

LOOKED_BACK = timedelta(days=7)
KEPT_FOR = 300  # seconds
AT_THE_LATEST = "within two working days"  # what the shop promises, however much it has to do
_KEY = "reply-time"
_NOT_KNOWN = -1.0
_HOUR = 60  # minutes
_WORKING_DAY = 8  # hours: waits count opening hours only


def expected_reply(now: datetime | None = None) -> str:
    """A sentence for a customer who is about to write; empty if nothing is known."""
    now = now or timezone.now()
    if not is_open(now):
        opens = next_opening(now)
        return f"We’re closed and open again {_moment(opens, now)}." if opens else ""
    usual = usual_wait(now)
    return f"We usually reply within {_length(usual)}." if usual is not None else ""


def reply_promise(now: datetime | None = None) -> str:
    """A sentence for whoever writes to us: as above, or what the shop promises in any case."""
    return expected_reply(now) or f"We answer {AT_THE_LATEST}."


def usual_wait(now: datetime) -> timedelta | None:
    """The median of the waits that ended in the last seven days."""
    seconds = cache.get(_KEY)
    if seconds is None:
        seconds = _read_median(now)
        cache.set(_KEY, seconds, KEPT_FOR)
    return None if seconds == _NOT_KNOWN else timedelta(seconds=seconds)


def _read_median(now: datetime) -> float:
    replies = Message.objects.filter(at__gt=now - LOOKED_BACK, at__lte=now, waited__isnull=False)
    ended = replies.values_list("waited", flat=True)
    waits = [waited.total_seconds() for waited in ended if waited is not None]
    return median(waits) if waits else _NOT_KNOWN


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
    """“today at 09:00”, “on Monday at 09:00”, by the shop's clock."""
    local = timezone.localtime(at)
    days = (local.date() - timezone.localdate(now)).days
    if days < 2:
        day = "today" if days == 0 else "tomorrow"
    else:
        day = f"on {local:%A}" if days < 7 else f"on {local:%A, %-d %B}"
    return f"{day} at {local:%H:%M}"
