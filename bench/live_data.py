#!/usr/bin/env python3
"""A live shop of the release before while it is migrated: how long, and who has to wait.

    bin/with-services --postgres .venv/bin/python bench/live_data.py [--orders 100000]

The release before makes a shop with its own code (live_data_made.py). Then today's migrations run
as in a push, while visitors of each table ask for it all the time, some to read and some to write:
what they wait is how long the table was locked. Needs the right to create databases, and leaves
that of DATABASE_URL alone.

Fails (exit 1) when anybody waited longer than 1 s. Takes about five minutes on two idle cores.
with-services does not wait for the disk: on a host that does, what writes takes longer.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "bin" / "support"))
import releases  # noqa: E402

MOST_WAIT = 1.0  # seconds
NAME = "booktime_live_data"
TABLES = ["order", "orderline", "invoice", "invoiceline", "message", "basket", "user", "product"]
# What a page takes, and what any change takes.
MODES = {"reads": "ACCESS SHARE", "writes": "ROW EXCLUSIVE"}
ENVIRONMENT = {
    "ENV_FILE": "",
    "REDIS_URL": "",
    "DEBUG": "false",
    "SECURE": "false",
    "STAFF_SECOND_FACTOR": "false",
    "ALLOWED_HOSTS": "testserver",
    "SECRET_KEY": "only-for-measuring-" * 4,
}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--orders", type=int, default=100_000)
    options = parser.parse_args()
    url = new_database()
    name, commit = releases.chosen(ROOT, None)
    with tempfile.TemporaryDirectory() as folder:
        releases.unpack(ROOT, commit, Path(folder))
        manage(Path(folder), url, "manage.py", "migrate", "--verbosity", "0")
        made = Path(__file__).with_name("live_data_made.py")
        seconds = manage(Path(folder), url, made, str(options.orders))
    print(f"{name} made {options.orders:,} orders in {seconds:.0f} s", flush=True)
    return measure("migrations", url, "migrate_together", "--verbosity", "0")


def new_database() -> str:
    server, _, _ = os.environ.get("DATABASE_URL", "").rpartition("/")
    if not server.startswith("postgres"):
        sys.exit(__doc__)
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {NAME}")
    return f"{server}/{NAME}"


def manage(folder: Path, url: str, *words: str | Path) -> float:
    """Run it in this folder; seconds."""
    started = time.perf_counter()
    environment = {**os.environ, **ENVIRONMENT, "DATABASE_URL": url}
    subprocess.run([sys.executable, *words], cwd=folder, env=environment, check=True)
    return time.perf_counter() - started


def measure(what: str, url: str, *command: str) -> int:
    with Visitors(url) as visitors:
        seconds = manage(ROOT, url, "manage.py", *command)
    print(f"{what}: {seconds:.1f} s with the start of the programme; longest waits, ms:")
    print(f"{'table':16}" + "".join(f"{mode:>10}" for mode in MODES))
    for table in TABLES:
        waits = "".join(f"{visitors.longest[table, mode] * 1000:10.0f}" for mode in MODES)
        print(f"{table:16}{waits}")
    return 1 if max(visitors.longest.values()) > MOST_WAIT else 0


class Visitors:
    """One for each table and mode, who asks, waits and lets go, again and again."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.longest: dict[tuple[str, str], float] = defaultdict(float)
        self.are_leaving = threading.Event()
        self.threads = [
            threading.Thread(target=self._visit, args=(table, mode))
            for table in TABLES
            for mode in MODES
        ]

    def __enter__(self) -> "Visitors":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.are_leaving.set()
        for thread in self.threads:
            thread.join()

    def _visit(self, table: str, mode: str) -> None:
        lock = f"LOCK TABLE main_{table} IN {MODES[mode]} MODE"
        with psycopg.connect(self.url) as connection:
            while not self.are_leaving.wait(0.01):
                started = time.perf_counter()
                connection.execute(lock)
                waited = time.perf_counter() - started
                connection.commit()
                self.longest[table, mode] = max(self.longest[table, mode], waited)


if __name__ == "__main__":
    sys.exit(main())
