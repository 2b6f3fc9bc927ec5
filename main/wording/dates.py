"""How days and times are written, in the shop's time zone.

Each language has its own formats (booktime/formats), which are defined nowhere else.
"""

from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format


def moment(at: datetime) -> str:
    """“7 Nov 2026, 09:30”."""
    return _local(at, "DATETIME_FORMAT")


def time_of_day(at: datetime) -> str:
    """“09:30”."""
    return _local(at, "TIME_FORMAT")


def day_and_month(at: datetime) -> str:
    """“7 November”."""
    return _local(at, "MONTH_DAY_FORMAT")


def weekday(at: datetime) -> str:
    """“Saturday”."""
    return _local(at, "WEEKDAY_FORMAT")


def weekday_and_day(at: datetime) -> str:
    """“Saturday, 7 November”."""
    return _local(at, "WEEKDAY_MONTH_DAY_FORMAT")


def short_day(day: date) -> str:
    """“7 Nov”."""
    return date_format(day, "SHORT_MONTH_DAY_FORMAT")


def short_month(day: date) -> str:
    """“Nov 2026”."""
    return date_format(day, "SHORT_YEAR_MONTH_FORMAT")


def _local(at: datetime, name: str) -> str:
    return date_format(timezone.localtime(at), name)
