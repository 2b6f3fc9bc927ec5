"""bin/test: sets up, then runs every check, three side by side, and sums up what they found.

Runs on any Python 3.11 with nothing installed. The checks do not see the environment or the .env
of whoever starts them: what is tested is the project with its own defaults.
"""

import ctypes
import fcntl
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import setting_up
from setting_up import LOGS, ROOT, SetupError, say

SIDE_BY_SIDE = 3  # on two cores: tests wait for servers and browsers half of their time
TIME_LIMIT = 15 * 60
# What must be there, and the Debian package that has it.
PROGRAMS = {
    "initdb": "postgresql",
    "redis-server": "redis-server",
    "chromium": "chromium",
    "chromedriver": "chromium-driver",
}
OTHER_NAMES = {"chromium": ["chromium-browser", "google-chrome", "google-chrome-stable"]}
# What WeasyPrint takes from a Linux system: libraries to load, and fonts for titles of the world.
LIBRARIES = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}
FONTS = {"NotoSans-*": "fonts-noto-core", "NotoSansCJK-*": "fonts-noto-cjk"}
SERVICES = ["bin/with-services"]
MANAGE = [".venv/bin/python", "manage.py"]
TOOL = [".venv/bin/python", "-m"]
TEST = [*MANAGE, "test", "--noinput"]
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

    @property
    def log(self) -> Path:
        return LOGS / (re.sub(r"\W+", "-", self.name.lower()) + ".log")


# The longest first, so that the two workers end together.
CHECKS = [
    Check("Browser tests", [*SERVICES, *TEST, "--tag", "e2e", "--exclude-tag", "openapi"]),
    # What hangs on no database ("once") is asked on SQLite, what doors show ("door") on PostgreSQL.
    Check(
        "Django tests on PostgreSQL",
        [*SERVICES, *TEST, "--exclude-tag", "e2e", "--exclude-tag", "once"],
    ),
    Check("Django tests on SQLite", [*TEST, "--exclude-tag", "e2e", "--exclude-tag", "door"]),
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
    Check(
        "Deployment check", [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"], PRODUCTION
    ),
    Check("Weight of the bundles", [sys.executable, "-B", "bin/support/weigh_bundles.py"]),
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
        _find_programs()
        passed, failed = _run_all(CHECKS, environment)
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


# --- PostgreSQL, Redis, Chromium, Pango -----------------------------------------------------


def _find_programs() -> None:
    missing = [package for program, package in PROGRAMS.items() if not _has(program)]
    if sys.platform == "linux":
        missing += [package for library, package in LIBRARIES.items() if not _loads(library)]
        missing += [package for font, package in FONTS.items() if not _has_font(font)]
    if not missing:
        return
    names = " ".join(missing)
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise SetupError(f"missing; install them first: apt-get install {names}")
    say(f"installing {names}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "--yes", "--no-install-recommends", *missing]
    log = LOGS / "apt.log"
    log.write_text("")
    if any(_run(command, environment, log) for command in (["apt-get", "update"], install)):
        raise SetupError(f"{log.read_text()}\ncould not be installed: apt-get install {names}")


def _has(program: str) -> bool:
    if program == "initdb" and any(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        return True  # Debian keeps PostgreSQL's server programs off the PATH
    return any(shutil.which(name) for name in [program, *OTHER_NAMES.get(program, [])])


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _has_font(pattern: str) -> bool:
    folders = [Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".fonts"]
    return any(next(folder.rglob(pattern), None) for folder in folders)


# --- Running --------------------------------------------------------------------------------


def _run_all(checks: list[Check], environment: dict[str, str]) -> tuple[int, int]:
    """Run all of them, whatever fails; show the log of each that does."""
    waiting, running, passed, failed = [*checks], {}, 0, 0
    try:
        while waiting or running:
            while waiting and len(running) < SIDE_BY_SIDE:
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
    if time.monotonic() - running[process][1] > TIME_LIMIT:
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
    """(passed, failed, skipped) tests in what Django or Jest printed; a failed tool counts one."""
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
        f"{'FAIL' if status else 'ok':4}  {check.name:28}{seconds:6.1f} s  {', '.join(words)}",
        flush=True,
    )


if __name__ == "__main__":
    try:
        sys.exit(main())
    except SetupError as error:
        sys.exit(f"test: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
