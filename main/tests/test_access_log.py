"""What is told and counted of requests, streams and sockets, and of the end of a process."""

import asyncio
import json
from unittest import mock

from asgiref.testing import ApplicationCommunicator
from channels.routing import URLRouter
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.test import RequestFactory, SimpleTestCase
from django.utils.functional import SimpleLazyObject

from booktime.sight import access_log, log_context, socket_log, start
from booktime.sight.log_context_middleware import known_user_id
from main.api.views import fault_of_ours
from main.models import User
from main.routing import HIGHEST, websocket_urlpatterns
from main.sockets.addresses import chat_address
from main.sockets.conversation import ConversationSocket
from main.tests.support.counters import count

LIMIT = 5


async def home(scope, receive, send):
    log_context.note(route="home", user_id=7)
    await send({"type": "http.response.start", "status": 201, "headers": [(b"a", b"b")]})
    await send({"type": "http.response.body", "body": b""})


async def broken(scope, receive, send):
    raise ValueError("no post for ada@booktime.example")


async def conversation(scope, receive, send):
    await receive()
    log_context.note(order_id=12)
    await send({"type": "websocket.accept"})
    log_context.note(role="staff")
    socket_log.log_refusal("too_long")
    if (await receive())["type"] == "websocket.disconnect":
        return
    await send({"type": "websocket.close", "code": 4009})
    await receive()


def ask(application, path="/", *, method="GET", headers=()):
    """The start of the answer."""

    async def exchange():
        scope = {"type": "http", "method": method, "path": path, "headers": list(headers)}
        server = ApplicationCommunicator(application, scope)
        await server.send_input({"type": "http.request", "body": b""})
        await server.wait(LIMIT)  # first: of one that breaks there is no answer to wait for
        return await server.receive_output(LIMIT)

    return asyncio.run(exchange())


def connect(application, *events, path="/ws/customer-service/12/"):
    async def exchange():
        scope = {"type": "websocket", "path": path, "headers": []}
        server = ApplicationCommunicator(application, scope)
        for event in ({"type": "websocket.connect"}, *events):
            await server.send_input(event)
        await server.wait(LIMIT)

    asyncio.run(exchange())


class RequestTests(SimpleTestCase):
    def test_a_request_is_told_and_counted_by_its_route(self) -> None:
        labels = {"route": "home", "method": "GET", "status": "201"}
        before = count("requests_total", **labels)
        with self.assertLogs("booktime.sight.access_log", "INFO") as logs:
            ask(access_log.requests(home), "/a/guests/link/")
        (told,) = logs.records
        self.assertEqual((told.getMessage(), told.status), ("request", 201))
        self.assertGreaterEqual(told.duration_ms, 0)
        self.assertEqual(count("requests_total", **labels), before + 1)
        self.assertEqual(count("requests_in_flight"), 0)

    def test_every_answer_has_an_id_that_nobody_else_chose(self) -> None:
        given = b"0123456789abcdef" * 2
        with self.assertLogs("booktime.sight.access_log"):
            answer = ask(access_log.requests(home), headers=[(b"x-request-id", given)])
        (kept, (name, own)) = answer["headers"]
        self.assertEqual((kept, name), ((b"a", b"b"), b"x-request-id"))
        self.assertRegex(own, rb"^[0-9a-f]{32}$")
        self.assertNotEqual(own, given)

    def test_labels_are_bounded(self) -> None:
        async def nothing(scope, receive, send):
            await send({"type": "http.response.start", "status": 404})
            await send({"type": "http.response.body"})

        labels = {"route": "unmatched", "method": "other", "status": "404"}
        before = count("requests_total", **labels)
        with self.assertLogs("booktime.sight.access_log", "INFO"):
            ask(access_log.requests(nothing), "/%2e%2e/", method="BREW")
        self.assertEqual(count("requests_total", **labels), before + 1)

    def test_files_and_health_are_counted_and_not_told(self) -> None:
        with self.assertNoLogs("booktime.sight.access_log", "INFO"):
            ask(access_log.requests(_of_route(None)), "/static/a.css")
            ask(access_log.requests(_of_route("healthz"), is_routine=True), "/healthz/")
        self.assertGreater(count("requests_total", route="static", method="GET", status="200"), 0)
        with self.assertLogs("booktime.sight.access_log", "WARNING"):
            ask(access_log.requests(_of_route("healthz", 503), is_routine=True), "/healthz/")

    def test_what_nobody_caught_is_told_with_its_id(self) -> None:
        with (
            self.assertLogs("booktime.sight.access_log", "INFO") as logs,
            self.assertRaises(ValueError),
        ):
            ask(access_log.requests(broken))
        self.assertEqual([record.levelname for record in logs.records], ["WARNING", "ERROR"])

    def test_the_page_of_a_fault_has_the_id_for_who_writes_to_us(self) -> None:
        request = RequestFactory().get("/basket/")
        with log_context.about(request_id="r" * 16):
            page = fault_of_ours(request)
        self.assertContains(page, f"<code>{'r' * 16}</code>", status_code=500)
        self.assertNotContains(fault_of_ours(request), "<code>", status_code=500)

    def test_who_asks_is_known_only_if_somebody_looked(self) -> None:
        request = HttpRequest()
        self.assertIsNone(known_user_id(request))
        request.user = SimpleLazyObject(lambda: User(pk=7))
        self.assertIsNone(known_user_id(request))
        self.assertFalse(request.user.is_staff)
        self.assertEqual(known_user_id(request), 7)
        request.user = AnonymousUser()
        self.assertIsNone(known_user_id(request))


