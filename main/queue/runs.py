"""Records how the last run of each periodic job went."""

import functools
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from django.utils import timezone

from booktime.sight.outages import DATABASE_ERRORS
from main.models import PeriodicJob


def noted(work: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(work)
    def note_work() -> None:
        began_at, begun = timezone.now(), time.monotonic()
        has_failed = True
        try:
            work()
            has_failed = False
        finally:
            took = timedelta(seconds=time.monotonic() - begun)
            _note(work.__name__, began_at=began_at, took=took, has_failed=has_failed)

    return note_work


def _note(name: str, *, began_at: datetime, took: timedelta, has_failed: bool) -> None:
    # If the database failed, report that first error, not this one.
    with suppress(*DATABASE_ERRORS):
        PeriodicJob.objects.filter(name=name).update(
            began_at=began_at, took=took, has_failed=has_failed
        )
