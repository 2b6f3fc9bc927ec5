"""bin/test: sets up, then runs every check, three side by side, and sums up what they found.

Where CI is true, what a developer calls by hand follows: it takes longer than all the rest.
Runs on any Python 3.11 with nothing installed. The checks do not see the environment or the .env
of whoever starts them: what is tested is the project with its own defaults.
"""

import fcntl
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import programs
import setting_up
from setting_up import LOGS, ROOT, SetupError, say

SIDE_BY_SIDE = 3  # on two cores: tests wait for servers and browsers half of their time
TIME_LIMIT = 15 * 60
SERVICES = ["bin/with-services"]
MANAGE = [".venv/bin/python", "manage.py"]
TOOL = [".venv/bin/python", "-m"]
TEST = [*MANAGE, "test", "--noinput"]
WITHOUT = ["--exclude-tag", "e2e", "--exclude-tag"]
PRODUCTION = {
    "DEBUG": "false",
    "SECRET_KEY": "only-for-this-check-" + "abcdefghijklmnopqrstuvwxyz0123456789" * 2,
    "ALLOWED_HOSTS": "shop.example",
    "DATABASE_URL": "sqlite:///:memory:",
}


@dataclass
class Check:
    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    time_limit: int = TIME_LIMIT

    @property
    def log(self) -> Path:
        return LOGS / (re.sub(r"\W+", "-", self.name.lower()) + ".log")


# The longest first, so that the two workers end together.
CHECKS = [
    Check("Browser tests", [*SERVICES, *TEST, "--tag", "e2e", "--exclude-tag", "openapi"]),
    # What hangs on no database ("once") is asked on SQLite, what doors show ("door") on PostgreSQL.
    Check("Django tests on SQLite", [*TEST, *WITHOUT, "door"]),
    # In two halves, each with a database of its own: one computes, one waits for its servers.
    Check(
        "Django tests on PostgreSQL",
        [*SERVICES, *TEST, *WITHOUT, "once", "--exclude-tag", "server"],
    ),
    Check("Servers on PostgreSQL", [*SERVICES, *TEST, "--tag", "server", *WITHOUT, "once"]),
    Check("API by schemathesis", [*SERVICES, *TEST, "--tag", "openapi"]),
    Check("mypy", [*TOOL, "mypy"]),
    Check("Jest", ["npm", "test", "--silent"]),
    Check("eslint", ["npm", "run", "--silent", "lint"]),
    Check("prettier", ["npm", "run", "--silent", "format:check"]),
    Check("djlint", [*TOOL, "djlint", "--lint", "--quiet", "templates"]),
    Check("ruff check", [*TOOL, "ruff", "check", "."]),
    Check("ruff format", [*TOOL, "ruff", "format", "--check", "."]),
    Check(
        "Migrations are made",
        [*MANAGE, "makemigrations", "--check", "--dry-run"],
        {"DATABASE_URL": "sqlite:///:memory:"},
    ),
    Check("Deployment check", [*MANAGE, "check", "--deploy", "--fail-level", "INFO"], PRODUCTION),
    Check("Weight of the bundles", [sys.executable, "-B", "bin/support/weigh_bundles.py"]),
]
# On a continuous integration server, one after the other: they time what they do.
IS_CI = os.environ.get("CI", "").lower() in {"true", "1"}
ALONE = [
    Check("Release before, newest schema", ["bin/old-on-new"]),
    Check("Rehearsed deployment", ["bin/rehearse"], time_limit=40 * 60),
]


def main() -> int:
    started = time.monotonic()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    only = sys.argv[1:]
    with _one_at_a_time(), tempfile.TemporaryDirectory(prefix="booktime-test-") as folder:
        setting_up.set_up(production_bundles=True)
        environment = _clean_environment() | {"MEDIA_ROOT": f"{folder}/media"}
        if only:
            return _run([*TEST, *only], environment, None)
        programs.find_programs(
            programs.SERVERS | programs.BROWSER | (programs.HOST if IS_CI else {})
        )
        passed, failed = _run_all(CHECKS, environment, SIDE_BY_SIDE)
        if IS_CI:
            more = _run_all(ALONE, environment, 1)
            passed, failed = passed + more[0], failed + more[1]
    say(f"all took {time.monotonic() - started:.0f} s")
    print(f"{passed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


def _one_at_a_time():
    """Two runs in one checkout would share a test database."""
    LOGS.mkdir(parents=True, exist_ok=True)
    lock = (ROOT / ".cache" / "test.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say("waiting for another bin/test to end")
        fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


def _clean_environment() -> dict[str, str]:
    documented = re.findall(r"^#(\w+)=", (ROOT / ".env.example").read_text(), re.M)
    kept = {name: value for name, value in os.environ.items() if name not in documented}
    return kept | {"ENV_FILE": "", "DEBUG": "true"}


# --- Running --------------------------------------------------------------------------------


def _run_all(
    checks: list[Check], environment: dict[str, str], side_by_side: int
) -> tuple[int, int]:
    """Run all of them, whatever fails; show the log of each that does."""
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
                tests = _tests_in(check.log.read_text(errors="replace"), process.returncode)
                passed, failed = passed + tests[0], failed + tests[1]
                _report(check, process.returncode, tests, time.monotonic() - began)
    finally:
        for process in running:
            _end(process)
    return passed, failed


def _run(command, environment, log: Path | None) -> int:
    process = _start(command, environment, log)
    try:
        return process.wait()
    finally:
        _end(process)


def _start(command, environment, log: Path | None) -> subprocess.Popen:
    output = log.open("wb") if log else None
    # A session of its own, so that its servers and browsers end with it.
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
    """End a check and all that it started, kindly at first: with-services cleans up."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
            process.wait(timeout=20)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue


# --- What came of it ------------------------------------------------------------------------


def _tests_in(output: str, status: int) -> tuple[int, int, int]:
    """(passed, failed, skipped) tests in what was printed; a tool that fails counts as one test.

    Django and Jest say it in their own words; a last line like our own is the sum of all before.
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


if __name__ == "__main__":
    try:
        sys.exit(main())
    except SetupError as error:
        sys.exit(f"test: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