class SocketTests(SimpleTestCase):
    def tell(self, *events) -> list[tuple]:
        with self.assertLogs("booktime.sight.socket_log", "INFO") as logs:
            connect(socket_log.sockets(conversation), *events)
        return [
            (said.getMessage(), getattr(said, "code", None), getattr(said, "by", None))
            for said in logs.records
        ]

    def test_a_socket_is_told_from_its_opening_to_its_end(self) -> None:
        before = (
            count("sockets_closed_total", code="1001"),
            count("refusals_total", code="too_long"),
        )
        told = self.tell({"type": "websocket.disconnect", "code": 1001})
        self.assertEqual(
            told,
            [("socket_opened", None, None), ("message_refused", "too_long", None),
             ("socket_closed", 1001, "client")],
        )  # fmt: skip
        after = count("sockets_closed_total", code="1001"), count("refusals_total", code="too_long")
        self.assertEqual(after, (before[0] + 1, before[1] + 1))
        self.assertEqual(count("sockets_open"), 0)

    def test_who_closes_is_told_once(self) -> None:
        told = self.tell(
            {"type": "websocket.receive", "text": "{}"},
            {"type": "websocket.disconnect", "code": 1006},
        )
        self.assertEqual(told[2:], [("socket_closed", 4009, "shop")])

    def test_a_restart_is_the_shops_doing(self) -> None:
        for code in (4012, 1012):
            told = self.tell({"type": "websocket.disconnect", "code": code})
            self.assertEqual(told[-1], ("socket_closed", code, "shop"))

    def test_who_is_not_let_in_is_told(self) -> None:
        async def refuse(scope, receive, send):
            await send({"type": "websocket.close"})

        with self.assertLogs("booktime.sight.socket_log", "INFO") as logs:
            connect(socket_log.sockets(refuse))
        self.assertEqual([said.getMessage() for said in logs.records], ["socket_refused"])

    def test_the_end_is_about_whom_the_socket_was(self) -> None:
        seen: list[dict] = []
        with mock.patch.object(socket_log, "logger") as logger:
            logger.info.side_effect = lambda *a, **k: seen.append(dict(log_context.known()))
            connect(
                socket_log.sockets(conversation), {"type": "websocket.disconnect", "code": 1000}
            )
        self.assertEqual((seen[0]["order_id"], seen[0].get("role")), (12, None))
        self.assertEqual((seen[-1]["order_id"], seen[-1]["role"]), (12, "staff"))

    def test_the_order_is_known_of_who_is_not_let_in_but_not_one_made_up(self) -> None:
        """No page of ours opens these: they come without an origin."""
        shop = socket_log.sockets(URLRouter(websocket_urlpatterns))
        for order_id, expected in ((12, 12), (HIGHEST, HIGHEST), (HIGHEST + 1, None)):
            seen: list[dict] = []
            with mock.patch.object(socket_log, "logger") as logger:
                logger.info.side_effect = lambda *a, s=seen, **k: s.append(
                    {"event": a[0], **log_context.known()}
                )
                connect(shop, path=chat_address(order_id))
            self.assertEqual([each["event"] for each in seen], ["socket_refused"])
            self.assertEqual(seen[0].get("order_id"), expected)

    def test_whoever_refuses_a_frame_has_it_counted(self) -> None:
        sent: list[dict] = []

        async def send(message: dict) -> None:
            sent.append(message)

        async def refuse() -> None:
            socket = ConversationSocket(order_id=1, session_key="", send=send)
            socket.refuse("too_fast", retry_after=1.5)
            await socket.outbox._task

        before = count("refusals_total", code="too_fast")
        with self.assertLogs("booktime.sight.socket_log", "INFO") as logs:
            asyncio.run(refuse())
        self.assertEqual(count("refusals_total", code="too_fast"), before + 1)
        self.assertEqual([(each.getMessage(), each.code) for each in logs.records],
                         [("message_refused", "too_fast")])  # fmt: skip
        (frame,) = [json.loads(each["text"]) for each in sent]
        self.assertEqual((frame["type"], frame["code"], frame["retry_after"]),
                         ("refused", "too_fast", 1.5))  # fmt: skip


class EndTests(SimpleTestCase):
    def test_a_process_that_ends_by_an_error_says_so(self) -> None:
        error = OSError("the disk is full")
        with self.assertLogs("booktime.sight.start", "CRITICAL") as logs:
            start.log_end(OSError, error, None)
        self.assertIs(logs.records[0].exc_info[1], error)
        with mock.patch("sys.__excepthook__") as usual, self.assertNoLogs("booktime.sight.start"):
            start.log_end(KeyboardInterrupt, KeyboardInterrupt(), None)
        usual.assert_called_once()


def _of_route(route, status=200):
    async def application(scope, receive, send):
        if route:
            log_context.note(route=route)
        await send({"type": "http.response.start", "status": status})
        await send({"type": "http.response.body"})

    return application
