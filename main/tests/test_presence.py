"""Who is there, how many sockets somebody has, and how fast they may send: Redis, and without."""

import asyncio
import time
from unittest.mock import Mock, patch

from django.conf import settings
from django.test import SimpleTestCase, override_settings, tag
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from main.gateways import presence, rates, seats, shared_redis
from main.gateways.rates import TokenBucket
from main.models import Participant, Role
from main.sockets import hub
from main.sockets.rooms import Room
from main.tests.support.needs import WITH_REDIS

ADA = {"who": "customer", "name": "Ada", "role": "customer"}
OLIVE = {"who": "staff-7", "name": "Olive: of “office”", "role": "staff"}


class PresenceSentences:
    """What holds with Redis and without."""

    async def test_who_is_there_is_there_until_they_leave(self):
        self.assertEqual(await presence.touch(1, ADA), [ADA])
        there = await presence.touch(1, OLIVE)
        self.assertCountEqual(there, [ADA, OLIVE])
        await presence.touch(2, OLIVE)
        self.assertCountEqual(await presence.online(1), [ADA, OLIVE])
        self.assertEqual(await presence.leave(1, ADA), [OLIVE])
        self.assertEqual(await presence.everywhere(), {1: [OLIVE], 2: [OLIVE]})
        self.assertEqual(await presence.leave(1, OLIVE), [])
        self.assertEqual(await presence.everywhere(), {2: [OLIVE]})

    async def test_who_is_no_longer_with_this_process_is_not_said_again(self):
        await presence.touch(1, ADA)
        await presence.touch(2, ADA)
        everyone = await presence.refresh({2: [ADA], 3: [OLIVE]})
        self.assertEqual(everyone, {2: [ADA], 3: [OLIVE]})

    async def test_a_person_has_ten_seats_and_a_seat_that_was_left_is_free(self):
        taken = [await seats.take("p", f"s{n}") for n in range(11)]
        self.assertEqual(taken, [True] * 10 + [False])
        self.assertTrue(await seats.take("q", "s"))
        await seats.leave("p", "s3")
        await seats.keep()
        self.assertTrue(await seats.take("p", "s11"))
        self.assertFalse(await seats.take("p", "s12"))

    async def test_forty_messages_at_once_and_ten_a_second(self):
        waits = [await rates.take_send("p") for _ in range(42)]
        self.assertEqual(waits[:40], [0] * 40)
        self.assertTrue(0 < waits[41] <= 0.1, waits[41])
        self.assertEqual(await rates.take_send("q"), 0)


class WithoutPeople:
    def setUp(self):
        for known in (presence._here, seats._seats, rates._paces):
            known.clear()
            self.addCleanup(known.clear)


@tag("once")
@override_settings(REDIS_URL="")
class InProcessTests(WithoutPeople, PresenceSentences, SimpleTestCase):
    pass


class RedisCase(WithoutPeople, SimpleTestCase):
    """With the Redis that runs beside these tests."""

    def setUp(self):
        super().setUp()
        self.redis = Redis.from_url(settings.REDIS_URL)
        self.remove_all()
        self.addCleanup(self.remove_all)

    def remove_all(self):
        if keys := self.redis.keys("booktime:*"):
            self.redis.delete(*keys)


@tag("door")
@WITH_REDIS
class RedisTests(PresenceSentences, RedisCase):
    async def test_a_process_that_was_killed_is_forgotten_after_a_while(self):
        with patch.object(presence, "LASTS", 1), patch.object(presence, "_PROCESS", "killed"):
            await presence.touch(1, ADA)
        presence._here.clear()
        self.assertEqual(await presence.online(1), [ADA])
        self.assertEqual(await presence.everywhere(), {1: [ADA]})
        # Not by its key's expiry, which is later.
        time.sleep(1.1)
        self.assertEqual(await presence.online(1), [])
        self.assertEqual(await presence.everywhere(), {})

    async def test_seats_of_a_process_that_was_killed_are_free_within_seconds(self):
        with patch.object(seats, "_PROCESS", "killed"), patch.object(seats, "LIVES", 0.8):
            for n in range(8):
                await seats.take("p", f"{n}")
        seats._seats.clear()
        with patch.object(seats, "_PROCESS", "living"):
            # As long as it may be alive its seats are taken; after that all come in.
            with patch.object(seats, "PATIENCE", 0):
                taken = [await seats.take("p", f"{n}") for n in range(3)]
            self.assertEqual(taken, [True, True, False])
            began = time.monotonic()
            taken = await asyncio.gather(*(seats.take("p", f"{n}") for n in range(2, 10)))
            self.assertEqual(taken, [True] * 8)
            self.assertLess(time.monotonic() - began, 2)
        seats._seats.clear()
        # And of those who live none has lost theirs.
        with patch.object(seats, "PATIENCE", 0):
            self.assertFalse(await seats.take("p", "one more"))

    async def test_a_process_says_by_itself_that_it_lives(self):
        with patch.object(seats, "SIGN", 0.05), patch.object(seats, "LIVES", 0.3):
            for n in range(10):
                await seats.take("p", f"{n}")
            await asyncio.sleep(0.6)
            with patch.object(seats, "_PROCESS", "other"), patch.object(seats, "PATIENCE", 0):
                mine, seats._seats["p"] = seats._seats["p"], set()
                self.assertFalse(await seats.take("p", "one more"))
            seats._seats["p"] = mine

    async def test_who_left_one_process_is_still_there_with_another(self):
        with patch.object(presence, "_PROCESS", "other"):
            await presence.touch(1, ADA)
        await presence.touch(1, ADA)
        self.assertEqual(await presence.leave(1, ADA), [ADA])

    async def test_limits_count_over_all_processes(self):
        for process in range(2):
            with (
                patch.object(seats, "_PROCESS", f"process {process}"),
                patch.object(seats, "PATIENCE", 0),
            ):
                seats._seats.clear()
                taken = [await seats.take("p", f"{n}") for n in range(6)]
                self.assertEqual(taken.count(True), 6 - 2 * process)
        waits = [await rates.take_send("p") for _ in range(30)]
        rates._paces.clear()
        waits += [await rates.take_send("p") for _ in range(12)]
        self.assertEqual(waits[:40], [0] * 40)
        self.assertGreater(waits[41], 0)

    async def test_no_key_says_who(self):
        await presence.touch(1, ADA | {"who": "staff-42"})
        await seats.take("a-digest", "s")
        names = b" ".join(self.redis.keys("booktime:*")).decode()
        self.assertNotIn("42", names)
        self.assertNotIn("Ada", names)


