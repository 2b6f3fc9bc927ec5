"""How days are written."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format


def day_and_month(at: datetime) -> str:
    """“7 November”, by the shop's clock."""
    return date_format(timezone.localtime(at), "j F")
