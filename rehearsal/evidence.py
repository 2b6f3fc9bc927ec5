"""What a rejected push must not change: the serving release and its database."""

import hashlib
import re
import subprocess
import time
from dataclasses import dataclass

import psycopg

from rehearsal.host import Host
from rehearsal.services import postgres_program
from rehearsal.walk_browser import Browser, expect

TABLES = "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
ROWS = "SELECT count(*), md5(string_agg(line::text, E'\\n' ORDER BY line::text)) FROM {} AS line"
# Tasks that the worker still has to do or has just done; it deletes finished ones by itself.
UNDONE = "SELECT count(*) FROM django_tasks_database_dbtaskresult WHERE status <> 'FAILED'"
# Where the worker, which serves on, notes every minute when its jobs last ran.
PERIODIC = "main_periodicjob"
PATIENCE = 90  # seconds for the worker to finish
Rows = tuple[tuple[str, int, str], ...]


@dataclass(frozen=True)
class Evidence:
    """Equal before and after: the release, processes, schema, and all rows but PERIODIC's."""

    revision: str
    processes: tuple[int, ...]
    schema: str
    rows: Rows
    folders: tuple[str, ...]


def gather(host: Host) -> Evidence:
    """Gather once the worker is done. Also requests two pages of the shop, as a visitor."""
    release = host.current
    if release is None:
        raise AssertionError("nothing serves")
    for started in host.running.values():
        expect(started.is_running, f"the {started.name} has ended")
    with Browser(host) as browser:
        facts = browser.ask("GET", "/healthz/").json()
        serving = facts["version"]
        expect(serving == release.revision, f"{serving} serves, not {release.revision}")
        expect(facts["ready"], f"what serves is not ready: {facts}")
        browser.open("/")
    rows = _rows_once_the_worker_is_done(host.database_url)
    folders = sorted(folder.name for folder in host.releases)
    return Evidence(
        revision=serving,
        processes=tuple(started.process.pid for started in host.running.values()),
        schema=_schema(host.database_url),
        rows=tuple(row for row in rows if row[0] != PERIODIC),
        folders=tuple(folders),
    )


def compare(before: Evidence, after: Evidence) -> None:
    """Raise an error that says what has changed."""
    compare_release(before, after)
    expect(after.schema == before.schema, "the schema has changed")
    changed = sorted({row[0] for row in {*before.rows} ^ {*after.rows}})
    expect(not changed, f"rows have changed in {', '.join(changed)}")


def compare_release(before: Evidence, after: Evidence) -> None:
    """Raise unless the same release and processes serve."""
    expect(after.revision == before.revision, "another release serves")
    expect(after.processes == before.processes, "the processes are other ones")
    left = {*after.folders} - {*before.folders}
    expect(not left, f"the release was left behind: {left}")


def _rows_once_the_worker_is_done(url: str) -> Rows:
    """All in one snapshot: each minute the worker finds something new to do."""
    until = time.monotonic() + PATIENCE
    with psycopg.connect(url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        while connection.execute(UNDONE).fetchone() != (0,):
            connection.rollback()
            expect(time.monotonic() < until, f"the worker is not done after {PATIENCE} s")
            time.sleep(0.2)
        return _rows(connection)


def _schema(url: str) -> str:
    command = [postgres_program("pg_dump"), "--schema-only", "--no-owner", url]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    # Newer versions of pg_dump protect their output with a random word.
    text = re.sub(r"^\\(un)?restrict .*$", "", text, flags=re.M)
    return hashlib.sha256(text.encode()).hexdigest()


def rows_of(url: str) -> Rows:
    """Each table's name, number of rows and digest."""
    with psycopg.connect(url) as connection:
        return _rows(connection)


def _rows(connection: psycopg.Connection) -> Rows:
    tables = [name for (name,) in connection.execute(TABLES).fetchall()]
    found = []
    for table in tables:
        count, digest = connection.execute(ROWS.format(table)).fetchone() or (0, "")
        found.append((table, count, digest or ""))
    return tuple(found)
