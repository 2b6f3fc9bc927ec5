"""Requests to the handler as a server would make them, for the tests of leased threads."""

import asyncio
import threading

from asgiref.testing import ApplicationCommunicator
from django.core import signals
from django.test import SimpleTestCase, override_settings

from booktime.server.handler import LeasingHandler
from main.tests.support import asgi_views

THREADS = 3
LIMIT = 5  # seconds for anything that is waited for


class Exchange:
    """One HTTP request to a handler, as a server would make it."""

    def __init__(self, handler, path, *, method="GET", headers=(), body=b""):
        path, _, query = path.partition("?")
        scope = {"type": "http", "method": method, "path": path, "query_string": query.encode()}
        self.server = ApplicationCommunicator(handler, scope | {"headers": list(headers)})
        self.body = body

    async def start(self):
        await self.server.send_input({"type": "http.request", "body": self.body})
        await asyncio.sleep(0)
        return self

    async def disconnect(self):
        await self.server.send_input({"type": "http.disconnect"})

    async def finish(self):
        """The status and the whole body."""
        head = await self.server.receive_output(LIMIT)
        parts = [await self.server.receive_output(LIMIT)]
        while parts[-1].get("more_body"):
            parts.append(await self.server.receive_output(LIMIT))
        await self.server.wait(LIMIT)
        return head["status"], b"".join(part.get("body", b"") for part in parts).decode()

    async def wait(self):
        await self.server.wait(LIMIT)


async def get(handler, path):
    return await (await Exchange(handler, path).start()).finish()


async def until(condition):
    async with asyncio.timeout(LIMIT):
        while not condition():
            await asyncio.sleep(0.005)


@override_settings(
    ROOT_URLCONF="main.tests.support.asgi_views",
    ALLOWED_HOSTS=["*"],
    ASGI_THREADS=THREADS,
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
)
class HandlerCase(SimpleTestCase):
    def setUp(self):
        self.stage = asgi_views.new_stage()
        self.addCleanup(self.stage.gate.set)
        self.handler = LeasingHandler()
        self.finished = []
        signals.request_finished.connect(self.note_finish)
        self.addCleanup(signals.request_finished.disconnect, self.note_finish)

    def note_finish(self, **kwargs):
        self.finished.append(threading.get_ident())

    @property
    def threads(self):
        return self.handler.threads

    async def hold(self, *paths):
        """Requests whose views run and wait for the gate."""
        held = [await Exchange(self.handler, path).start() for path in paths]
        for _ in paths:
            await until(lambda: self.stage.entered.acquire(blocking=False))
        return held

    async def assert_all_threads_are_back(self):
        await until(lambda: self.threads.free == self.threads.size)
        answers = await asyncio.gather(*[get(self.handler, "/thread/") for _ in range(9)])
        self.assertEqual({status for status, _ in answers}, {200})
