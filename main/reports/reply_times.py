"""How soon a customer may expect a reply, from recent ones, counting opening hours."""

from datetime import datetime, timedelta
from statistics import median

from django.core.cache import cache
from django.utils import timezone

from main.models import Message
from main.models.opening_hours import is_open, next_opening
from main.wording.reply_times import opens_text, promise_text, usual_wait_text

LOOKED_BACK = timedelta(days=7)
KEPT_FOR = 300  # seconds
_KEY = "reply-time"
_NOT_KNOWN = -1.0


def expected_reply(now: datetime | None = None) -> str:
    """A sentence for a customer who is about to write; empty if nothing is known."""
    now = now or timezone.now()
    if not is_open(now):
        opens = next_opening(now)
        return opens_text(opens, now=now) if opens else ""
    usual = usual_wait(now)
    return usual_wait_text(usual) if usual is not None else ""


def reply_promise(now: datetime | None = None) -> str:
    """A sentence for anyone who writes to us: as above, or what the shop promises in any case."""
    return expected_reply(now) or promise_text()


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
