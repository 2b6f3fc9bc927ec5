"""Zero downtime: a crowd reads, buys and talks while a push replaces the release under it."""

import json
import os
import secrets
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

from rehearsal import walk_shop
from rehearsal.facts import Push
from rehearsal.host import Host
from rehearsal.walk_browser import expect

SUPPORT = Path(__file__).resolve().parents[1]
RATE, ROOMS, EVERY = 20, 50, 6.0
BACK, GONE = 10.0, 10.0  # seconds at most
BEFORE, AFTER = 3.0, 12.0  # seconds of load: after the switch everyone comes back
REST = 30.0  # seconds at most, until all that was said is shown
CONTROL_ROOMS, CONTROL_SECONDS = 4, 3.0
RESTART = "4012"


@dataclass(frozen=True)
class Seen:
    """What the crowd saw."""

    counts: dict[str, int]
    failures: list[str]
    retried: list[str]
    took: list[float]
    lost_orders: list[str]
    problems: list[str]
    said: int
    unshown: int
    shown_after: list[float]
    codes: dict[str, int]
    back_after: list[float]
    settled: float
    gone_after: float = 0.0  # seconds from SIGTERM until the old release was gone

    @property
    def lines(self) -> list[str]:
        """The figures, for whoever reads them."""
        new, kept, bought = (self.counts.get(kind, 0) for kind in ("new", "kept", "buying"))
        return [
            f"requests: {new} on new connections, {kept} on kept ones, {bought} of buyers",
            f"failed {len(self.failures)}, retried as browsers do {len(self.retried)}",
            f"answers, ms: {_spread(self.took)}",
            f"messages: {self.said}, never shown {self.unshown}",
            f"shown after, ms: {_spread(self.shown_after)}",
            f"sockets closed with {self.codes}; back after, ms: {_spread(self.back_after)}",
            f"the old release was gone {self.gone_after:.1f} s after SIGTERM",
        ]


class Crowd:
    """Runs beside whatever happens in the block; then `seen` is what it saw."""

    def __init__(self, host: Host, *, rooms: int = ROOMS, rest: float = REST) -> None:
        self.host = host
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
            "rate": RATE,
            "rooms": self._rooms,
            "every": EVERY,
            "rest": self._rest,
            "run": secrets.token_hex(4),
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "rehearsal.load_crowd", json.dumps(where)],
            cwd=SUPPORT,
            env={"PATH": os.environ["PATH"], "ENV_FILE": "", **self.host.config},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
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


def zero_downtime(host: Host, commit: str) -> tuple[Push, Seen]:
    """The push of `commit` under load. Raises what did not go as promised."""
    walk_shop.import_books(host)
    before = host.current
    with Crowd(host) as crowd:
        push = host.push(commit)
        time.sleep(AFTER)
    seen = crowd.seen
    expect(push.accepted, f"the push was rejected: {push.reason}")
    expect(host.current and host.current is not before, "the old release serves on")
    judge(seen, sockets=crowd.sockets)
    retired = host.retired
    if retired is None:
        raise AssertionError("nobody says how the old release ended")
    expect(not retired.was_killed, "the old release had to be killed")
    expect(retired.seconds < GONE, f"the old release took {retired.seconds:.1f} s to end")
    return push, replace(seen, gone_after=retired.seconds)


def judge(seen: Seen, *, sockets: int) -> None:
    """Raises the first promise that was not kept."""
    expect(not seen.failures, f"{len(seen.failures)} requests failed: {seen.failures[:5]}")
    expect(not seen.lost_orders, f"orders: {seen.lost_orders[:5]}")
    expect(not seen.problems, f"conversations: {seen.problems[:5]}")
    told = seen.codes.get(RESTART, 0)
    expect(told == sockets, f"{told} of {sockets} sockets were told of the restart: {seen.codes}")
    last = seen.back_after[-1]
    expect(last < BACK, f"the last socket was back after {last:.1f} s")


def control(host: Host) -> str:
    """Without a release to switch to, the same crowd must see it. The host serves nothing then."""
    with Crowd(host, rooms=CONTROL_ROOMS, rest=0) as crowd:
        expect(host.current, "nothing serves")
        if host.current:
            os.kill(host.current.web, signal.SIGTERM)
        time.sleep(CONTROL_SECONDS)
    failed = len(crowd.seen.failures)
    expect(failed, "nothing failed though nothing served: this load sees nothing")
    return f"{failed} requests failed while nothing served"


def _spread(seconds: list[float]) -> str:
    """Median, 95th, 99th and worst."""
    if not seconds:
        return "none"
    last = len(seconds) - 1
    picked = [seconds[min(last, int(len(seconds) * part))] for part in (0.5, 0.95, 0.99)]
    names = ("p50", "p95", "p99", "worst")
    pairs = zip(names, [*picked, seconds[-1]], strict=True)
    return ", ".join(f"{name} {value * 1000:.0f}" for name, value in pairs)
