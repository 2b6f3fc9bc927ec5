"""How a setting is read from the environment, so that a wrong one is one clear sentence."""

import logging
import re
from collections.abc import Callable
from datetime import time
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import environ
from django.core.exceptions import ImproperlyConfigured

# It tells of each variable that it reads; a server that logs in detail (daphne -v2) shows that.
logging.getLogger("environ").setLevel(logging.INFO)
_TRUE = {"true", "on", "ok", "y", "yes", "1"}
_WEEKDAYS = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"]
_FALSE = {"false", "off", "n", "no", "0", ""}


class Environment(environ.Env):
    """django-environ whose every complaint names the variable and what it wants."""

    def get_value(self, var, cast=None, default=environ.Env.NOTSET, parse_default=False):
        raw = self.ENVIRON.get(var)
        if cast is bool and raw is not None and raw.strip().lower() not in _TRUE | _FALSE:
            raise ImproperlyConfigured(f"{var} must be true or false, not {raw!r}.")
        try:
            return super().get_value(var, cast, default, parse_default)
        except ImproperlyConfigured:
            raise ImproperlyConfigured(
                f"Set {var} in the environment or in .env (see .env.example)."
            ) from None
        except (ValueError, TypeError, ArithmeticError):
            kind = {"int": "whole number", "Decimal": "number"}.get(getattr(cast, "__name__", ""))
            raise ImproperlyConfigured(f"{var} must be a {kind or 'value'}, not {raw!r}.") from None

    def whole(self, var: str, *, default: int, least: int, most: int) -> int:
        """A whole number within limits, both allowed."""
        value = self.int(var, default=default)
        if not least <= value <= most:
            raise ImproperlyConfigured(f"{var} must be from {least} to {most}, not {value}.")
        return value

    def secret(self, var: str, **options: str) -> str:
        """A text that must not be empty."""
        value = self.str(var, **options)
        if not value.strip():
            raise ImproperlyConfigured(f"{var} must not be empty.")
        return value

    def web_address(self, var: str, *, default: str) -> str:
        """Scheme and host, as links begin."""
        url = self.str(var, default="") or default
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.hostname[0] in "*.":
            raise ImproperlyConfigured(f"{var} must be an address like https://shop.example.")
        return url.rstrip("/")

    def percentage(self, var: str, *, default: Decimal) -> Decimal:
        value = self(var, cast=Decimal, default=default)
        if not (value.is_finite() and 0 <= value < 100):
            raise ImproperlyConfigured(f"{var} must be a percentage from 0 to 99.99, not {value}.")
        return value

    def time_zone(self, var: str, *, default: str) -> str:
        name = self.str(var, default=default)
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            raise ImproperlyConfigured(
                f"{var} must be a time zone like {default}, not {name!r}."
            ) from None
        return name

    def country(self, var: str, *, default: str) -> str:
        """Two capital letters, by ISO 3166."""
        code = self.str(var, default=default)
        if not re.fullmatch("[A-Z]{2}", code):
            raise ImproperlyConfigured(
                f"{var} must be a country code like {default}, not {code!r}."
            )
        return code

    def opening_hours(self, var: str, *, default: str) -> dict[int, list[tuple[time, time]]]:
        """Begin and end of each opening by weekday, Monday being 0, of a text like the default."""
        text = self.str(var, default=default)
        try:
            return _opening_hours(text)
        except ValueError:
            raise ImproperlyConfigured(f"{var} must be like “{default}”, not {text!r}.") from None

    def database(self, var: str, *, default: str) -> dict[str, Any]:
        schemes = ["postgres", "postgresql", "sqlite"]
        return self._url(var, default=default, schemes=schemes, read=self.db_url_config)

    def mail(self, var: str, *, default: str) -> dict[str, Any]:
        schemes = ["smtp", "smtps", "smtp+tls", "smtp+ssl", "consolemail", "filemail", "memorymail",
                   "dummymail"]  # fmt: skip
        return self._url(var, default=default, schemes=schemes, read=self.email_url_config)

    def redis(self, var: str) -> str:
        """The address of a Redis, or nothing: then its work is done inside the process."""
        schemes = ["redis", "rediss", "unix"]
        # Asking for the port finds one that is no number.
        return self._url(
            var, default="", schemes=schemes, read=lambda url: (urlsplit(url).port, url)[1]
        )

    def _url(self, var: str, *, default: str, schemes: list[str], read: Callable[[str], Any]):
        """What `read` makes of the URL. A wrong one is not repeated: it may hold a password."""
        # A variable that is set to nothing is as good as none.
        url = self.str(var, default=default) or default
        try:
            if url and url.partition("://")[0] not in schemes:
                raise ValueError
            return read(url)
        except (ValueError, ImproperlyConfigured):
            begin = " or ".join(f"{scheme}://" for scheme in schemes)
            raise ImproperlyConfigured(f"{var} must be a URL that begins with {begin}.") from None


def _opening_hours(text: str) -> dict[int, list[tuple[time, time]]]:
    """ "Mo-Fr 09:00-12:00, 13:00-17:30; Sa 10:00-14:00". Raises ValueError when it is none."""
    hours: dict[int, list[tuple[time, time]]] = {}
    for part in filter(None, (part.strip() for part in text.split(";"))):
        days, _, spans = part.partition(" ")
        first, _, last = days.partition("-")
        begin, end = _WEEKDAYS.index(first), _WEEKDAYS.index(last or first)
        for span in spans.split(","):
            opens, closes = (time.fromisoformat(at) for at in span.strip().split("-"))
            if not (opens < closes and begin <= end):
                raise ValueError(text)
            for day in range(begin, end + 1):
                hours.setdefault(day, []).append((opens, closes))
    return hours
