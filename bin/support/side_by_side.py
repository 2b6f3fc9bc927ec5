"""Runs the steps of a set-up side by side, and says what is being done, with the time.

Runs on any Python 3.11 with nothing installed.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
SILENT_FOR_AT_MOST = 10.0  # seconds


class SetupError(Exception):
    """Something that the person at the terminal must fix; `str(error)` says what."""


class Step(NamedTuple):
    """A command, and what it does: “building the bundles”."""

    doing: str
    command: list[Any]


class Job(NamedTuple):
    """Steps one after the other, which write to one log."""

    log: Path
    steps: list[Step]


class Running(NamedTuple):
    process: subprocess.Popen
    step: Step
    log: Path
    further: Iterator[Step]


def say(text: str) -> None:
    print(f"{Path(sys.argv[0]).stem}: {text}", flush=True)


class Teller:
    """Says each sentence with the seconds since the beginning, and never falls silent."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._began = self._spoke = now()

    def tell(self, text: str) -> None:
        self._spoke = self._now()
        say(f"{self._spoke - self._began:4.0f} s  {text}")

    def still(self, doings: list[str]) -> None:
        if self._now() - self._spoke >= SILENT_FOR_AT_MOST:
            self.tell(f"still {' and '.join(doings)}")


def run_side_by_side(jobs: list[Job]) -> None:
    """Run the jobs at once, each step after the one before; show the log of one that fails."""
    jobs = [job for job in jobs if job.steps]
    if not jobs:
        return
    teller = Teller()
    running: list[Running] = []
    try:
        for job in jobs:
            job.log.write_text("")
            running += _begin_next(iter(job.steps), job.log, teller)
        while running:
            time.sleep(0.02)
            running = [each for one in running for each in _look_at(one, teller)]
            teller.still([one.step.doing for one in running])
    finally:
        _end(running)
    teller.tell("done")


def _look_at(one: Running, teller: Teller) -> list[Running]:
    """The same while it runs, or its job's next step; nothing after the last."""
    if one.process.poll() is None:
        return [one]
    if one.process.returncode:
        text = f"{one.log.read_text()}\nset-up failed while {one.step.doing} (see {one.log})"
        raise SetupError(text)
    return _begin_next(one.further, one.log, teller)


def _begin_next(steps: Iterator[Step], log: Path, teller: Teller) -> list[Running]:
    for step in steps:
        teller.tell(step.doing)
        return [Running(_start(step.command, log), step, log, steps)]
    return []


def _start(command: list[Any], log: Path) -> subprocess.Popen:
    with log.open("a") as output:
        return subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )


def _end(running: list[Running]) -> None:
    for one in running:
        one.process.terminate()
    for one in running:
        one.process.wait()
