#!/usr/bin/env python3
"""What many sockets cost: memory of idle ones, a crowd that reconnects, one that never reads.

    bench/chat_sockets.py [memory] [crowd] [deaf] [idle] [presence]

memory    bytes of one web process for each of 2,000 idle sockets, compared with a socket of the
          same server that does nothing
crowd     1,000 sockets that lose their server and reconnect at once: seconds until all are served
deaf      a client that never reads while it fetches history and receives messages: how much the
          process grows, and when it closes the socket
idle      20 sockets with nothing but heartbeats for 70 s: how many are still open, and get the next
          message
presence  milliseconds to read who of 200 people is there, among 200,000 other keys, and the
          commands used

Without a name, all of them. Run it with .venv/bin/python. Needs PostgreSQL, Redis and Linux.
"""

import argparse
import asyncio
import json
import sys
import time
import uuid
from contextlib import AsyncExitStack, suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from bench.chat_ground import ground, percentiles, rss

KIB, MIB = 1024, 1024 * 1024


def main() -> int:
    parts = {
        "memory": memory, "crowd": crowd, "deaf": deaf, "idle": idle, "presence": presence
    }  # fmt: skip
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", default=list(parts), metavar="part")
    chosen = parser.parse_args().parts
    if unknown := set(chosen) - set(parts):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    with ground() as here:
        for name in chosen:
            print(f"{name}: {parts[name](here)}", flush=True)
    return 0


async def open_all(stack: AsyncExitStack, port: int, rooms, *, at_once: int = 25) -> list:
    """A welcomed socket for each side of each room."""
    from main.tests.support.chat_client import open_wire

    gate = asyncio.Semaphore(at_once)

    async def enter(order_id: int, session: str):
        async with gate:
            wire = await stack.enter_async_context(
                open_wire(port, order_id, session_key=session, open_timeout=60)
            )
            await wire.say("hello", after=0)
            await wire.expect("welcome", 60)
            return wire

    doors = [(room.order_id, session) for room in rooms for session in room.sessions]
    return await asyncio.gather(*[enter(*door) for door in doors])


# --- Parts ----------------------------------------------------------------------------------


def memory(here) -> str:
    from main.tests.support.chat_talk import make_rooms

    rooms = make_rooms(1000)
    web, bare = here.web(), here.web("bench.idle_asgi")
    web.start()
    asyncio.run(_warm_up(web.port, rooms[:20]))
    shop = asyncio.run(_growth(web, rooms, greet=True))
    web.end()
    bare.start()
    least = asyncio.run(_growth(bare, rooms, greet=False))
    bare.end()
    return f"{shop / KIB:.1f} KiB a socket; one that does nothing {least / KIB:.1f} KiB"


async def _warm_up(port: int, rooms) -> None:
    async with AsyncExitStack() as stack:
        await open_all(stack, port, rooms)


async def _growth(service, rooms, *, greet: bool) -> float:
    from main.tests.support.chat_client import open_wire

    before = rss(service)
    async with AsyncExitStack() as stack:
        if greet:
            wires = await open_all(stack, service.port, rooms)
        else:
            wires = [
                await stack.enter_async_context(open_wire(service.port, room.order_id))
                for room in rooms
                for _ in room.sessions
            ]
        await asyncio.sleep(3)
        return (rss(service) - before) / len(wires)


def crowd(here) -> str:
    from main.tests.support.chat_talk import make_rooms

    rooms = make_rooms(500)
    web = here.web()
    web.start()
    first = asyncio.run(_served_after(web, rooms))
    web.kill()
    # They connect while it starts, and find it as soon as it is up.
    web.start()
    again = asyncio.run(_served_after(web, rooms))
    web.end()
    return f"1,000 sockets at once: all served after {first:.1f} s; after a restart {again:.1f} s"


async def _served_after(web, rooms) -> float:
    async with AsyncExitStack() as stack:
        began = time.monotonic()
        await open_all(stack, web.port, rooms, at_once=1000)
        return time.monotonic() - began


