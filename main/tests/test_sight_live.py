"""A real server, started as the Procfile has it: what its log and metrics say, and what not.

What people do who have something to hide: their addresses, passwords, sessions, tokens, tickets and
links stand in nothing that is logged, though `telling_asgi` tells the log of all of them.
"""

import asyncio
import json
import re
import shlex
import tempfile
import time
import urllib.request
from http.client import HTTPConnection
from pathlib import Path

from django.conf import settings
from django.test import TransactionTestCase, tag

from main.models.order_access import make_access_token
from main.tests.support.chat_case import send, session_of
from main.tests.support.chat_client import open_wire
from main.tests.support.factories import PASSWORD, EmployeeFactory, OrderFactory
from main.tests.support.live_services import Web, database_url, free_port
from main.tests.support.live_shop import CSRF, LiveShop, Post

TEXT = "Where is my whale?"
ID = "a-request-of-a-visitor"


class Served(Web):
    """By the line of the Procfile."""

    def command(self) -> list[str]:
        lines = (settings.BASE_DIR / "Procfile").read_text().splitlines()
        (line,) = [line for line in lines if line.startswith("web:")]
        words = shlex.split(line.partition(":")[2].replace("$PORT", str(self.port)))
        python = Path(super().command()[0])
        return [str(python), "-m", *words[:-1], f"{self.application}:application"]


