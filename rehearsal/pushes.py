"""Accepted pushes: the first, and a later one during which another is tried; with their times."""

import threading

from rehearsal.commits import few_tests
from rehearsal.facts import Push
from rehearsal.host import Host
from rehearsal.walk_browser import Browser, expect

TRIED_AFTER = 2.0  # seconds into the later push


class Pushes:
    """Keeps the results for the table at the end."""

    def __init__(self, host: Host, *, few: bool) -> None:
        self.host = host
        self._few = few
        self.first: Push | None = None
        self.later: Push | None = None

    def push_first(self) -> str:
        """The checkout as it is, with its whole gate unless fewer tests were requested."""
        files = few_tests(self.host) if self._few else {}
        self.first = self.accepted(self.host.commit("First", files))
        return f"accepted in {self.first.seconds:.0f} s, with {'few' if files else 'all'} tests"

    def push_later(self) -> str:
        """With few tests from now on. Another push at the same time is refused."""
        commit = self.host.commit("Few tests", few_tests(self.host))
        beside: list[Push] = []
        timer = threading.Timer(TRIED_AFTER, lambda: beside.append(self.host.push(commit)))
        timer.start()
        try:
            self.later = self.accepted(commit)
        finally:
            timer.cancel()
        timer.join()
        reason = beside[0].reason
        expect("another push is being worked on" in reason, f"the one beside it: {reason!r}")
        gone = self.host.retired
        expect([one.name for one in gone] == ["web", "worker"], f"what ended was {gone}")
        expect(not any(one.was_killed for one in gone), "an old process had to be killed")
        return (
            f"accepted in {self.later.seconds:.0f} s; the old processes were gone "
            f"{' and '.join(f'{one.seconds:.1f}' for one in gone)} s after SIGTERM; a second push "
            "beside it was refused"
        )

    def lines(self) -> list[str]:
        """A table: each step, its seconds in the first push and in the later one."""
        if self.first is None:
            return []
        later = dict(self.later.steps) if self.later else {}
        rows = [(name, seconds, later.get(name)) for name, seconds in self.first.steps]
        rows.append(("the whole push", self.first.seconds, self.later and self.later.seconds))
        lines = [f"{'seconds':32}{'first':>8}{'later':>8}   (later pushes have few tests)"]
        for name, one, two in rows:
            lines.append(f"{name:32}{one:8.1f}" + (f"{two:8.1f}" if two is not None else ""))
        return lines

    def accepted(self, commit: str) -> Push:
        """Push, and check that it serves."""
        push = self.host.push(commit)
        if not push.accepted:
            raise AssertionError(f"rejected: {push.reason}\n{push.output}")
        with Browser(self.host) as browser:
            serving = browser.ask("GET", "/healthz/").json()["version"]
        expect(serving == commit, f"{serving} serves, not {commit}")
        return push
