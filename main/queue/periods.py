"""How often a periodic job runs, and when next: by the clock, whenever it ran before."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from django.utils import timezone

_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Period:
    """An interval, in words too; `at` is a time of day by the shop's clock."""

    words: str
    length: timedelta
    at: time | None = None

    def next_after(self, moment: datetime) -> datetime:
        """The first run that is due later than `moment`."""
        if self.at is None:
            return _BEGINNING + ((moment - _BEGINNING) // self.length + 1) * self.length
        local = timezone.localtime(moment)
        today = datetime.combine(local, self.at, tzinfo=local.tzinfo)
        return today if today > moment else today + self.length


EACH_MINUTE = Period("every minute", timedelta(minutes=1))
EACH_HOUR = Period("every hour", timedelta(hours=1))
# When few people shop, and outside the hour that clocks skip in spring and repeat in autumn.
EACH_NIGHT = Period("every night", timedelta(days=1), at=time(3, 10))
