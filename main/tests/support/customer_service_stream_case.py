"""What the tests of customer service's stream share: a reader's list, and a stream in-process."""

import json
from contextlib import asynccontextmanager
from unittest.mock import patch

from asgiref.testing import ApplicationCommunicator
from channels.layers import channel_layers
from django.test import TestCase, override_settings, tag

from main.consumers import ChatNotifyConsumer
from main.gateways import presence
from main.sockets import customer_service_hub, customer_service_stream
from main.tests.support.factories import (
    EmployeeFactory,
    OrderFactory,
)

LIMIT = 5  # seconds for anything that is waited for


class Reader:
    """A browser's EventSource and a list: what it was told, put together."""

    def __init__(self) -> None:
        self.rows: dict[int, dict] = {}
        self.presence: dict | None = None
        self.last_event_id = ""
        self.kinds: list[str] = []

    def hear(self, text: str) -> None:
        for frame in text.split("\n\n"):
            fields = dict(line.split(": ", 1) for line in frame.splitlines() if ": " in line)
            if "event" in fields:
                self._take(fields["event"], json.loads(fields["data"]))
                if "\nid:" in frame:
                    self.last_event_id = fields.get("id", "")

    def _take(self, kind: str, data: dict) -> None:
        self.kinds.append(kind)
        match kind:
            case "snapshot":
                self.rows = {row["order"]: row for row in data["rows"]}
            case "upsert":
                self.rows[data["order"]] = data
            case "remove":
                self.rows.pop(data["order"], None)
            case "presence":
                self.presence = data

    def heard(self) -> list[str]:
        kinds, self.kinds = self.kinds, []
        return kinds


# The test's own thread and connection: what it wrote is in a transaction.
@tag("once")
@override_settings(CHAT_THREADS=0, CHANNEL_LAYERS={
    "default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}
}, REDIS_URL="")  # fmt: skip
class StreamTestCase(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        cls.clerk = EmployeeFactory()
        cls.order = OrderFactory()

    def setUp(self) -> None:
        channel_layers.backends.clear()
        self.addCleanup(channel_layers.backends.clear)
        for name, value in {"PACE": 0.01, "SWEEP": LIMIT * 2}.items():
            self.enterContext(patch.object(customer_service_stream, name, value))
        self.enterContext(patch.object(customer_service_hub, "EVERY", 0.05))
        self.addCleanup(presence._here.clear)
        self.client.force_login(self.clerk)
        self.reader = Reader()

    @asynccontextmanager
    async def stream(self, *, method: str = "GET", **headers: str):
        """The server's side of a request; `self.status` is the answer's."""
        cookies = self.client.cookies.output(header="", sep=";", attrs=[])
        given = {"cookie": cookies} | {
            name.replace("_", "-"): text for name, text in headers.items()
        }
        encoded = [(name.encode(), text.encode()) for name, text in given.items()]
        scope = {"type": "http", "method": method, "path": "/customer-service/notify/"}
        server = ApplicationCommunicator(
            ChatNotifyConsumer.as_asgi(), scope | {"headers": encoded, "query_string": b""}
        )
        await server.send_input({"type": "http.request", "body": b""})
        head = await server.receive_output(LIMIT)
        self.status, self.headers = head["status"], dict(head["headers"])
        try:
            yield server
        finally:
            await server.send_input({"type": "http.disconnect"})
            await server.wait(LIMIT)

    async def hear(self, server, *kinds: str) -> str:
        """Listen until all these kinds of events came; the last part of the answer."""
        text = ""
        while not kinds or not set(kinds) <= set(self.reader.kinds):
            part = await server.receive_output(LIMIT)
            text = part.get("body", b"").decode()
            self.reader.hear(text)
            if not kinds or not part.get("more_body"):
                break
        self.reader.heard()
        return text

    async def in_database(self, function, *args, **kwargs):
        return await customer_service_stream.threads.run(function, *args, **kwargs)
