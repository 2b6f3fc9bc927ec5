"""What is acknowledged is stored and shown once, in one order, whatever fails meanwhile.

For longer and with more rooms: bin/prove conversation. With more trouble too: bench/chat_faults.py.
"""

import asyncio
import random
import tempfile
from pathlib import Path

from django.test import TransactionTestCase, tag

from main.tests.support.chat_client import Habits
from main.tests.support.chat_talk import make_rooms, talk
from main.tests.support.live_services import Redis, Web, database_url

# One heartbeat is a second here, the layer loses a third of all nudges, and acknowledgements take
# so long that who is cut off surely misses some.
ENVIRONMENT = {
    "CHAT_HEARTBEAT": "1", "ACKS_LATE": "1.2", "TASKS_BACKEND": "database", "DEBUG": "true"
}  # fmt: skip


@tag("server", "door")
class FaultTests(TransactionTestCase):
    rooms = 6
    rounds = 1  # of trouble, of four and a half seconds each
    every = 0.6  # seconds between what one person says, on average

    def setUp(self):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.redis = Redis(folder / "redis.log")
        environment = ENVIRONMENT | {"DATABASE_URL": database_url(), "REDIS_URL": self.redis.url}
        self.webs = [
            Web(folder / f"web{number}.log", "main.tests.support.faulty_asgi", **environment)
            for number in range(2)
        ]
        for service in (self.redis, *self.webs):
            self.addCleanup(service.kill)
            service.start(wait=False)
        for service in (self.redis, *self.webs):
            service.wait_until_up()

    async def trouble(self):
        for _ in range(self.rounds):
            await self.round()
            # On a slow machine they start for longer than a round lasts: nobody could ever talk.
            for web in self.webs:
                await asyncio.to_thread(web.wait_until_up)

    async def round(self):
        """Each web process is killed and replaced, Redis restarted, then away for a while."""
        await asyncio.sleep(0.7)
        self.webs[0].kill()
        self.webs[0].start(wait=False)
        await asyncio.sleep(0.3)
        self.redis.kill()
        await asyncio.to_thread(self.redis.start)
        await asyncio.sleep(1.8)
        self.webs[1].kill()
        self.webs[1].start(wait=False)
        await asyncio.sleep(0.3)
        self.redis.kill()
        await asyncio.sleep(1)
        await asyncio.to_thread(self.redis.start)

    def test_the_promise_holds_and_without_resending_or_without_keys_it_would_not(self):
        rooms = make_rooms(self.rooms, Habits(patience=1))
        forgetful = make_rooms(2, Habits(resend=False, patience=1))
        keyless = make_rooms(3, Habits(dedupe=False, patience=1))

        def find_port() -> int:
            return random.choice(self.webs).port

        asyncio.run(
            talk(
                [*rooms, *forgetful, *keyless], find_port=find_port, trouble=self.trouble,
                seconds=4.5 * self.rounds, every=self.every, settle=120,
            )
        )  # fmt: skip
        self.assertEqual([problem for room in rooms for problem in room.problems()], [])
        said = sum(len(room.said) for room in rooms)
        self.assertGreater(said, 6 * self.rooms * self.rounds / self.every)
        self.assertIn("were lost", self.problems_of(forgetful))
        self.assertIn("are stored twice", self.problems_of(keyless))

    def problems_of(self, rooms) -> str:
        return "\n".join(problem for room in rooms for problem in room.problems())