@tag("server", "door")
class SightTests(TransactionTestCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.log, cls.raw, cls.metrics_port = folder / "log", folder / "raw", free_port()
        cls.web = Served(
            cls.log,
            "main.tests.support.telling_asgi",
            DATABASE_URL=database_url(),
            SECRET_KEY=settings.SECRET_KEY,
            DEBUG="true",
            TASKS_BACKEND="database",
            RAW_LOG=str(cls.raw),
            METRICS_PORT=str(cls.metrics_port),
        )
        cls.web.start()
        cls.addClassCleanup(cls.web.end)
        cls.shop = LiveShop(port=cls.web.port, log=cls.log)

    def test_nothing_that_opens_anything_and_nobody_is_logged(self) -> None:
        """One walk, since each step has what the one before it got."""
        order, guests = OrderFactory(), OrderFactory(guest=True, email="guest@mail.example")
        email, session = order.user.email, session_of(order.user)
        link = make_access_token(guests.pk)
        self._walk(email, session, link)
        token, ticket = self._token_and_ticket(email, order.pk)
        asyncio.run(self._talk(order.pk, ticket))
        staff = EmployeeFactory()
        self._read_stream_of_staff(session_of(staff))
        said = self._lines_until("stream_closed")

        hidden = [email, guests.email, "new@mail.example", PASSWORD, "hunter2hunter2", session,
                  link, token, ticket, CSRF, TEXT, order.billing_name]  # fmt: skip
        told, raw = json.dumps(said), self.raw.read_text()
        self.assertEqual([secret for secret in hidden if secret in told], [])
        # The control: the redaction alone keeps these out.
        for secret in (email, session, link, token, ticket, CSRF):
            self.assertIn(secret, raw)
        self._assert_told(said, order.pk, order.user_id, staff.pk)
        self._assert_counted()

    def _walk(self, email: str, session: str, link: str) -> None:
        fields = {"email": "new@mail.example", "password1": "hunter2hunter2"}
        self.shop.post(Post("/signup/", fields | {"password2": "hunter2hunter2"}))
        self.shop.post(Post("/login/", {"login": email, "password": "not-this-one"}))
        self.shop.post(Post("/login/", {"login": email, "password": PASSWORD}))
        self.assertEqual(self.shop.get(f"/orders/open/{link}/").status, 302)
        self.shop.get(f"/orders/open/{link}x/")
        self.assertEqual(self.shop.get("/orders/", session_key=session).status, 200)
        self.shop.get(f"/search/?q={email}")
        self.shop.headers = {"X-Request-ID": ID}
        self.shop.get("/about-us/")
        self.shop.headers = {}

    def _token_and_ticket(self, email: str, order_id: int) -> tuple[str, str]:
        login = {"username": email, "password": PASSWORD}
        token = json.loads(self.shop.post(Post("/mobile-api/auth/", login)).body)["token"]
        self.shop.headers = {"Authorization": f"Token {token}"}
        asked = self.shop.post(Post(f"/mobile-api/orders/{order_id}/chat-ticket/"))
        self.shop.headers = {}
        return token, json.loads(asked.body)["ticket"]

    async def _talk(self, order_id: int, ticket: str) -> None:
        async with open_wire(self.web.port, order_id) as wire:
            await wire.say("hello", after=0, ticket=ticket)
            await wire.expect("messages")
            await send(wire, TEXT)
            await send(wire, "")

    def _read_stream_of_staff(self, session: str) -> None:
        client = HTTPConnection("127.0.0.1", self.web.port, timeout=5)
        client.request(
            "GET", "/customer-service/notify/", headers={"Cookie": f"sessionid={session}"}
        )
        response = client.getresponse()
        self.assertEqual((response.status, response.readline()[:6]), (200, b"retry:"))
        self.assertRegex(response.getheader("X-Request-ID"), "^[0-9a-f]{32}$")
        response.close()
        client.close()

    def _lines_until(self, event: str) -> list[dict]:
        """Each line is an object: whatever else a server prints would be none."""
        until = time.monotonic() + 10
        while f'"event": "{event}"' not in self.log.read_text():
            self.assertLess(time.monotonic(), until, self.log.read_text()[-2000:])
            time.sleep(0.05)
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def _assert_told(self, said: list[dict], order_id: int, user_id: int, staff_id: int) -> None:
        asked = {(each.get("route"), each.get("status")) for each in said}
        for route in (
            ("signup", 302),
            ("login", 302),
            ("order_open", 302),
            ("order_open", 404),
            ("order_list", 200),
            ("mobile_token", 200),
            ("mobile_chat_ticket", 201),
        ):
            self.assertIn(route, asked)
        one = {each["event"]: each for each in said}
        (about,) = [each for each in said if each.get("route") == "about_us"]
        self.assertRegex(about["request_id"], "^[0-9a-f]{32}$")
        (listed,) = [each for each in said if each.get("route") == "order_list"]
        self.assertEqual((listed["user_id"], listed["method"]), (user_id, "GET"))
        closed = one["socket_closed"]
        facts = {name: closed[name] for name in ("order_id", "role", "user_id", "code", "by")}
        self.assertEqual(facts, {"order_id": order_id, "role": "customer", "user_id": user_id,
                                 "code": 1000, "by": "client"})  # fmt: skip
        self.assertEqual(one["socket_opened"]["socket"], closed["socket"])
        self.assertEqual(one["message_refused"]["socket"], closed["socket"])
        self.assertEqual((one["stream_closed"]["user_id"], one["stream_closed"]["status"]),
                         (staff_id, 200))  # fmt: skip
        self.assertIn("SMTPRecipientsRefused", one["A mail was refused"]["exception"])

    def _assert_counted(self) -> None:
        at = f"http://127.0.0.1:{self.metrics_port}/metrics"
        text = urllib.request.urlopen(at, timeout=5).read().decode()
        for sample in (
            'booktime_requests_total{method="GET",route="order_open",status="404"} 1.0',
            'booktime_messages_stored_total{kind="text"} 1.0',
            'booktime_sockets_closed_total{code="1000"} 1.0',
            "booktime_conversations_waiting 1.0",
            "booktime_tasks_waiting 1.0",
            "booktime_threads_leased 0.0",
            "booktime_sockets_open 0.0",
            "booktime_streams_open 0.0",
        ):
            self.assertIn(sample, text.splitlines())
        for family in ("database_pool_size", "request_seconds_bucket", "errors_logged_total"):
            self.assertIn(f"booktime_{family}", text)
        self.assertRegex(text, r"process_resident_memory_bytes \d")
        self.assertIsNone(re.search(r"@|whale|/orders/", text))
