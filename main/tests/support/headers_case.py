"""The whole of HTTP as a browser behind the proxy meets it, in the settings of HTTPS."""

import asyncio
import contextlib
import logging
import runpy
import time
from dataclasses import dataclass
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from unittest.mock import patch
from urllib.parse import urlencode

from asgiref.sync import async_to_sync
from asgiref.testing import ApplicationCommunicator
from channels.layers import channel_layers
from django.conf import settings
from django.core.cache import cache
from django.test import TestCase, override_settings

from booktime.server.handler import Exchange, LeasingHandler
from booktime.server.headers import StandingHeaders
from booktime.server.static_files import StaticFiles
from main.access import SIGNED_IN_AT
from main.routing import notify
from main.sockets.addresses import CUSTOMER_SERVICE_STREAM
from main.tests.support.factories import (
    DispatcherFactory,
    EmployeeFactory,
    OwnerFactory,
    UserFactory,
)

HOST = "shop.example"
LIMIT = 10  # seconds for anything that is waited for
SECURITY = settings.BASE_DIR / "booktime" / "settings" / "security.py"


def secured(**site: object) -> dict[str, object]:
    """What booktime/settings/security.py says where HTTPS is spoken."""
    with contextlib.ExitStack() as stack:
        for name, value in {"SECURE": True, **site}.items():
            stack.enter_context(patch(f"booktime.settings.site.{name}", value))
        found = runpy.run_path(str(SECURITY))
    return {name: value for name, value in found.items() if name.isupper()}


@dataclass(frozen=True)
class Answer:
    status: int
    headers: list[tuple[str, str]]  # names in lower case
    body: str

    def all(self, name: str) -> list[str]:
        return [value for found, value in self.headers if found == name]

    def one(self, name: str) -> str:
        """Of a header that stands there once."""
        (value,) = self.all(name)
        return value

    @property
    def policy(self) -> dict[str, list[str]]:
        """The sources of each directive."""
        parts = [part.split() for part in self.one("content-security-policy").split(";")]
        return {words[0]: words[1:] for words in parts}

    @property
    def cookies(self) -> SimpleCookie:
        return SimpleCookie("\r\n".join(self.all("set-cookie")))


class Tags(HTMLParser):
    """What of a page the policy has to do with."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.scripts: list[dict] = []
        self.nonces: set[str] = set()
        self.wrong: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        given = dict(attrs)
        self.nonces |= {f"'nonce-{given['nonce']}'"} if "nonce" in given else set()
        inline = [name for name in given if name == "style" or name.startswith("on")]
        is_sheet = "stylesheet" in (given.get("rel") or "")
        if tag == "script" and given.get("type", "text/javascript") == "text/javascript":
            self.scripts.append(given)
        if tag == "style" or inline or (is_sheet and not given["href"].startswith("/static/")):
            self.wrong.append(self.get_starttag_text() or tag)
        if (given.get("href") or "").startswith("javascript:"):
            self.wrong.append(self.get_starttag_text() or tag)


class OnThisThread(LeasingHandler):
    """On the test's own thread, in whose transaction its rows are."""

    async def __call__(self, scope, receive, send):
        exchange = Exchange(self, scope, await self.read_body(receive))
        await self._exchange(exchange, SimpleNamespace(has_thread=True), receive, send)


class HeadersCase(TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.enterClassContext(override_settings(**secured(), **_SHOP))
        folder = cls.enterClassContext(TemporaryDirectory())
        media, private = Path(folder) / "media", Path(folder) / "private"
        media.mkdir()
        (media / "cover.png").write_bytes(b"a picture")
        cls.enterClassContext(override_settings(MEDIA_ROOT=media, PRIVATE_MEDIA_ROOT=private))

    @classmethod
    def setUpTestData(cls) -> None:
        cls.people = {
            "customer": UserFactory(),
            "owner": OwnerFactory(),
            "office": EmployeeFactory(),
            "dispatch": DispatcherFactory(),
        }

    def setUp(self) -> None:
        logging.disable(logging.CRITICAL)  # each refusal is logged
        self.addCleanup(logging.disable, logging.NOTSET)
        cache.clear()  # the throttles remember there
        channel_layers.backends.clear()
        self.addCleanup(channel_layers.backends.clear)
        self.application = application()

    def ask(
        self,
        path: str,
        *,
        who: str = "",
        method: str = "GET",
        scheme: str = "https",
        fields: dict[str, str] | None = None,
        **headers: str,
    ) -> Answer:
        given = {"host": HOST, "x_forwarded_proto": scheme, **headers}
        if who:
            session = f"{settings.SESSION_COOKIE_NAME}={self._session_of(who)}"
            given["cookie"] = "; ".join(filter(None, [given.get("cookie", ""), session]))
        if fields is not None:
            given["content_type"] = "application/x-www-form-urlencoded"
        body = urlencode(fields or {}).encode()
        return async_to_sync(ask)(self.application, method, path, given, body)

    def form(self) -> dict:
        """A form by a page of ours, with nothing in it."""
        token = "c" * 32
        return {
            "method": "POST",
            "origin": f"https://{HOST}",
            "cookie": f"{settings.CSRF_COOKIE_NAME}={token}",
            "x_csrftoken": token,
        }

    def _session_of(self, who: str) -> str:
        self.client.force_login(self.people[who])
        session = self.client.session
        session[SIGNED_IN_AT] = time.time()
        session.save()
        return session.session_key


async def ask(application, method: str, path: str, headers: dict, body: bytes = b"") -> Answer:
    """A stream is left after its first part."""
    path, _, query = path.partition("?")
    headers = headers | {"content-length": str(len(body))}
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "query_string": query.encode()}
    scope["client"] = ["127.0.0.1", 4000]
    server = ApplicationCommunicator(application, scope | {"headers": pairs})
    await server.send_input({"type": "http.request", "body": body})
    head = await server.receive_output(LIMIT)
    found = [(name.decode().lower(), value.decode()) for name, value in head["headers"]]
    is_stream = any("event-stream" in value for _, value in found)
    parts = [await server.receive_output(LIMIT)]
    while parts[-1].get("more_body") and not is_stream:
        parts.append(await server.receive_output(LIMIT))
    await server.send_input({"type": "http.disconnect"})
    with contextlib.suppress(asyncio.CancelledError):
        await server.wait(LIMIT)
    text = b"".join(part.get("body", b"") for part in parts).decode(errors="replace")
    return Answer(head["status"], found, text)


def application():
    """As booktime.asgi puts it together, but for the leased threads."""
    pages = StaticFiles(OnThisThread())

    async def http(scope, receive, send):
        await (notify if scope["path"] == CUSTOMER_SERVICE_STREAM else pages)(scope, receive, send)

    return StandingHeaders(http)


_SHOP = {
    "ALLOWED_HOSTS": [HOST],
    "STAFF_SECOND_FACTOR": False,
    "CHAT_THREADS": 0,
    "CHANNEL_LAYERS": {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}},
    "REDIS_URL": "",
}
