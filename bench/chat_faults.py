#!/usr/bin/env python3
"""The conversation's promise under faults: what is acknowledged is stored, and shown once.

    bench/chat_faults.py [--rooms 50] [--seconds 60] [--without resend|dedupe|heal]

Rooms of two talk at random through two web processes, while these are killed with -9 and
replaced, one is told to end, Redis is restarted and then away for a sixth of the time, PostgreSQL
is cut off and recovers, and the channel layer drops 30% of all nudges, doubles 30% and delays 30%
past others. Prints what happened and, last, `kept` or `broken`; fails if it is broken.

--without takes one habit away from the clients, as a negative control: then it must be broken.
Run it with .venv/bin/python. Needs PostgreSQL, Redis and Linux. Takes about 80 seconds.
"""

import argparse
import asyncio
import random
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from bench.chat_ground import ground, percentiles


def main() -> int:
    options = read_options()
    with ground() as here:
        from django.db import connection

        from main.tests.support.chat_client import Habits
        from main.tests.support.chat_talk import make_rooms, talk

        rooms = make_rooms(options.rooms, Habits(**dict.fromkeys(options.without, False)))
        webs = [here.web("main.tests.support.faulty_asgi") for _ in range(2)]
        for web in webs:
            web.start()
        connection.close()  # or it would be cut off with the others
        trouble = Trouble(here, webs, options.seconds / 60)
        settled = asyncio.run(
            talk(
                rooms, find_port=lambda: random.choice(webs).port, trouble=trouble.happen,
                seconds=options.seconds, every=2.0, settle=30,
            )
        )  # fmt: skip
        problems = [problem for room in rooms for problem in room.problems()]
        report(rooms, trouble, settled, here)
    print("\n".join(problems[:20]))
    print(f"broken: {len(problems)} times" if problems else "kept")
    return 1 if problems else 0


def read_options():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rooms", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument(
        "--without", action="append", default=[], choices=["resend", "dedupe", "heal"]
    )
    return parser.parse_args()


class Trouble:
    """What goes wrong, and when; takes 55 seconds at a scale of 1."""

    def __init__(self, here, webs, scale: float) -> None:
        self.here, self.webs, self.scale = here, webs, scale
        self.events: list[tuple[str, float, float]] = []

    async def happen(self) -> None:
        start = time.monotonic()
        for at, name, act in [
            (4, "web process killed, replaced", lambda: self.replace(0)),
            (11, "the other killed, replaced", lambda: self.replace(1)),
            (18, "Redis killed, restarted", lambda: self.lose_redis(0)),
            (24, "Redis away", lambda: self.lose_redis(10 * self.scale)),
            (38, "web process told to end, replaced", lambda: self.replace(0, kill=False)),
            (44, "PostgreSQL cut off, recovered", self.lose_postgres),
            (51, "web process killed, replaced", lambda: self.replace(1)),
        ]:
            await asyncio.sleep(max(0, start + at * self.scale - time.monotonic()))
            began = time.monotonic()
            await asyncio.to_thread(act)
            self.events.append((name, began, time.monotonic()))

    def replace(self, number: int, *, kill: bool = True) -> None:
        web = self.webs[number]
        if kill:
            web.kill()
        else:
            web.end()
        web.start()

    def lose_redis(self, seconds: float) -> None:
        self.here.redis.kill()
        time.sleep(seconds)
        self.here.redis.start()

    def lose_postgres(self) -> None:
        self.here.postgres.crash()
        self.here.postgres.start()


def report(rooms, trouble, settled: float, here) -> None:
    said = [said for room in rooms for said in room.said.values()]
    took = [one.took for one in said if one.shown_at]
    clients = [client for room in rooms for client in room.clients]
    codes = sum((client.closed_with for client in clients), Counter())
    print(f"{len(said)} messages in {len(rooms)} rooms; never shown: {len(said) - len(took)}")
    print(f"sent to shown, ms: p50, p95, p99, worst {percentiles(took)}")
    print(f"all quiet {settled:.1f} s after the last; sockets closed with {dict(codes)}")
    print(f"\n{'what':36} {'took s':>7} {'back after s':>13}")
    for name, began, ended in trouble.events:
        waits = [
            one.shown_at - max(one.at, ended)
            for one in said
            if one.shown_at and one.at < ended + 1 and one.shown_at > began
        ]
        print(f"{name:36} {ended - began:7.1f} {max(waits, default=0):13.1f}")
    logs = "".join(log.read_text() for log in here.folder.glob("web*.log"))
    print(f"\ntracebacks in the logs of the web processes: {logs.count('Traceback')}")


if __name__ == "__main__":
    sys.exit(main())