def deaf(here) -> str:
    from main.actions.conversations import post_message
    from main.models import Participant, Role
    from main.tests.support.chat_talk import make_rooms

    (room,) = make_rooms(1)
    author = Participant(role=Role.CUSTOMER, user_id=None, name="Ada Reader")
    for _ in range(300):
        post_message(order_id=room.order_id, cid=uuid.uuid4(), text="x" * 4000, author=author)
    web = here.web()
    web.start()
    asyncio.run(_warm_up(web.port, [room]))
    before = rss(web)
    grown, hung_up = asyncio.run(_not_reading(web, room, before))
    web.end()
    return f"the process grew by at most {grown / MIB:.1f} MB; it hung up after {hung_up:.0f} s"


async def _not_reading(web, room, before: int) -> tuple[int, float]:
    """The most by which the process grew, and when the server closed the socket."""
    from websockets.exceptions import ConnectionClosed

    from main.tests.support.chat_client import ChatClient, open_wire

    lively = ChatClient(lambda: web.port, room.order_id, room.sessions[1])
    talking = asyncio.create_task(lively.run())
    most, began, hung_up = 0, time.monotonic(), float("inf")
    async with open_wire(web.port, room.order_id, session_key=room.sessions[0]) as listless:
        await listless.say("hello", after=0)
        await listless.hear()
        listless.connection.transport.pause_reading()
        while time.monotonic() - began < 30:
            await lively.send("y" * 4000)
            try:
                await listless.say("fetch", after=0, limit=100)
            except (ConnectionClosed, OSError):
                hung_up = min(hung_up, time.monotonic() - began)
            most = max(most, rss(web) - before)
            await asyncio.sleep(0.4)
    talking.cancel()
    return most, hung_up


def idle(here) -> str:
    from main.tests.support.chat_talk import make_rooms

    rooms = make_rooms(10)
    web = here.web()
    web.start()
    up, served = asyncio.run(_idle(web, rooms))
    web.end()
    return f"{up} of 20 sockets still up after 70 s, {served} of 20 shown the next message"


async def _idle(web, rooms) -> tuple[int, int]:
    async with AsyncExitStack() as stack:
        wires = await open_all(stack, web.port, rooms)
        for _ in range(7):
            await asyncio.sleep(10)
            for wire in wires:
                await wire.say("heartbeat")
        up = sum(wire.connection.close_code is None for wire in wires)
        for wire in wires[::2]:
            await wire.say("send", cid=str(uuid.uuid4()), text="Are you still there?")
        heard = await asyncio.gather(*[_hears(wire) for wire in wires])
        return up, sum(heard)


async def _hears(wire) -> bool:
    with suppress(Exception):
        while "Are you still there?" not in json.dumps(await wire.expect("messages", 5)):
            pass
        return True
    return False


def presence(here) -> str:
    import redis as redis_client

    client = redis_client.Redis.from_url(here.redis.url)
    with client.pipeline(transaction=False) as many:
        for number in range(200_000):
            many.set(f"unrelated:{number}", number)
        many.execute()
    times = asyncio.run(_read_presence(client))
    stats = client.info("commandstats")
    used = sorted(name.removeprefix("cmdstat_") for name in stats if "config" not in name)
    inside = stats["cmdstat_eval"]["usec_per_call"] / 1000
    return (
        f"200 online among {client.dbsize():,} keys, ms: p50 p95 p99 worst "
        f"{percentiles(times, digits=2)}, of which in Redis {inside:.2f}; "
        f"commands: {', '.join(used)}"
    )


async def _read_presence(client) -> list[float]:
    from main.gateways import presence as people
    from main.gateways.shared_redis import attempt

    order_id = 7
    for number in range(200):
        await people.touch(
            order_id, {"who": f"staff-{number}", "name": f"Member {number}", "role": "staff"}
        )
    # As seen by another process, which knows none of them itself.
    people._here.clear()
    client.config_resetstat()
    times = []
    for _ in range(300):
        began = time.perf_counter()
        found = await people.online(order_id)
        times.append(time.perf_counter() - began)
        if len(found) != 200:
            raise AssertionError(f"{len(found)} of 200 were found.")
    await attempt(lambda redis: redis.aclose())
    return times


if __name__ == "__main__":
    sys.exit(main())
