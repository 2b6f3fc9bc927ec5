"""Types of settings: each parses a text or raises ValueError."""

import re
from datetime import time
from ipaddress import IPv6Address
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django_countries.data import COUNTRIES
from environ import Env
from stdnum import get_cc_module
from stdnum.exceptions import ValidationError as NumberInvalid

LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"{LABEL}(?:\.{LABEL})*", re.ASCII | re.IGNORECASE)
# No user, query or fragment, and nothing that would end a directive of a policy.
_ADDRESS = re.compile(
    r"https?://([^][/?#@:]+|\[[^][/?#@]+])(?::([0-9]{1,5}))?(/[\w.~%!$&()*+=:@/-]*)?",
    re.ASCII | re.IGNORECASE,
)
_NAMED = re.compile(r'(?:"[^"\\\r\n]*"|[^"\\,;:<>@\r\n]*) *<([^<>]+)>')
# VAT numbers whose prefix is not the country's code: of Greece, and of Northern Ireland.
_VAT_PREFIXES = {"EL": "GR", "XI": "GB"}
_WEEKDAYS = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"]
# How mails are sent, and the port where none is named.
_MAIL_PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465, "smtp+ssl": 465}
_SENT = _MAIL_PORTS.keys()
_NOT_SENT = {"consolemail", "filemail", "memorymail", "dummymail"}

Hours = dict[int, list[tuple[time, time]]]


def host(text: str) -> str:
    """A host name or IP address; IPv6 addresses are in brackets."""
    if text.startswith("[") and text.endswith("]"):
        IPv6Address(text[1:-1])
    else:
        _demand(_NAME.fullmatch(text))
    return text


def allowed_host(text: str) -> str:
    """`.shop.example` means that host and all its subdomains, `*` any host."""
    if text != "*":
        host(text.removeprefix("."))
    return text


def web_address(text: str) -> str:
    match = _ADDRESS.fullmatch(text)
    _demand(match and (not match[2] or 1 <= int(match[2]) <= 65535))
    host(match[1] if match else "")
    return text.rstrip("/")


def site(text: str) -> str:
    """The base of all paths: a web address without a path."""
    address = web_address(text)
    _demand(address.count("/") == len("//"))
    return address


def origin(text: str) -> str:
    """As a browser writes it; `https://*.shop.example` means all subdomains."""
    star = "*." if "://*." in text else ""
    scheme, _, rest = site(text.replace("://*.", "://", 1)).lower().partition("://")
    return f"{scheme}://{star}{rest.removesuffix(':443' if scheme == 'https' else ':80')}"


def mail_address(text: str) -> str:
    try:
        validate_email(text)
    except ValidationError:
        raise ValueError(text) from None
    return text


def mailbox(text: str) -> str:
    """A mail address, on its own or as in `BookTime <shop@shop.example>`."""
    named = _NAMED.fullmatch(text)
    mail_address(named[1] if named else text)
    return text


def country(text: str) -> str:
    """Two capital letters, by ISO 3166; XK is Kosovo."""
    _demand(text in COUNTRIES or text == "XK")
    return text


def vat_id(text: str) -> str:
    """A VAT number as invoices print it: with its country's prefix, in capitals, without spaces."""
    prefix, number = text[:2], text[2:]
    land = _VAT_PREFIXES.get(prefix, prefix)
    _demand(land in COUNTRIES)
    checks = get_cc_module(land, "vat")
    try:
        plain = checks.validate(text) if checks else number
    except NumberInvalid:
        raise ValueError(text) from None
    # Some countries' own form has the prefix. The check digits count only if nothing was mended.
    _demand(plain in (number, text) and re.fullmatch("[A-Z0-9]{2,15}", number))
    return text


def phone(text: str) -> str:
    """Any way of writing one, with at least three digits (BR-DE-27 of the electronic invoice)."""
    _demand(re.fullmatch(r"\+?[0-9 ()./-]+", text) and sum(map(str.isdigit, text)) >= 3)
    return text


def time_zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (KeyError, OSError):
        raise ValueError(text) from None
    return text


def opening_hours(text: str) -> Hours:
    """Begin and end of each opening, by weekday (Monday is 0)."""
    hours: Hours = {}
    for part in filter(None, (part.strip() for part in text.split(";"))):
        days, _, spans = part.partition(" ")
        first, _, last = days.partition("-")
        begin, end = _WEEKDAYS.index(first), _WEEKDAYS.index(last or first)
        _demand(begin <= end)
        for span in spans.split(","):
            opens, closes = (_time(at) for at in span.strip().split("-"))
            for day in range(begin, end + 1):
                hours.setdefault(day, []).append((opens, closes))
    _demand(all(_follow_each_other(spans) for spans in hours.values()))
    return hours


def database(text: str) -> dict[str, Any]:
    scheme, _, rest = text.partition("://")
    _demand(scheme in ("postgres", "postgresql", "sqlite"))
    # A file's name begins after the third slash; anything before that would be dropped.
    _demand(scheme != "sqlite" or rest in ("", ":memory:") or rest.startswith("/"))
    read = Env.db_url_config(text)
    _demand(read["NAME"] or "service" in read.get("OPTIONS", {}))
    return read


def mail(text: str) -> dict[str, Any]:
    """`smtps` and `smtp+ssl` are encrypted from the first byte, `smtp+tls` by STARTTLS."""
    scheme, _, rest = text.partition("://")
    _demand(scheme in _SENT | _NOT_SENT)
    # django-environ takes smtps for STARTTLS.
    read = Env.email_url_config(f"smtp+ssl://{rest}" if scheme == "smtps" else text)
    if scheme in _SENT:
        _demand(re.fullmatch(r"\S+", read["EMAIL_HOST"] or "") and read["EMAIL_PORT"] != 0)
        read["EMAIL_PORT"] = read["EMAIL_PORT"] or _MAIL_PORTS[scheme]
    if scheme == "filemail":
        _demand(read["EMAIL_FILE_PATH"])
    return read


def redis(text: str) -> str:
    parts = urlsplit(text)
    _demand(parts.scheme in ("redis", "rediss", "unix"))
    # Reading the port raises if it is not a number.
    _demand(parts.port != 0 and (parts.scheme == "unix" or re.fullmatch("/?[0-9]*", parts.path)))
    return text


def _time(text: str) -> time:
    _demand(re.fullmatch("[0-9]{2}:[0-9]{2}", text))
    return time.fromisoformat(text)


def _follow_each_other(spans: list[tuple[time, time]]) -> bool:
    are_spans = all(opens < closes for opens, closes in spans)
    return are_spans and all(this[1] <= following[0] for this, following in pairwise(spans))


def _demand(is_right: object) -> None:
    if not is_right:
        raise ValueError
