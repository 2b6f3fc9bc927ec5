"""Static files served before Django: WhiteNoise's own table and answers, without a thread."""

import re
from io import BytesIO
from typing import IO, Any

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse
from django.middleware.security import SecurityMiddleware
from whitenoise.middleware import WhiteNoiseMiddleware

CHUNK_SIZE = 2**16
# theme-<webpack's>.bundle.<Django's>.css
_HASHES = re.compile(r"(?:-[0-9a-f]{20})?(\.bundle)?\.[0-9a-f]{12}(\.\w+)$")


class StaticFiles:
    """Answers requests for static files and passes all others on to `application`.

    WhiteNoise finds the files, by its middleware's settings, and handles encodings, ranges and
    validators; headers.py adds the security headers. Small files come from the disk's cache, so
    reading them on the event loop is faster than any thread.

    A page of the previous release requests that release's files: it gets the current file of the
    same name, with headers that forbid caching it under the old name.
    """

    def __init__(self, application: Any) -> None:
        self.application = application
        self.files = WhiteNoiseMiddleware(_no_response)
        files = self.files.files.items()
        self.todays = {name: file for path, file in files if (name := _without_hashes(path))}
        self.security = SecurityMiddleware(_no_response)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        known = self._find(scope["path"])
        file = known or self.todays.get(_without_hashes(scope["path"]))
        if file is None:
            await self.application(scope, receive, send)
            return
        # Ignore the query string, even a malformed one.
        request = ASGIRequest(scope | {"query_string": b""}, BytesIO())
        if self.security.redirect and not request.is_secure():
            # A redirect to HTTPS is Django's, with its exemptions and its check of the host.
            await self.application(scope, receive, send)
            return
        response = file.get_response(request.method, request.META)
        fields = dict(response.headers) | ({} if known else {"Cache-Control": "no-store"})
        headers = [(name.encode(), value.encode()) for name, value in fields.items()]
        start = {"type": "http.response.start", "status": int(response.status)}
        await send(start | {"headers": headers})
        await _send_file(response.file, send)

    def _find(self, path: str) -> Any:
        if self.files.autorefresh:
            return self.files.find_file(path) if path.startswith(self.files.static_prefix) else None
        return self.files.files.get(path)


def _without_hashes(path: str) -> str:
    """The path without the hashes; empty if it has none."""
    return _HASHES.sub(r"\1\2", path) if _HASHES.search(path) else ""


async def _send_file(file: IO[bytes] | None, send: Any) -> None:
    """The file in chunks; an empty body if there is no file (HEAD, 304)."""
    if file is None:
        await send({"type": "http.response.body"})
        return
    try:
        chunk, ahead = file.read(CHUNK_SIZE), b"..."
        while ahead:
            ahead = file.read(CHUNK_SIZE)
            await send({"type": "http.response.body", "body": chunk, "more_body": bool(ahead)})
            chunk = ahead
    finally:
        file.close()


def _no_response(request: HttpRequest) -> HttpResponse:
    raise AssertionError("Only the table of this middleware is used.")
