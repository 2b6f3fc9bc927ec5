"""The channel layer when Redis goes away, comes back, and is asked for more than it takes."""

import asyncio
import tempfile
import time
from pathlib import Path

from django.test import SimpleTestCase, tag
from redis.exceptions import RedisError

from booktime.backends.channel_layer import GROUP_EXPIRY, ForgivingRedisLayer
from main.tests.support.live_services import Redis

LIMIT = 10  # seconds


@tag("server", "once")
class ForgivingRedisLayerTests(SimpleTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.redis = Redis(Path(folder) / "redis.log")
        cls.redis.start()
        cls.addClassCleanup(cls.redis.kill)

    def setUp(self):
        self.layer = ForgivingRedisLayer([self.redis.url], capacity=3)

    async def receive(self, channel):
        async with asyncio.timeout(LIMIT):
            return await self.layer.receive(channel)

    async def test_receivers_survive_a_redis_that_was_away_and_join_again(self):
        channels = [await self.layer.new_channel() for _ in range(3)]
        for channel in channels:
            await self.layer.group_add("room", channel)
        receiving = [asyncio.create_task(self.receive(channel)) for channel in channels]
        await asyncio.sleep(0.1)
        with self.assertLogs("booktime.backends.channel_layer") as logs:
            self.redis.kill()
            await asyncio.sleep(0.5)
            with self.assertRaises(RedisError):
                await self.layer.group_send("room", {"type": "nudge", "n": 1})
            self.assertEqual((self.layer.times_back, self.layer.is_live), (0, False))
            await asyncio.to_thread(self.redis.start)
            async with asyncio.timeout(LIMIT):
                while not self.layer.times_back:
                    await asyncio.sleep(0.05)
        said = [line.split(":")[2].split(" (")[0] for line in logs.output]
        self.assertEqual(said, ["Redis is away", "Redis is back."])
        # The groups went with Redis: nobody is nudged before they have joined again.
        await self.layer.group_send("room", {"type": "nudge", "n": 2})
        for channel in channels:
            await self.layer.group_add("room", channel)
        await self.layer.group_send("room", {"type": "nudge", "n": 3})
        self.assertEqual(await asyncio.gather(*receiving), [{"type": "nudge", "n": 3}] * 3)
        self.assertEqual((self.layer.times_back, self.layer.is_live), (1, True))

    async def test_a_redis_that_became_a_copy_is_away_until_it_takes_something(self):
        channel = await self.layer.new_channel()
        await self.layer.group_add("copied", channel)
        redis = self.layer.connection(0)
        with self.assertLogs("booktime.backends.channel_layer") as logs:
            await redis.replicaof("127.0.0.1", 1)  # nothing listens there
            receiving = asyncio.create_task(self.receive(channel))
            await asyncio.sleep(0.5)
            self.assertEqual((self.layer.times_back, self.layer.is_live), (0, False))
            await redis.replicaof("NO", "ONE")
            async with asyncio.timeout(LIMIT):
                while not self.layer.times_back:
                    await asyncio.sleep(0.05)
        self.assertEqual(len(logs.output), 2)
        await self.layer.group_send("copied", {"type": "nudge", "n": 1})
        self.assertEqual(await receiving, {"type": "nudge", "n": 1})

    async def test_what_a_full_channel_drops_is_logged_once(self):
        slow = f"specific.{'0' * 32}!"
        await self.layer.group_add("crowd", f"{slow}1")
        with self.assertLogs("booktime.backends.channel_layer") as logs:
            for number in range(6):
                await self.layer.group_send("crowd", {"type": "nudge", "n": number})
        self.assertEqual(
            [line.partition("channel_layer:")[2] for line in logs.output],
            ["The channel layer is full. Nudges dropped: 1, the last to crowd."],
        )
        self.assertEqual(self.layer._dropped, 2)

    async def test_a_group_that_nobody_joins_again_is_forgotten(self):
        here, gone = [await self.layer.new_channel() for _ in range(2)]
        await self.layer.group_add("left", here)
        key, long_ago = self.layer._group_key("left"), time.time() - GROUP_EXPIRY - 1
        await self.layer.connection(0).zadd(key, {gone: long_ago})
        await self.layer.group_send("left", {"type": "nudge"})
        self.assertEqual(await self.layer.connection(0).zrange(key, 0, -1), [here.encode()])

    async def test_what_was_sent_arrives_as_it_was_and_many_at_once_in_their_order(self):
        layer = ForgivingRedisLayer([self.redis.url])
        channels = [await layer.new_channel() for _ in range(2)]
        for channel in channels:
            await layer.group_add("room", channel)
        sent = [
            {"type": "nudge", "seq": number, "who": "staff-7", "on": True, "id": 123456789012}
            for number in range(250)
        ]
        for message in sent:
            await layer.group_send("room", message)
        for channel in channels:
            self.assertEqual([await layer.receive(channel) for _ in sent], sent)
