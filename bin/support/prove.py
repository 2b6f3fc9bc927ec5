"""bin/prove: the proofs, which take longer than bin/test has time for.

Each module of main/tests/proofs/ is a proof of that name: tests for PostgreSQL and Redis, and also
for SQLite if tagged "sqlite". Runs on any Python 3.11 with nothing installed.
"""

import ast
import signal
import sys
import tempfile
import time

import programs
import setting_up
from checks import SERVICES, TEST, Check, clean_environment, one_at_a_time, run_all
from setting_up import ROOT, SetupError, say

FOLDER = ROOT / "main" / "tests" / "proofs"
ON_SQLITE = '@tag("sqlite")'
SIDE_BY_SIDE = 2
LONGEST = ("release_before", "accessibility")  # started first, so that both workers end together
TIME_LIMIT = 20 * 60  # seconds
WRONG_NAME = 2


def main() -> int:
    proofs = {file.stem: file for file in sorted(FOLDER.glob("[!_]*.py"))}
    names = list(proofs) if sys.argv[1:] == ["all"] else sys.argv[1:]
    if unknown := [name for name in names if name not in proofs]:
        print(f"prove: there is no proof {unknown[0]}; bin/prove lists them", file=sys.stderr)
        return WRONG_NAME
    if not names:
        for name, file in proofs.items():
            print(f"{name:20}{ast.get_docstring(ast.parse(file.read_text())).splitlines()[0]}")
        return 0
    names.sort(key=lambda name: name not in LONGEST)
    return _prove([check for name in names for check in _checks(name, proofs[name].read_text())])


def _checks(name: str, source: str) -> list[Check]:
    label = f"main.tests.proofs.{name}"
    found = [Check(name, [*SERVICES, *TEST, label], time_limit=TIME_LIMIT)]
    if ON_SQLITE in source:
        command = [*TEST, "--tag", "sqlite", label]
        found.append(Check(f"{name} on SQLite", command, time_limit=TIME_LIMIT))
    return found


def _prove(checks: list[Check]) -> int:
    started = time.monotonic()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with one_at_a_time("prove"), tempfile.TemporaryDirectory(prefix="booktime-prove-") as folder:
        setting_up.set_up(production_bundles=True)
        programs.find_programs(programs.SERVERS | programs.BROWSER)
        environment = clean_environment() | {"MEDIA_ROOT": f"{folder}/media"}
        passed, failed = run_all(checks, environment, SIDE_BY_SIDE)
    say(f"all took {time.monotonic() - started:.0f} s")
    print(f"{passed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except SetupError as error:
        sys.exit(f"prove: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