@tag("door")
@WITH_REDIS
class ManyKeysTests(RedisCase):
    """Two hundred people, among the many keys of a Redis that holds other things too."""

    keys = 2_000

    def setUp(self):
        super().setUp()
        fill = "for i = 1, ARGV[1] do redis.call('SET', 'booktime:x' .. i, i) end"
        self.redis.eval(fill, 0, self.keys)
        self.redis.config_resetstat()

    def looked_through(self) -> set[str]:
        return set(self.redis.info("commandstats")) & {"cmdstat_keys", "cmdstat_scan"}

    async def test_all_are_read_at_once(self):
        people = [{"who": f"staff-{n}", "name": f"Name {n}", "role": "staff"} for n in range(200)]
        await presence.refresh({number: [person] for number, person in enumerate(people)})
        reading = []
        for _ in range(20):
            began = time.perf_counter()
            found = await shared_redis.attempt(
                lambda redis: redis.eval(presence._READ, 1, presence._EVERYWHERE)
            )
            reading.append(time.perf_counter() - began)
        self.assertEqual(len(found), 200)
        bare = []
        for _ in range(20):
            began = time.perf_counter()
            await shared_redis.attempt(lambda redis: redis.ping())
            bare.append(time.perf_counter() - began)
        # Beside a bare question, since machines differ: about ten of them, on one that is idle.
        self.assertLess(min(reading), 40 * min(bare))
        self.assertEqual(self.looked_through(), set())

    def test_looking_through_the_keys_would_be_seen(self):
        [*self.redis.scan_iter("booktime:*", count=1_000)]
        self.assertEqual(self.looked_through(), {"cmdstat_scan"})


@tag("door")
class RedisAwayTests(WithoutPeople, PresenceSentences, SimpleTestCase):
    """Each process knows its own, and nobody waits for what does not answer."""

    def setUp(self):
        super().setUp()
        # Nothing listens there.
        self.enterContext(override_settings(REDIS_URL="redis://127.0.0.1:9"))
        self.logs = self.enterContext(self.assertLogs("main.gateways.shared_redis"))

    async def test_a_redis_that_is_away_is_not_asked_each_time(self):
        began = time.monotonic()
        for _ in range(1000):
            await presence.online(1)
        self.assertLess(time.monotonic() - began, 1)
        self.assertEqual(len(self.logs.records), 1)


@tag("once")
# Nothing listens there, and nothing is asked.
@override_settings(REDIS_URL="redis://127.0.0.1:9")
class CancellationTests(WithoutPeople, SimpleTestCase):
    """What swallows a cancellation, as a driver may while it connects, ends all the same."""

    has_swallowed = False

    async def swallow(self, *_):
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            # Once only: where nobody heeds it these tests fail, and end.
            if self.has_swallowed:
                raise
            self.has_swallowed = True

    async def connect_badly(self, *_):
        await self.swallow()
        raise RedisConnectionError

    async def cancel(self, work):
        self.has_swallowed = False
        task = asyncio.create_task(work)
        await asyncio.sleep(0.02)
        task.cancel()
        await asyncio.wait([task], timeout=1)
        return task

    async def test_who_asks_is_cancelled_and_gets_no_answer(self):
        task = await self.cancel(shared_redis.attempt(self.swallow))
        self.assertTrue(task.cancelled())

    async def test_who_was_cancelled_before_and_tidies_up_gets_an_answer(self):
        async def tidy_up():
            await self.swallow()
            return await shared_redis.attempt(lambda _: asyncio.sleep(0, "tidy"))

        task = await self.cancel(tidy_up())
        self.assertEqual(task.result(), "tidy")

    async def test_the_upkeep_of_seats_and_of_rooms_ends(self):
        seats._seats["p"].add("s")
        house = hub.Hub()
        house._rooms[1] = room = Room(1)
        room.members.add(Mock(me=Participant(role=Role.CUSTOMER, user_id=1, name="Ada")))
        self.enterContext(
            patch("redis.asyncio.BlockingConnectionPool.get_connection", self.connect_badly)
        )
        self.enterContext(patch.object(presence, "REFRESH", 0))
        self.enterContext(patch.object(hub, "TICK", 0.001))
        for upkeep in (seats._say_so(), house._keep_up()):
            task = await self.cancel(upkeep)
            self.assertTrue(task.cancelled(), task)


@tag("once")
class TokenBucketTests(SimpleTestCase):
    def test_so_many_at_once_then_so_many_a_second(self):
        with patch("main.gateways.rates.time.monotonic") as clock:
            clock.return_value = 100.0
            bucket = TokenBucket(5, 20)
            self.assertEqual([bucket.take() for _ in range(21)], [0] * 20 + [0.2])
            clock.return_value = 100.2
            self.assertEqual([bucket.take(), bucket.take() > 0], [0, True])
            clock.return_value = 200.0
            self.assertTrue(bucket.is_full)
