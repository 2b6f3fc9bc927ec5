"""bin/old-on-new: the tests of an earlier release, with its own packages, on today's schema.

Today's code creates the database, including third-party tables. The earlier code then runs on it as
it would on the live one in the minutes between the migration and the end of that release.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import releases
import setting_up
from checks import SERVICES, clean_environment
from setting_up import PYTHON, ROOT, SetupError, say

RUNNER = ROOT / "bin" / "support" / "on_new_schema"
FOLDER = ROOT / ".cache" / "old-on-new"
# If these do not differ, the release itself has already tested this schema.
SCHEMA = ["main/migrations", "Pipfile.lock"]
# How tests empty the database between each other depends on its schema, which is today's.
EMPTYING = "main/tests/support/emptying.py"
WITHOUT = ["--exclude-tag", "e2e", "--exclude-tag", "once", "--exclude-tag", "openapi"]


def main() -> int:
    if sys.argv[1:2] == ["--inside"]:
        return _inside(Path(sys.argv[2]), sys.argv[3:])
    name, commit = releases.chosen(ROOT, sys.argv[1] if sys.argv[1:] else None)
    if not sys.argv[1:] and not releases.differs(ROOT, commit, *SCHEMA):
        say(f"{name} has the same migrations and packages: it has tested this schema itself")
        return 0
    setting_up.set_up_python()
    tree = _tree(commit)
    say(f"{name} ({commit[:10]}) on today's schema")
    inside = [PYTHON, "-B", __file__, "--inside", tree, *sys.argv[2:]]
    beside = [*SERVICES, *inside]
    return subprocess.run(beside, cwd=ROOT, env=clean_environment(), check=False).returncode


def _tree(commit: str) -> Path:
    """The release in its own folder with its own packages, kept for the next time.

    Sharing ours would be faster but dangerous: an older set-up might replace what it finds.
    """
    tree = FOLDER / commit
    if not tree.exists():
        shutil.rmtree(FOLDER, ignore_errors=True)
        part = tree.with_suffix(".part")
        part.mkdir(parents=True)
        releases.unpack(ROOT, commit, part)
        part.rename(tree)  # complete, or not there at all
    say(f"setting up {commit[:10]}")
    command = "import sys, setting_up; sys.argv = ['old-on-new']; "
    command += "setting_up.set_up(production_bundles=True)"
    environment = clean_environment() | {"PYTHONPATH": str(tree / "bin" / "support")}
    done = subprocess.run(
        [os.path.realpath(sys.executable), "-B", "-c", command], cwd=tree, env=environment,
        check=False,
    )  # fmt: skip
    if done.returncode:
        raise SetupError(f"the release could not be set up in {tree}")
    return tree


def _inside(tree: Path, labels: list[str]) -> int:
    """With PostgreSQL and Redis: create today's schema, then run the earlier tests."""
    address = os.environ["DATABASE_URL"]
    server, _, name = address.rpartition("/")
    tested = f"{server}/test_{name}"
    create = f"psycopg.connect(sys.argv[1], autocommit=True).execute('CREATE DATABASE test_{name}')"
    _run([PYTHON, "-c", f"import psycopg, sys; {create}", address], ROOT, {})
    _run([PYTHON, "manage.py", "migrate", "--verbosity", "0"], ROOT, {"DATABASE_URL": tested})
    # A schema that the release kept for its next run is its own, and the database is there already.
    shutil.rmtree(tree / ".cache" / "test-schema", ignore_errors=True)
    if (tree / EMPTYING).exists():
        shutil.copyfile(ROOT / EMPTYING, tree / EMPTYING)
    tests = [tree / ".venv" / "bin" / "python", "manage.py", "test", "--noinput", "--keepdb"]
    tests += ["--testrunner", "runner_on_new_schema.Runner", *WITHOUT, *labels]
    paths = {"PYTHONPATH": str(RUNNER), "MEDIA_ROOT": f"{tree}/media"}
    return _run(tests, tree, paths, check=False)


def _run(command: list, folder: Path, more: dict[str, str], *, check: bool = True) -> int:
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, **more}, stdin=subprocess.DEVNULL, check=False
    )  # fmt: skip
    if check and done.returncode:
        raise SetupError(f"failed: {' '.join(str(word) for word in command[1:4])}")
    return done.returncode


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (SetupError, releases.NoRelease, releases.NoSuchRevision) as error:
        sys.exit(f"old-on-new: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
