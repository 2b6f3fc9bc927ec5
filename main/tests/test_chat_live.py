"""Whether messages come at once is told to everyone: in `welcome`, and as soon as it changes."""

import asyncio
import json
from types import SimpleNamespace
from unittest.mock import patch

from django.test import SimpleTestCase, override_settings, tag

from main.models import Participant, Role
from main.reports.conversations import Standing
from main.sockets import hub, subscriptions
from main.sockets.conversation import ConversationSocket

ADA = Participant(role=Role.CUSTOMER, name="Ada Reader", user_id=1)


class FakeLayer:
    """A channel layer over which nothing comes, and which may be away."""

    is_live, times_back, is_refusing = True, 0, False

    def __init__(self):
        self.joined = []

    async def new_channel(self):
        return "channel"

    async def receive(self, channel):
        await asyncio.Event().wait()

    async def group_add(self, group, channel):
        if self.is_refusing:
            raise OSError
        self.joined.append(group)

    async def group_discard(self, group, channel):
        pass

    async def group_send(self, group, message):
        pass


async def until(condition):
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.005)


@tag("once")
@override_settings(REDIS_URL="", CHAT_HEARTBEAT=7)
class LiveTests(SimpleTestCase):
    def setUp(self):
        self.frames = []
        self.enterContext(patch.object(hub, "TICK", 0.01))
        self.enterContext(patch.object(hub, "GRACE", 0))
        # Nothing is in the database, and nobody is asked who this is.
        standing = Standing(head=3, reads={})
        read = {"return_value": (standing, [], False)}
        self.enterContext(patch.object(ConversationSocket, "_read_beginning", **read))
        self.enterContext(patch("main.sockets.timeline.read_heads", return_value={}))

    async def send(self, message):
        self.frames.append(json.loads(message["text"]))

    @property
    def lives(self):
        return [(frame["type"], frame["live"]) for frame in self.frames if "live" in frame]

    async def enter(self, layer):
        with patch.object(subscriptions, "get_channel_layer", lambda: layer):
            hub._hubs.pop(asyncio.get_running_loop(), None)
            socket = ConversationSocket(order_id=1, session_key="", send=self.send)
        socket.participant, socket.person = ADA, "ada"
        socket.begin()
        socket.take('{"type": "hello", "after": 3}')
        await until(lambda: self.frames)
        return socket

    async def test_the_loss_and_the_return_are_told_at_once_and_the_return_after_joining(self):
        layer = FakeLayer()
        socket = await self.enter(layer)
        self.assertEqual(self.lives, [("welcome", True)])
        layer.is_live = False
        await until(lambda: len(self.lives) == 2)
        # As long as the groups are not joined again, nothing comes.
        layer.is_live, layer.times_back, layer.is_refusing = True, 1, True
        layer.joined.clear()
        socket.take('{"type": "heartbeat"}')
        await until(lambda: len(self.lives) == 3)
        layer.is_refusing = False
        await until(lambda: len(self.lives) == 4)
        self.assertEqual([live for _, live in self.lives], [True, False, False, True])
        self.assertEqual(layer.joined, ["conversation.1", "person.1"])
        self.assertEqual(self.frames[-1], {"type": "heartbeat", "head": 3, "live": True})
        await socket.end(is_restart=True)

    async def test_who_comes_while_it_is_away_is_told_so_in_welcome(self):
        layer = FakeLayer()
        layer.is_live = False
        socket = await self.enter(layer)
        self.assertEqual(self.lives[0], ("welcome", False))
        self.assertEqual(self.frames[0]["heartbeat"], 7)
        await socket.end(is_restart=True)

    async def test_a_layer_that_cannot_tell_is_taken_to_be_live(self):
        layer = SimpleNamespace(**{
            name: getattr(FakeLayer(), name)
            for name in ("new_channel", "receive", "group_add", "group_discard", "group_send")
        })  # fmt: skip
        socket = await self.enter(layer)
        socket.take('{"type": "heartbeat"}')
        await until(lambda: len(self.lives) == 2)
        self.assertEqual(self.lives, [("welcome", True), ("heartbeat", True)])
        await socket.end(is_restart=True)
