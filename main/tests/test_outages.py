"""A fault in a socket or stream is told as an error; that a service is away is only a warning."""

import json
import logging
import sqlite3
import uuid
from functools import partial
from unittest.mock import patch

import psycopg
from django.db import InterfaceError, OperationalError, ProgrammingError
from django.test import SimpleTestCase, override_settings, tag
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ResponseError

from booktime.sight import outages
from main.gateways import nudges, presence
from main.models import Participant
from main.models.participants import Role
from main.sockets import threads
from main.sockets.conversation import ConversationSocket
from main.sockets.customer_service_events import CustomerServiceEvents
from main.sockets.customer_service_hub import CustomerServiceHub
from main.sockets.customer_service_stream import CustomerServiceStream
from main.sockets.head_lookup import HeadLookup
from main.sockets.hub import Hub
from main.sockets.outbox import Outbox
from main.sockets.rooms import Room

ADA = Participant(role=Role.CUSTOMER, user_id=7, name="Ada")
AWAY = OperationalError("the connection is closed")
BROKEN = ProgrammingError('column "nme" does not exist')


@tag("once")
@override_settings(REDIS_URL="")
class FaultTests(SimpleTestCase):
    def setUp(self) -> None:
        self.sent: list[dict] = []
        self.enterContext(patch("main.sockets.socket.log_refusal"))

    async def send(self, message) -> None:
        self.sent.append(message)

    def told(self, error: Exception) -> list[tuple]:
        logger = logging.getLogger("main.tests.faults")
        with self.assertLogs(logger) as logs:
            outages.log(logger, "It was not stored", error)
        return [(each.levelname, each.getMessage(), bool(each.exc_info)) for each in logs.records]

    def test_what_is_away_is_told_in_a_line_and_a_fault_with_its_traceback(self) -> None:
        for away in (AWAY, InterfaceError("?"), RedisConnectionError("?"), TimeoutError(),
                     ConnectionResetError()):  # fmt: skip
            self.assertEqual(self.told(away), [("WARNING", f"It was not stored: {away}", False)])
        typo = OperationalError("no such column: nme")
        typo.__cause__ = sqlite3.OperationalError()
        typo.__cause__.sqlite_errorname = "SQLITE_ERROR"
        deadlock = OperationalError("deadlock detected")
        deadlock.__cause__ = psycopg.errors.DeadlockDetected()
        ended = OperationalError("terminating connection")
        ended.__cause__ = psycopg.errors.AdminShutdown()
        held = OperationalError("canceling statement due to lock timeout")
        held.__cause__ = psycopg.errors.LockNotAvailable()
        for passing in (ended, held):
            self.assertEqual(self.told(passing)[0][0], "WARNING")
        for fault in (BROKEN, ResponseError("?"), KeyError("?"), FileNotFoundError("?"), typo,
                      deadlock):  # fmt: skip
            self.assertEqual(self.told(fault), [("ERROR", "It was not stored", True)])

    def socket(self) -> ConversationSocket:
        socket = ConversationSocket(order_id=1, session_key="", send=self.send)
        socket.participant, socket._upto = ADA, 3
        return socket

    async def level_of(self, work) -> str:
        with self.assertLogs("main", "WARNING") as logs:
            await work()
        (said,) = logs.records
        self.assertEqual(bool(said.exc_info), said.levelname == "ERROR")
        return said.levelname

    async def test_a_message_that_meets_one_is_refused_for_now_and_not_lost(self) -> None:
        for error, level in ((AWAY, "WARNING"), (BROKEN, "ERROR")):
            self.sent.clear()
            socket, cid = self.socket(), uuid.uuid4()
            with patch("main.sockets.conversation.post_message", side_effect=error):
                self.assertEqual(await self.level_of(partial(socket._stored, cid, "Hm?")), level)
            await socket.outbox._task
            (frame,) = [json.loads(each["text"]) for each in self.sent]
            self.assertEqual((frame["type"], frame["code"], frame["cid"]),
                             ("refused", "unavailable", str(cid)))  # fmt: skip
            await socket.end(is_restart=False)

    async def test_whoever_asks_the_database_tells_them_apart(self) -> None:
        for error, level in ((AWAY, "WARNING"), (BROKEN, "ERROR")):
            for name, work in self.askers().items():
                failing = patch.object(threads, "run", side_effect=error)
                with self.subTest(name, level=level), failing:
                    self.assertEqual(await self.level_of(work), level)

    def askers(self) -> dict:
        socket, room = self.socket(), Room(1)
        room.head, room._wanted = 0, 1
        stream = CustomerServiceStream(scope={"headers": []}, send=self.send)
        stream._reader_id, told = 7, CustomerServiceEvents(reader_id=7)
        socket.outbox.feed_from(self.feed)
        return {
            "fetch": partial(socket._fetch, partial(socket._fetch_before, 9, 1)),
            "read": socket._mark_read,
            "recheck": socket._recheck,
            "feed": socket.outbox._next_of_feed,
            "admit": self.socket()._admit,
            "hello": partial(self._greeting, self.socket()),
            "room": room._read_new_lines,
            "standing": room._read_standing,
            "heads": partial(HeadLookup()._answer_some, {room: []}),
            "stream, who": stream._refusal,
            "stream, still": stream._may_stay,
            "stream, first": stream._stream,
            "stream, next": partial(stream._tell, told, {1}),
        }

    async def feed(self) -> str:
        return await threads.run(print)

    async def _greeting(self, socket: ConversationSocket) -> None:
        socket.participant = None
        await socket._greet(0, "a ticket")
        self.assertTrue(socket.is_closing)

    async def test_whoever_asks_redis_tells_them_apart(self) -> None:
        lost, hub = RedisConnectionError("?"), Hub()
        with patch.object(presence, "everywhere", side_effect=lost):
            self.assertEqual(
                await self.level_of(CustomerServiceHub()._look_who_is_there), "WARNING"
            )
        with patch.object(nudges, "get_channel_layer", side_effect=KeyError("default")):
            self.assertEqual(await self.level_of(partial(nudges._send, "room", {})), "ERROR")
        with self.assertNoLogs("main", "WARNING"):
            await hub.subscriptions._try(self._fail(lost))
        broken = partial(hub.subscriptions._try, self._fail(BROKEN))
        self.assertEqual(await self.level_of(broken), "ERROR")

    async def _fail(self, error: Exception) -> None:
        raise error

    async def test_a_client_that_is_gone_is_no_fault(self) -> None:
        for error, level in ((RuntimeError("closed"), "WARNING"), (KeyError("text"), "ERROR")):
            box = Outbox(partial(self._refuse, error), on_stuck=lambda: None)
            box._frames.append("{}")
            box._is_woken = True
            self.assertEqual(await self.level_of(box._work), level)

    async def _refuse(self, error: Exception, message: dict) -> None:
        raise error
