"""Zero downtime: a crowd reads, buys and talks while a push replaces the release under it."""

import json
import os
import secrets
import statistics
import subprocess
import sys
import time
from pathlib import Path

from rehearsal import walk_shop
from rehearsal.facts import Push, clock
from rehearsal.host import Host
from rehearsal.load_seen import ROOMS, Pace, Seen, judge
from rehearsal.walk_browser import Browser, expect

ROOT = Path(__file__).resolve().parents[1]
GONE = 10.0  # seconds at most, from SIGTERM to the end
BEFORE, AFTER = 3.0, 12.0  # seconds of load; everyone reconnects after the switch
REST = 30.0  # seconds at most, until all messages are shown
CONTROL_ROOMS, CONTROL_SECONDS = 4, 3.0
LOOKS = 21  # at the list of books, of which the median counts


class Crowd:
    """Runs while the block runs; afterwards, `seen` is what it saw."""

    def __init__(self, host: Host, *, rooms: int = ROOMS, rest: float = REST) -> None:
        self.host = host
        self.pace = pace_of(host)
        self.seen: Seen
        self.sockets = 2 * rooms
        self._rooms, self._rest = rooms, rest
        self._process: subprocess.Popen

    def __enter__(self) -> "Crowd":
        where = {
            "url": self.host.url,
            "domain": self.host.domain,
            "port": self.host.port,
            "ca": str(self.host.ca),
            "rate": self.pace.rate,
            "kept": 1 / self.pace.part,
            "rooms": self._rooms,
            "every": self.pace.every,
            "rest": self._rest,
            "run": secrets.token_hex(4),
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "rehearsal.load_crowd", json.dumps(where)],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "ENV_FILE": "", **self.host.config},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # Ctrl-C is for us alone
        )
        try:
            self._read("ready")
            time.sleep(BEFORE)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None and self._process.stdin:
                self._process.stdin.close()
                self.seen = Seen(**self._read("codes"))
        finally:
            self._end()

    def _end(self) -> None:
        self._process.kill()
        self._process.wait()

    def _read(self, wanted: str) -> dict:
        line = self._process.stdout.readline() if self._process.stdout else ""
        expect(line.startswith("{"), f"the crowd ended before it said {wanted}")
        return json.loads(line)


def pace_of(host: Host) -> Pace:
    """What this machine can do, as one visitor sees it."""
    took = []
    with Browser(host) as browser:
        for _ in range(LOOKS):
            began = time.monotonic()
            browser.get("/products/all/")
            took.append(time.monotonic() - began)
    return Pace(statistics.median(took))


def zero_downtime(host: Host, commit: str) -> tuple[Push, list[str]]:
    """Push `commit` under load; return what was seen. Raises if a promise was broken."""
    walk_shop.import_books(host)
    before = host.current
    with Crowd(host) as crowd:
        push = host.push(commit)
        time.sleep(AFTER)
    seen = crowd.seen
    expect(push.accepted, f"the push was rejected: {push.reason}")
    expect(host.current and host.current is not before, "the old release serves on")
    web, worker = host.retired
    told_at = clock(web.told_at)
    judge(seen, pace=crowd.pace, sockets=crowd.sockets, seconds=push.seconds, told_at=told_at)
    for old in (web, worker):
        expect(not old.was_killed, f"the old {old.name} had to be killed")
        expect(old.seconds < GONE, f"the old {old.name} took {old.seconds:.1f} s to end")
    gone = f"gone after SIGTERM: the old web {web.seconds:.1f} s, worker {worker.seconds:.1f} s"
    return push, [str(crowd.pace), *seen.lines, gone]


def control(host: Host) -> str:
    """The control: with nothing serving, the same crowd must see failures."""
    with Crowd(host, rooms=CONTROL_ROOMS, rest=0) as crowd:
        host.running["web"].end()
        time.sleep(CONTROL_SECONDS)
    failed = len(crowd.seen.failures)
    expect(failed, "nothing failed though nothing served: this load sees nothing")
    return f"{failed} requests failed while nothing served"
