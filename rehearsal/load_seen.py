"""What a crowd saw, in figures, and whether it keeps the promises."""

from dataclasses import dataclass

from rehearsal.walk_browser import expect

# Where the list of books takes no longer than FAST seconds: requests a second, conversations, and
# seconds between two messages. Where it takes SLOW ones, too few would come to prove anything.
RATE, ROOMS, EVERY, FAST, SLOW = 20, 50, 6.0, 0.020, 0.150
BACK = 30.0  # seconds at most: on a slow machine the new release is warm after half of that
RESTART = "4012"
# With less than this, the crowd was not there all the time and might have missed failures.
LEAST_RATE, LEAST_TALK, STANDSTILL = 0.9, 0.6, 2.5
EACH = 12.0  # seconds, in which a buyer takes a step however slow the machine is


@dataclass(frozen=True)
class Pace:
    """How much the crowd does, by what the machine can do.

    On a machine that is half as fast, the same crowd would need all of the two cores that it shares
    with the shop and the build: requests would queue up until they fail, with or without a push.
    """

    page: float  # seconds that the list of books takes while nobody else is there

    @property
    def part(self) -> float:
        """Of what the crowd does on a fast machine; 1 at most."""
        return min(1.0, FAST / self.page)

    @property
    def rate(self) -> float:
        """Requests a second on new connections."""
        return RATE * self.part

    @property
    def every(self) -> float:
        """Seconds on average between two messages of one person."""
        return EVERY / self.part

    def __str__(self) -> str:
        return (
            f"a list of books takes {self.page * 1000:.0f} ms here: {self.rate:.1f} requests a "
            f"second, a message from each every {self.every:.0f} s"
        )


@dataclass(frozen=True)
class Seen:
    """What the crowd saw."""

    counts: dict[str, int]
    failures: list[str]
    retried: list[str]
    took: list[float]
    lost_orders: list[str]
    problems: list[str]
    seconds: float  # for which visitors came
    standstill: float  # the longest time without one who came
    said: int
    unshown: int
    shown_after: list[float]
    codes: dict[str, int]
    oddities: list[str]  # sockets that were not closed once, for the restart
    back_after: list[float]
    slowest: str  # how the last one came back
    settled: float

    @property
    def rate(self) -> float:
        """Requests a second on new connections."""
        return self.counts.get("new", 0) / self.seconds if self.seconds else 0.0

    @property
    def lines(self) -> list[str]:
        """The figures, for whoever reads them."""
        pause = f"{self.standstill:.1f} s"
        new, kept, bought = (self.counts.get(kind, 0) for kind in ("new", "kept", "buying"))
        return [
            f"requests: {new} on new connections, {kept} on kept ones, {bought} of buyers",
            f"{self.rate:.1f} a second for {self.seconds:.0f} s, no pause over {pause}",
            f"failed {len(self.failures)}, retried as browsers do {len(self.retried)}",
            f"answers, ms: {_spread(self.took)}",
            f"messages: {self.said}, never shown {self.unshown}",
            f"shown after, ms: {_spread(self.shown_after)}",
            f"sockets closed with {self.codes}; back after, ms: {_spread(self.back_after)}",
        ]


def judge(seen: Seen, *, pace: Pace, sockets: int, seconds: float, told_at: str) -> None:
    """Raises for the first broken promise. `seconds` is how long the push took under load."""
    # Else a shop that became slow would be asked for less and less.
    expect(pace.page < SLOW, f"the shop is too slow to be seen under load: {pace}")
    expect(not seen.failures, f"{len(seen.failures)} requests failed: {seen.failures[:5]}")
    _was_there(seen, pace=pace, sockets=sockets, seconds=seconds)
    expect(not seen.lost_orders, f"orders: {seen.lost_orders[:5]}")
    expect(not seen.problems, f"conversations: {seen.problems[:5]}")
    told = seen.codes.get(RESTART, 0)
    expect(
        told == sockets and not seen.oddities,
        f"{told} of {sockets} sockets were told of the restart: {seen.codes}; SIGTERM at "
        f"{told_at}; " + "; ".join(seen.oddities[:5]),
    )
    last = seen.back_after[-1]
    expect(
        last < BACK,
        f"the last socket was back after {last:.1f} s: {seen.slowest}; SIGTERM at {told_at}; "
        f"all, ms: {_spread(seen.back_after)}",
    )


def _was_there(seen: Seen, *, pace: Pace, sockets: int, seconds: float) -> None:
    """Raises unless everyone came, bought and talked at the planned rate for that long."""
    expect(seen.seconds >= seconds, f"visitors came for {seen.seconds:.0f} of {seconds:.0f} s")
    expect(seen.rate >= LEAST_RATE * pace.rate, f"{seen.rate:.1f} requests a second; {pace}")
    expect(seen.standstill < STANDSTILL, f"nobody came for {seen.standstill:.1f} s")
    for kind in ("kept", "buying"):
        came = seen.counts.get(kind, 0)
        expect(came >= seconds / EACH, f"{kind}: {came}; answers, ms: {_spread(seen.took)}")
    spoken = LEAST_TALK * sockets * seconds / pace.every
    expect(seen.said >= spoken, f"{seen.said} messages, not {spoken:.0f}")


def _spread(seconds: list[float]) -> str:
    """Median, 95th, 99th and worst."""
    if not seconds:
        return "none"
    last = len(seconds) - 1
    picked = [seconds[min(last, int(len(seconds) * part))] for part in (0.5, 0.95, 0.99)]
    names = ("p50", "p95", "p99", "worst")
    pairs = zip(names, [*picked, seconds[-1]], strict=True)
    return ", ".join(f"{name} {value * 1000:.0f}" for name, value in pairs)
