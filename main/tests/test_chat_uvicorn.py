"""The conversation's protocol on another server than Daphne: uvicorn, without any help of ours."""

import asyncio
import sys
import tempfile
import uuid
from contextlib import suppress
from pathlib import Path

from django.test import TransactionTestCase, tag
from websockets.exceptions import ConnectionClosed, InvalidStatus

from main.tests.support.chat_case import send, session_of, texts
from main.tests.support.chat_client import ChatClient, Habits, open_wire
from main.tests.support.factories import EmployeeFactory, OrderFactory, UserFactory
from main.tests.support.live_services import Redis, Web, database_url

PLACED = "The order was placed."


class Uvicorn(Web):
    def command(self) -> list[str]:
        flags = ["--port", str(self.port), "--ws-max-size", "65536", "--log-level", "warning"]
        return [sys.executable, "-m", "uvicorn", *flags, f"{self.application}:application"]


@tag("server", "door")
class UvicornTests(TransactionTestCase):
    def setUp(self):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.redis = Redis(folder / "redis.log")
        environment = {"DATABASE_URL": database_url(), "REDIS_URL": self.redis.url, "DEBUG": "true"}
        self.web = Uvicorn(folder / "web.log", TASKS_BACKEND="database", **environment)
        for service in (self.redis, self.web):
            self.addCleanup(service.kill)
            service.start(wait=False)
        self.order = OrderFactory()
        self.customer, self.staff, self.other = [
            session_of(user) for user in (self.order.user, EmployeeFactory(), UserFactory())
        ]
        for service in (self.redis, self.web):
            service.wait_until_up()

    def wire(self, session_key, **options):
        return open_wire(self.web.port, self.order.pk, session_key=session_key, **options)

    async def test_the_protocol_holds_with_redis_and_without_and_over_a_restart(self):
        await self.refusals()
        async with self.wire(self.customer) as customer, self.wire(self.staff) as office:
            for wire in (customer, office):
                await wire.say("hello", after=0)
                self.assertIs((await wire.expect("welcome"))["live"], True)
            await self.talk(customer, office)
            self.redis.kill()
            for wire in (customer, office):
                self.assertEqual(await self.change_of_live(wire), {"head": 2, "live": False})
            self.assertEqual((await send(customer, "Are you there?"))["seq"], 3)
            self.assertEqual(await texts(office, 3), ["Are you there?"])
        await self.restart()

    async def refusals(self):
        for origin in (None, "https://evil.example"):
            with self.assertRaises(InvalidStatus) as refused:
                async with self.wire(self.customer, origin=origin):
                    pass
            self.assertEqual(refused.exception.response.status_code, 403)
        for session, code in [("", 4001), (self.other, 4003)]:
            async with self.wire(session) as wire:
                # The shop may be quicker, and have closed already.
                with suppress(ConnectionClosed):
                    await wire.say("hello", after=0, ticket="nonsense")
                self.assertEqual(await wire.close_code(), code)

    async def talk(self, customer, office):
        ack = await send(customer, "Where is it?")
        self.assertEqual((ack["type"], ack["seq"], ack["dup"]), ("ack", 2, False))
        self.assertEqual(await texts(office, 2), [PLACED, "Where is it?"])
        cid = str(uuid.uuid4())
        refused = await send(customer, "x" * 17_000, cid=cid)
        self.assertEqual((refused["code"], refused["cid"]), ("too_long", cid))
        async with self.wire(self.staff) as wire:
            await wire.connection.send("x" * 70_000)
            self.assertEqual(await wire.close_code(), 1009)

    async def change_of_live(self, wire):
        frame = await wire.expect("heartbeat", 3)
        return {name: frame[name] for name in ("head", "live")}

    async def restart(self):
        """Who stays is cut off, and is back by themselves with all that was said."""
        client = ChatClient(lambda: self.web.port, self.order.pk, self.customer,
                            habits=Habits(patience=0.2))  # fmt: skip
        staying = asyncio.create_task(client.run())
        async with asyncio.timeout(20):
            while len(client.shown) < 3:
                await asyncio.sleep(0.02)
            await asyncio.to_thread(self.web.end)
            while client.is_live:
                await asyncio.sleep(0.02)
            await client.send("Kept meanwhile")
            await asyncio.to_thread(self.web.start)
            while len(client.shown) < 4:
                await asyncio.sleep(0.02)
        staying.cancel()
        self.assertEqual([item["seq"] for item in client.shown], [1, 2, 3, 4])
        self.assertEqual(client.shown[-1]["text"], "Kept meanwhile")
        self.assertEqual(len(client.live_at), 2)
        self.assertIn(1012, client.closed_with)
