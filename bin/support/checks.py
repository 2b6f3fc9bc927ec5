"""Runs checks side by side, each with its log; prints a line for each and a final summary.

Runs on any Python 3.11 with nothing installed.
"""

import fcntl
import os
import re
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from setting_up import LOGS, ROOT, say

TIME_LIMIT = 20 * 60  # seconds; a busy machine takes twice as long as a quiet one
SERVICES = ["bin/with-services"]
MANAGE = [".venv/bin/python", "manage.py"]
TEST = [*MANAGE, "test", "--noinput"]


@dataclass
class Check:
    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    time_limit: int = TIME_LIMIT

    @property
    def log(self) -> Path:
        return LOGS / (re.sub(r"\W+", "-", self.name.lower()) + ".log")


def one_at_a_time(program: str):
    """A program's lock: two runs in one checkout would write the same logs."""
    LOGS.mkdir(parents=True, exist_ok=True)
    lock = (ROOT / ".cache" / f"{program}.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say(f"waiting for another bin/{program} to end")
        fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


def clean_environment() -> dict[str, str]:
    """Without anyone's own settings: the project is checked with its defaults."""
    documented = re.findall(r"^#(\w+)=", (ROOT / ".env.example").read_text(), re.M)
    kept = {name: value for name, value in os.environ.items() if name not in documented}
    return kept | {"ENV_FILE": "", "DEBUG": "true"}


# --- Running --------------------------------------------------------------------------------


def run_all(checks: list[Check], environment: dict[str, str], side_by_side: int) -> tuple[int, int]:
    """Run all of them even if some fail; show the logs of those that do."""
    waiting, running, passed, failed = [*checks], {}, 0, 0
    try:
        while waiting or running:
            while waiting and len(running) < side_by_side:
                check = waiting.pop(0)
                process = _start(check.command, environment | check.environment, check.log)
                running[process] = (check, time.monotonic())
            time.sleep(0.05)
            for process in [process for process in running if _has_ended(process, running)]:
                check, began = running.pop(process)
                tests = tests_in(check.log.read_text(errors="replace"), process.returncode)
                passed, failed = passed + tests[0], failed + tests[1]
                _report(check, process.returncode, tests, time.monotonic() - began)
    finally:
        for process in running:
            _end(process)
    return passed, failed


def run(command, environment, log: Path | None) -> int:
    process = _start(command, environment, log)
    try:
        return process.wait()
    finally:
        _end(process)


def _start(command, environment, log: Path | None) -> subprocess.Popen:
    output = log.open("wb") if log else None
    # Its own session, so that its servers and browsers end with it.
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output else None,
        start_new_session=True,
    )


def _has_ended(process: subprocess.Popen, running) -> bool:
    check, began = running[process]
    if time.monotonic() - began > check.time_limit:
        _end(process)
    return process.poll() is not None


def _end(process: subprocess.Popen) -> None:
    """End a check and all that it started, with SIGTERM first, so that with-services cleans up."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
            process.wait(timeout=20)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue


# --- Results --------------------------------------------------------------------------------


def tests_in(output: str, status: int) -> tuple[int, int, int]:
    """(passed, failed, skipped) tests in the output; a tool that fails counts as one test.

    Django and Jest each have their own format; a last line in ours is the sum of all before it.
    """
    if ours := re.search(r"^(\d+) passed, (\d+) failed\s*\Z", output, re.M):
        return int(ours[1]), int(ours[2]) or int(status != 0), 0
    ran = sum(int(number) for number in re.findall(r"^Ran (\d+) tests? in", output, re.M))
    outcome = " ".join(re.findall(r"^(?:FAILED|OK) \((.*)\)$", output, re.M))
    counts = {name: int(number) for name, number in re.findall(r"([a-z][a-z ]*)=(\d+)", outcome)}
    skipped = counts.pop("skipped", 0)
    counts.pop("expected failures", 0)
    failed = sum(counts.values())
    passed = ran - failed - skipped
    if jest := re.search(r"^Tests: +(.*)$", output, re.M):
        found = {word: int(number) for number, word in re.findall(r"(\d+) (\w+)", jest[1])}
        passed, failed = found.get("passed", 0), found.get("failed", 0)
        skipped = found.get("skipped", 0) + found.get("todo", 0)
    return max(passed, 0), failed or int(status != 0), skipped


def _report(check: Check, status: int, tests: tuple[int, int, int], seconds: float) -> None:
    passed, _, skipped = tests
    words = [f"{passed} passed"] if passed else []
    words += [f"{skipped} skipped"] if skipped else []
    if status:
        print(check.log.read_text(errors="replace"))
    print(
        f"{'FAIL' if status else 'ok':4}  {check.name:30}{seconds:6.1f} s  {', '.join(words)}",
        flush=True,
    )
