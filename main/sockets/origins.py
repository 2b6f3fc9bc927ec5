"""Which pages may open a socket: the shop's own, by their full origin; without one, none.

A browser sends the shop's cookies with a socket that any page opens, and asks nobody first.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import validate_host

_PORTS = {"http": 80, "https": 443}

Origin = tuple[str, str, int]


class OwnOriginsOnly:
    """Refuses the handshake of others with a 403."""

    def __init__(self, application: Any) -> None:
        self._application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if is_own(scope["headers"]):
            await self._application(scope, receive, send)
        else:
            await send({"type": "websocket.close"})


def is_own(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    headers = list(headers)
    given = [value.decode("latin1") for name, value in headers if name == b"origin"]
    origin = _origin(given[0]) if len(given) == 1 else None
    if origin is None:
        return False
    own = [settings.SITE_URL, *settings.CSRF_TRUSTED_ORIGINS]
    return any(_is(origin, allowed) for allowed in own + _of_development(dict(headers)))


def _of_development(headers: Mapping[bytes, bytes]) -> list[str]:
    """A developer's browser may call the machine by any of its names."""
    if not settings.DEBUG:
        return []
    host = headers.get(b"host", b"").decode("latin1")
    names = [f"localhost:{settings.PORT}"]
    if validate_host(host.rpartition(":")[0] or host, settings.ALLOWED_HOSTS):
        names.append(host)
    return [f"http://{name}" for name in names]


def _is(origin: Origin, allowed: str) -> bool:
    """`https://*.shop.example` allows all hosts below it, as in Django's own setting."""
    own = _origin(allowed.replace("://*.", "://", 1))
    if own is None:
        return False
    if "://*." in allowed:
        return origin[1].endswith(f".{own[1]}") and (origin[0], origin[2]) == (own[0], own[2])
    return origin == own


def _origin(text: str) -> Origin | None:
    """Scheme, host and port; None where it is none ("null", or nonsense)."""
    try:
        parts = urlsplit(text)
        port = parts.port or _PORTS[parts.scheme]
    except (ValueError, KeyError):
        return None
    return (parts.scheme, parts.hostname, port) if parts.hostname else None
