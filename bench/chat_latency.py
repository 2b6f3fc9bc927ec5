#!/usr/bin/env python3
"""Time from sent to shown in rooms of two, through one web process, compared with a bare program.

    bench/chat_latency.py [--rates 50 200 400] [--seconds 15] [--rooms 100]

The shop (one Daphne, PostgreSQL, Redis) and bench/bare_chat.py (websockets and Redis Pub/Sub, which
stores nothing) in turn, with the same clients. Messages are sent at a steady rate, whether earlier
ones have arrived or not. Prints for each rate how many were acknowledged per second, how many were
lost (still not shown to the other side after 20 s without news), the server's CPU time, and the
milliseconds to the acknowledgement and to the other side.
Run it with .venv/bin/python. Needs PostgreSQL, Redis and Linux. Takes about 3 minutes.
"""

import argparse
import asyncio
import json
import sys
import time
import uuid
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from bench.chat_ground import cpu, ground, percentiles
from main.tests.support.live_services import Service

SETTLE = 20  # seconds without news, after which missing messages count as lost


class Bare(Service):
    def __init__(self, log: Path, redis_url: str) -> None:
        super().__init__(log)
        self.redis_url = redis_url

    def command(self) -> list[str]:
        program = str(Path(__file__).with_name("bare_chat.py"))
        return [sys.executable, program, str(self.port), self.redis_url]


class Load:
    """All clients of one run, and when each message was sent, acknowledged and shown."""

    def __init__(self) -> None:
        self.sent: dict[str, float] = {}
        self.acknowledged: dict[str, float] = {}
        self.shown: dict[str, float] = {}
        self.refused = 0
        self.authors: dict[str, object] = {}

    async def listen(self, wire, ready: asyncio.Event) -> None:
        await wire.say("hello", after=0)
        beat = asyncio.create_task(self._beat(wire))
        try:
            async for text in wire.connection:
                now = time.monotonic()
                frame = json.loads(text)
                match frame["type"]:
                    case "welcome":
                        ready.set()
                    case "ack":
                        self.acknowledged.setdefault(frame["cid"], now)
                    case "messages":
                        for item in frame["items"]:
                            if self.authors.get(item["cid"]) not in (None, wire):
                                self.shown.setdefault(item["cid"], now)
                    case "heartbeat" if "n" in frame:
                        await wire.say("heartbeat", got=frame["n"])
                    case "refused":
                        self.refused += 1
        finally:
            beat.cancel()

    async def _beat(self, wire) -> None:
        while True:
            await asyncio.sleep(10)
            await wire.say("heartbeat")

    async def say(self, wire) -> None:
        cid = str(uuid.uuid4())
        self.authors[cid] = wire
        self.sent[cid] = time.monotonic()
        await wire.say("send", cid=cid, text="Has it been sent? I need it on Friday.")

    async def settle(self) -> None:
        """Wait until everything is shown, or nothing more arrives."""
        last = time.monotonic()
        while len(self.shown) + len(self.acknowledged) < 2 * len(self.sent):
            last = max([last, *self.shown.values()])
            if time.monotonic() - last > SETTLE:
                return
            await asyncio.sleep(0.2)


def main() -> int:
    options = read_options()
    with ground() as here:
        from main.tests.support.chat_talk import make_rooms

        bare = here.own(Bare(here.folder / "bare.log", here.redis.url))
        rows = []
        for rate in options.rates:
            # New rooms each time, so that none starts with a long history.
            rooms = make_rooms(options.rooms)
            web = here.web()
            for name, service in (("shop", web), ("bare", bare)):
                service.start()
                rows.append((name, rate, *asyncio.run(run(service, rooms, rate, options.seconds))))
                service.end()
    print(f"{'':6}{'to send/s':>10}{'acked/s':>9}{'lost':>6}{'refused':>9}{'CPU s':>7}  ", end="")
    print("acknowledged ms: p50 p95 p99 worst    shown ms: p50 p95 p99 worst")
    for name, rate, pace, lost, refused, used, acknowledged, shown in rows:
        print(f"{name:6}{rate:10}{pace:9.0f}{lost:6}{refused:9}{used:7.1f}  {acknowledged}{shown}")
    return 1 if any(lost for name, _, _, lost, *_ in rows if name == "shop") else 0


def read_options():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rates", type=int, nargs="+", default=[50, 200, 400])
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--rooms", type=int, default=100)
    return parser.parse_args()


async def run(service, rooms, rate: int, seconds: float) -> tuple:
    from contextlib import AsyncExitStack

    from main.tests.support.chat_client import open_wire

    load = Load()
    async with AsyncExitStack() as stack:
        wires, readies, tasks = [], [], []
        for room in rooms:
            for session in room.sessions:
                opening = open_wire(
                    service.port,
                    room.order_id,
                    session_key=session,
                    max_queue=None,
                    open_timeout=20,
                )
                wires.append(await stack.enter_async_context(opening))
                readies.append(asyncio.Event())
                tasks.append(asyncio.create_task(load.listen(wires[-1], readies[-1])))
        await asyncio.gather(*[ready.wait() for ready in readies])
        before = cpu(service)
        began = time.monotonic()
        for number in range(int(rate * seconds)):
            await asyncio.sleep(max(0, began + number / rate - time.monotonic()))
            await load.say(wires[number * 7 % len(wires)])
        await load.settle()
        used = cpu(service) - before
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    took = max(load.acknowledged.values(), default=began) - began
    return (
        len(load.acknowledged) / max(took, seconds),
        len(load.sent) - len(load.shown),
        load.refused,
        used,
        percentiles(_took(load, load.acknowledged)),
        percentiles(_took(load, load.shown)),
    )


def _took(load: Load, times: dict[str, float]) -> list[float]:
    return [at - load.sent[cid] for cid, at in times.items()] or [float("nan")]


if __name__ == "__main__":
    sys.exit(main())
