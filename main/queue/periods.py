"""How often a periodic job is done, and when next: by the clock, not by when it was done before."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from django.utils import timezone

_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Period:
    """So often, in words; at this time of the shop's clock, if that matters."""

    words: str
    length: timedelta
    at: time | None = None

    def next_after(self, moment: datetime) -> datetime:
        """The first time that is later than `moment`."""
        if self.at is None:
            return _BEGINNING + ((moment - _BEGINNING) // self.length + 1) * self.length
        local = timezone.localtime(moment)
        today = datetime.combine(local, self.at, tzinfo=local.tzinfo)
        return today if today > moment else today + self.length


EACH_MINUTE = Period("every minute", timedelta(minutes=1))
EACH_HOUR = Period("every hour", timedelta(hours=1))
# When few buy, and neither in the hour that clocks skip nor in the one that they repeat.
EACH_NIGHT = Period("every night", timedelta(days=1), at=time(3, 10))
