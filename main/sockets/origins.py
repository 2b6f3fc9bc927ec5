"""Which pages may open a socket: the shop's own, by their full origin. Without an origin, none.

A browser sends the shop's cookies with a socket that any page opens, without asking.
"""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host

_PORTS = {"http": 80, "https": 443}

Origin = tuple[str, str, int]


class OwnOriginsOnly:
    """Refuses handshakes from other origins with 403."""

    def __init__(self, application: Any) -> None:
        self._application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if is_own(scope["headers"]):
            await self._application(scope, receive, send)
        else:
            await send({"type": "websocket.close"})


def is_own(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    headers = list(headers)
    origin = _origin(_only(headers, b"origin"))
    if origin is None:
        return False
    own = [settings.SITE_URL, *settings.CSRF_TRUSTED_ORIGINS, *_of_this_host(headers)]
    return any(_is(origin, allowed) for allowed in own)


def _of_this_host(headers: list[tuple[bytes, bytes]]) -> list[str]:
    """The origin of the requested host, as in Django's check of forms."""
    host = _only(headers, b"host")
    name, _ = split_domain_port(host)
    is_allowed = name and validate_host(name, settings.ALLOWED_HOSTS)
    return [f"{'https' if settings.SECURE else 'http'}://{host}"] if is_allowed else []


def _only(headers: list[tuple[bytes, bytes]], wanted: bytes) -> str:
    """The header of this name; empty if there is none, or more than one."""
    given = [value.decode("latin1") for name, value in headers if name == wanted]
    return given[0] if len(given) == 1 else ""


def _is(origin: Origin, allowed: str) -> bool:
    """`https://*.shop.example` allows all subdomains, as in Django's own setting."""
    own = _origin(allowed.replace("://*.", "://", 1))
    if own is None:
        return False
    if "://*." in allowed:
        return origin[1].endswith(f".{own[1]}") and (origin[0], origin[2]) == (own[0], own[2])
    return origin == own


def _origin(text: str) -> Origin | None:
    """Scheme, host and port; None if it is not an origin ("null", or nonsense)."""
    try:
        parts = urlsplit(text)
        port = parts.port or _PORTS[parts.scheme]
    except (ValueError, KeyError):
        return None
    return (parts.scheme, parts.hostname, port) if parts.hostname else None
