"""How a setting is read from the environment, so that a wrong one is one clear sentence."""

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

# It tells of each variable that it reads; a server that logs in detail (daphne -v2) shows that.
logging.getLogger("environ").setLevel(logging.INFO)
_TRUE = {"true", "on", "ok", "y", "yes", "1"}
_FALSE = {"false", "off", "n", "no", "0"}


class Environment(environ.Env):
    """django-environ whose every complaint names the variable and what it wants."""

    def get_value(self, var, cast=None, default=environ.Env.NOTSET, parse_default=False):
        raw = self.ENVIRON.get(var, "").strip()
        # What is set to nothing is as good as unset: Dokku gives a worker `PORT=`.
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
            # Not by super, for which $NAME stands for another variable: a key may begin so.
            return self.parse_value(raw, cast)
        except (ValueError, TypeError, ArithmeticError):
            kind = {"int": "whole number", "Decimal": "number"}.get(getattr(cast, "__name__", ""))
            raise _wrong(var, f"a {kind or 'value'}", raw) from None

    def read_file(self, path: str) -> None:
        """What is set there counts where the environment sets nothing."""
        try:
            text = Path(path).read_text()
        except (OSError, ValueError):
            raise _wrong("ENV_FILE", "a readable file", path) from None
        self.read_env(StringIO(text))

    def whole(self, var: str, *, default: int, least: int, most: int) -> int:
        """A whole number within limits, both allowed."""
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
        """What `read` (of booktime/setting_types.py) makes of it."""
        return _read(var, read, f"{wants} like {default}", self.str(var, default=default))

    def each(
        self, var: str, read: Callable[[str], Any], wants: str, *, default: Iterable[str] = ()
    ) -> list[Any]:
        """The same of each that stands between commas."""
        return [_read(var, read, wants, item) for item in self.list(var, default=[*default])]

    def url(self, var: str, read: Callable[[str], Any], wants: str, *, default: str) -> Any:
        """A wrong one is not repeated: it may hold a password. No default, no value."""
        text = self.str(var, default=default)
        try:
            return read(text) if text else ""
        except (ValueError, ImproperlyConfigured):
            raise _wrong(var, wants) from None

    def database(self, var: str, *, default: str) -> dict[str, Any]:
        wants = "a URL like postgres://user:password@host:5432/name or sqlite:////folder/file"
        return self.url(var, setting_types.database, wants, default=default)

    def redis(self, var: str) -> str:
        """The address of a Redis, or nothing: then its work is done inside the process."""
        return self.url(var, setting_types.redis, "a URL like redis://host:6379/0", default="")


def _read(var: str, read: Callable[[str], Any], wants: str, text: str) -> Any:
    try:
        return read(text)
    except ValueError:
        raise _wrong(var, wants, text) from None


def _wrong(var: str, wants: str, text: str = "") -> ImproperlyConfigured:
    """What was set is repeated, unless there may be a password in it."""
    said = f", not {text!r}" if text and not re.search(":.*@", text) else ""
    return ImproperlyConfigured(f"{var} must be {wants}{said}.")
