"""People in a conversation, on a real server that lasts as long as a module of tests."""

import contextlib
import time
import unittest
import uuid
from collections.abc import AsyncIterator

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.test import TransactionTestCase, tag

from main.access import SIGNED_IN_AT
from main.actions.conversations import post_message
from main.models import Order, User
from main.models.participants import customer_of
from main.tests.support.chat_client import Wire, open_wire
from main.tests.support.factories import EmployeeFactory, OrderFactory
from main.tests.support.live_shop import LiveShop, live_shop, make_session

# Seconds: so a test need not wait for long.
PACE = {"CHAT_HEARTBEAT": "1", "CHAT_RECHECK": "1"}


def session_of(user: User) -> str:
    return make_session(**{
        SESSION_KEY: str(user.pk),
        BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
        HASH_SESSION_KEY: user.get_session_auth_hash(),
        SIGNED_IN_AT: time.time(),
    })  # fmt: skip


def serve_module() -> None:
    """One server for all classes of a module; what they wrote is removed after the last."""
    unittest.addModuleCleanup(lambda: TransactionTestCase._fixture_teardown(ChatCase("setUp")))
    ChatCase.shop = unittest.enterModuleContext(live_shop(**PACE))


def say_all(order: Order, *texts: str) -> None:
    """As the customer, and past all sockets' rates."""
    author = customer_of(order, order.user)
    for text in texts:
        post_message(order_id=order.pk, cid=uuid.uuid4(), text=text, author=author)


@tag("server", "door")
class ChatCase(TransactionTestCase):
    """Each test has its own customer and order; what it wrote is removed after the class."""

    shop: LiveShop

    def _fixture_teardown(self):
        """Emptying the database after each test takes longer than the test."""

    def setUp(self):
        self.order = OrderFactory()
        self.colleague = EmployeeFactory(first_name="Olive", last_name="Office")
        self.customer, self.staff = session_of(self.order.user), session_of(self.colleague)

    def wire(self, session_key: str, *, order_id: int | None = None, **options):
        order_id = self.order.pk if order_id is None else order_id
        return open_wire(self.shop.port, order_id, session_key=session_key, **options)

    @contextlib.asynccontextmanager
    async def talker(self, session_key: str, *, after: int = 0) -> AsyncIterator[Wire]:
        """Who has said hello, and heard what there is."""
        async with self.wire(session_key) as wire:
            await wire.say("hello", after=after)
            await wire.expect("messages")
            yield wire

    async def rows(self, queryset) -> list:
        return await sync_to_async(list)(queryset)


async def send(wire: Wire, text: str, *, cid: str = "") -> dict:
    """Returns what the server makes of it: an ack or a refusal."""
    await wire.say("send", cid=cid or str(uuid.uuid4()), text=text)
    while True:
        frame = await wire.hear()
        if frame["type"] in ("ack", "refused"):
            return frame


async def texts(wire: Wire, upto: int) -> list[str]:
    """What is shown until the message of this number, in the order in which it came."""
    items: list[dict] = []
    while not items or items[-1]["seq"] < upto:
        items += (await wire.expect("messages"))["items"]
    return [item["text"] for item in items]
