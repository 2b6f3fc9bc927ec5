"""Security headers on every answer of the shop."""

from io import BytesIO
from types import SimpleNamespace
from typing import Any, cast

from csp.constants import NONCE, NONE, SELF
from csp.middleware import CSPMiddleware, PolicyParts
from csp.utils import build_policy
from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.security import SecurityMiddleware

HSTS = b"strict-transport-security"
Header = tuple[bytes, bytes]


class PolicyMiddleware(CSPMiddleware):
    """A page's Content-Security-Policy: scripts need the page's nonce; without one, none run."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        parts.replace = {"script-src": _scripts(request, parts.nonce), **(parts.replace or {})}
        parts.update = {"connect-src": _sockets(request), **(parts.update or {})}
        return parts


class StandingHeaders:
    """An ASGI application that adds missing headers to another's answers.

    Django's SecurityMiddleware sends most of these, but sees neither static files nor streams nor
    requests refused before it.
    """

    def __init__(self, application: Any) -> None:
        self.application = application
        self._standing = {is_secure: _standing(is_secure=is_secure) for is_secure in (False, True)}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def send_completed(message: Any) -> None:
            if message["type"] == "http.response.start":
                message = message | {"headers": self._completed(message.get("headers", []), scope)}
            await send(message)

        await self.application(scope, receive, send_completed)

    def _completed(self, headers: Any, scope: Any) -> list[Header]:
        headers = list(headers)
        present = {name.lower() for name, _ in headers}
        standing = self._standing[HSTS in present or _is_secure(scope)]
        return headers + [header for header in standing if header[0] not in present]


def _scripts(request: HttpRequest, nonce: str | None) -> list[Any]:
    """Django's admin has templates without nonces."""
    if request.resolver_match and request.resolver_match.app_name == "admin":
        return [SELF, NONCE]
    return [NONCE] if nonce else [NONE]


def _sockets(request: HttpRequest) -> list[str]:
    """In Safari before 15.4, 'self' covers a page's own address but not its sockets."""
    try:
        host = request.get_host()
    except DisallowedHost:
        return []
    return [f"{'wss' if request.is_secure() else 'ws'}://{host}"]


def _standing(*, is_secure: bool) -> list[Header]:
    response = HttpResponse()
    del response["Content-Type"]
    request = cast("HttpRequest", SimpleNamespace(is_secure=lambda: is_secure))
    SecurityMiddleware(lambda request: response).process_response(request, response)
    response["X-Frame-Options"] = settings.X_FRAME_OPTIONS
    for name, value in settings.STANDING_HEADERS.items():
        response[name] = value
    # Django's debug pages contain inline scripts and styles.
    if not settings.DEBUG:
        response["Content-Security-Policy"] = build_policy(replace={"script-src": [NONE]})
    return [(name.lower().encode(), value.encode()) for name, value in response.items()]


def _is_secure(scope: Any) -> bool:
    return ASGIRequest(scope | {"query_string": b""}, BytesIO()).is_secure()
