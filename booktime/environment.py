"""Reads settings from the environment; a wrong one ends in one clear sentence."""

import logging
import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

from booktime import setting_types

# It logs each variable that it reads, which a server with detailed logs (daphne -v2) would show.
logging.getLogger("environ").setLevel(logging.INFO)
_TRUE = {"true", "on", "ok", "y", "yes", "1"}
_FALSE = {"false", "off", "n", "no", "0"}


class Environment(environ.Env):
    """django-environ with errors that always name the variable and the expected value."""

    def get_value(self, var, cast=None, default=environ.Env.NOTSET, parse_default=False):
        raw = self.ENVIRON.get(var, "").strip()
        # An empty value counts as unset: Dokku gives a worker `PORT=`.
        if not raw:
            if default is self.NOTSET:
                raise ImproperlyConfigured(
                    f"Set {var} in the environment or in .env (see .env.example)."
                )
            return default
        if cast is list:
            return [item for part in raw.split(",") if (item := part.strip())]
        if cast is bool and raw.lower() not in _TRUE | _FALSE:
            raise _wrong(var, "true or false", raw)
        try:
            # Not super(), which expands $NAME to another variable: a key may begin like that.
            return self.parse_value(raw, cast)
        except (ValueError, TypeError, ArithmeticError):
            kind = {"int": "whole number", "Decimal": "number"}.get(getattr(cast, "__name__", ""))
            raise _wrong(var, f"a {kind or 'value'}", raw) from None

    def read_file(self, path: str) -> None:
        """Its values count where the environment sets none."""
        try:
            text = Path(path).read_text()
        except (OSError, ValueError):
            raise _wrong("ENV_FILE", "a readable file", path) from None
        self.read_env(StringIO(text))

    def whole(self, var: str, *, default: int, least: int, most: int) -> int:
        """A whole number within limits, inclusive."""
        value = self.int(var, default=default)
        if not least <= value <= most:
            raise ImproperlyConfigured(f"{var} must be from {least} to {most}, not {value}.")
        return value

    def percentage(self, var: str, *, default: Decimal) -> Decimal:
        value = self(var, cast=Decimal, default=default)
        if not (value.is_finite() and 0 <= value < 100 and value == round(value, 2)):
            wants = "a percentage from 0 to 99.99 with two decimals at most"
            raise _wrong(var, wants, self.str(var))
        return value

    def choice(self, var: str, choices: Iterable[str], *, default: str) -> str:
        value = self.str(var, default=default)
        if value not in choices:
            raise _wrong(var, " or ".join(choices), value)
        return value

    def matching(self, var: str, pattern: str, wants: str, *, default: str = "") -> str:
        value = self.str(var, default=default)
        if value != default and not re.fullmatch(pattern, value, re.ASCII):
            raise _wrong(var, wants, value)
        return value

    def one(self, var: str, read: Callable[[str], Any], wants: str, *, default: str) -> Any:
        """The value parsed by `read` (from booktime/setting_types.py)."""
        return _read(var, read, f"{wants} like {default}", self.str(var, default=default))

    def maybe(self, var: str, read: Callable[[str], Any], wants: str, *, default: str = "") -> Any:
        """The same, or "" if there is none."""
        text = self.str(var, default=default)
        return _read(var, read, wants, text) if text else ""

    def each(
        self, var: str, read: Callable[[str], Any], wants: str, *, default: Iterable[str] = ()
    ) -> list[Any]:
        """A list of such values, separated by commas."""
        return [_read(var, read, wants, item) for item in self.list(var, default=[*default])]

    def url(self, var: str, read: Callable[[str], Any], wants: str, *, default: str) -> Any:
        """Errors do not repeat the URL, which may contain a password. The default may be ""."""
        text = self.str(var, default=default)
        try:
            return read(text) if text else ""
        except (ValueError, ImproperlyConfigured):
            raise _wrong(var, wants) from None

    def database(self, var: str, *, default: str) -> dict[str, Any]:
        wants = "a URL like postgres://user:password@host:5432/name or sqlite:////folder/file"
        return self.url(var, setting_types.database, wants, default=default)

    def redis(self, var: str) -> str:
        """The address of a Redis, or "": then this process does its work itself."""
        return self.url(var, setting_types.redis, "a URL like redis://host:6379/0", default="")


def _read(var: str, read: Callable[[str], Any], wants: str, text: str) -> Any:
    try:
        return read(text)
    except ValueError:
        raise _wrong(var, wants, text) from None


def _wrong(var: str, wants: str, text: str = "") -> ImproperlyConfigured:
    """Repeats the value unless it may contain a password."""
    said = f", not {text!r}" if text and not re.search(":.*@", text) else ""
    return ImproperlyConfigured(f"{var} must be {wants}{said}.")
