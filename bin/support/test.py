"""bin/test: sets up, then runs every check, three side by side, and sums up what they found.

If CI is true, it then runs what developers start by hand, which takes longer than all the rest.
Runs on any Python 3.11 with nothing installed. The checks do not see the environment or .env of the
person who starts them: the project is tested with its own defaults.
"""

import os
import signal
import sys
import tempfile
import time

import programs
import setting_up
from checks import MANAGE, SERVICES, TEST, Check, clean_environment, one_at_a_time, run, run_all
from setting_up import SetupError, say

SIDE_BY_SIDE = 3  # on two cores: tests spend half their time waiting for servers and browsers
TOOL = [".venv/bin/python", "-m"]
WITHOUT = ["--exclude-tag", "e2e", "--exclude-tag"]
PRODUCTION = {
    "DEBUG": "false",
    "SECRET_KEY": "only-for-this-check-" + "abcdefghijklmnopqrstuvwxyz0123456789" * 2,
    "ALLOWED_HOSTS": "shop.example",
    "DATABASE_URL": "sqlite:///:memory:",
}

# The longest first, so that the two workers end together.
CHECKS = [
    Check("Browser tests", [*SERVICES, *TEST, "--tag", "e2e", "--exclude-tag", "openapi"]),
    # Tests that need no particular database ("once") run on SQLite, "door" on PostgreSQL.
    Check("Django tests on SQLite", [*TEST, *WITHOUT, "door"]),
    # In two halves, each with its own database: one computes, one waits for its servers.
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
# On a continuous integration server, one after the other, since they measure time.
IS_CI = os.environ.get("CI", "").lower() in {"true", "1"}
ALONE = [
    Check("Release before, newest schema", ["bin/old-on-new"]),
    # All tests ran above; that a push runs its tests, the few show.
    Check("Rehearsed deployment", ["bin/rehearse", "--few-tests"], time_limit=40 * 60),
    Check("Proofs by length", ["bin/prove", "all"], time_limit=25 * 60),
]


def main() -> int:
    started = time.monotonic()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    only = sys.argv[1:]
    with one_at_a_time("test"), tempfile.TemporaryDirectory(prefix="booktime-test-") as folder:
        setting_up.set_up(production_bundles=True)
        environment = clean_environment() | {"MEDIA_ROOT": f"{folder}/media"}
        if only:
            return run([*TEST, *only], environment, None)
        programs.find_programs(
            programs.SERVERS | programs.BROWSER | (programs.HOST if IS_CI else {})
        )
        passed, failed = run_all(CHECKS, environment, SIDE_BY_SIDE)
        if IS_CI:
            more = run_all(ALONE, environment, 1)
            passed, failed = passed + more[0], failed + more[1]
    say(f"all took {time.monotonic() - started:.0f} s")
    print(f"{passed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except SetupError as error:
        sys.exit(f"test: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
