#!/usr/bin/env python3
"""A live shop of the previous release while it is migrated: how long it takes, and who waits.

    bin/with-services --postgres .venv/bin/python bench/live_data.py [--orders 100000]

The previous release creates a shop with its own code (live_data_made.py). Then today's migrations
run as in a push, followed by the backfill. Meanwhile visitors constantly lock each table, some to
read and some to write: their wait shows how long it was locked. Others change one order after
another: their wait shows how long its row was locked.

Needs the right to create databases, and does not touch that of DATABASE_URL. The shop is kept
beside it and reused while the server runs.

Fails (exit 1) if anybody waited longer than 1 s. Takes about five minutes on two idle cores.
with-services does not wait for the disk: on a host that does, writing takes longer.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from pathlib import Path

import psycopg
from measured_shop import ENVIRONMENT

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "bin" / "support"))
import releases  # noqa: E402

MOST_WAIT = 1.0  # seconds
NAME, MADE = "booktime_live_data", "booktime_live_data_{}"
TABLES = ["order", "orderline", "invoice", "invoiceline", "message", "basket", "user", "product"]
# The lock that reading takes, and the one that any change takes.
MODES = {"reads": "ACCESS SHARE", "writes": "ROW EXCLUSIVE"}
CHANGE = "a change of one row"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--orders", type=int, default=100_000)
    options = parser.parse_args()
    url = new_database(template=made_shop(options.orders))
    late = measure("migrations", url, "migrate_together", "--verbosity", "0")
    late |= measure("backfill", url, "backfill")
    late |= measure("backfill with nothing left", url, "backfill")
    return 1 if late else 0


def made_shop(orders: int) -> str:
    """The name of the database with the shop, which is complete or does not exist."""
    name = MADE.format(orders)
    with administration() as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return name
    url = new_database()
    release, commit = releases.chosen(ROOT, None)
    with tempfile.TemporaryDirectory() as folder:
        releases.unpack(ROOT, commit, Path(folder))
        (Path(folder) / "bundles").mkdir()
        manage(Path(folder), url, "manage.py", "migrate", "--verbosity", "0")
        made = Path(__file__).with_name("live_data_made.py")
        seconds = manage(Path(folder), url, made, str(orders))
    print(f"{release} made {orders:,} orders in {seconds:.0f} s", flush=True)
    with administration() as connection:
        connection.execute(f"ALTER DATABASE {NAME} RENAME TO {name}")
    return name


def new_database(template: str = "template1") -> str:
    with administration() as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {NAME} TEMPLATE {template}")
    server, _, _ = os.environ["DATABASE_URL"].rpartition("/")
    return f"{server}/{NAME}"


def administration() -> psycopg.Connection:
    url = os.environ.get("DATABASE_URL", "")
    return psycopg.connect(url, autocommit=True) if "postgres" in url else sys.exit(__doc__)


def manage(folder: Path, url: str, *words: str | Path) -> float:
    """Run it in this folder; return the seconds it took."""
    started = time.perf_counter()
    environment = {**os.environ, **ENVIRONMENT, "DATABASE_URL": url}
    subprocess.run([sys.executable, *words], cwd=folder, env=environment, check=True)
    return time.perf_counter() - started


def measure(what: str, url: str, *command: str) -> bool:
    """Whether anybody waited too long."""
    with Visitors(url) as visitors:
        seconds = manage(ROOT, url, "manage.py", *command)
    print(f"{what}: {seconds:.1f} s with the start of the programme; longest waits, ms:")
    print(f"{'table':16}" + "".join(f"{mode:>10}" for mode in MODES))
    for table in TABLES:
        waits = "".join(f"{visitors.longest[table, mode] * 1000:10.0f}" for mode in MODES)
        print(f"{table:16}{waits}")
    print(f"{'an order':16}{visitors.longest['order', CHANGE] * 1000:20.0f}", flush=True)
    return max(visitors.longest.values()) > MOST_WAIT


class Visitors:
    """One per table and mode, and some for orders: each locks, waits and releases all the time."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.longest: dict[tuple[str, str], float] = defaultdict(float)
        self.are_leaving = threading.Event()
        asked = [
            (table, mode, f"LOCK TABLE main_{table} IN {lock} MODE")
            for table in TABLES
            for mode, lock in MODES.items()
        ]
        asked += [("order", CHANGE, "UPDATE main_order SET updated_at = now() WHERE id = %s")] * 4
        with psycopg.connect(url) as connection:
            self.orders = [row[0] for row in connection.execute("SELECT id FROM main_order")]
        self.threads = [threading.Thread(target=self._visit, args=each) for each in asked]

    def __enter__(self) -> "Visitors":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.are_leaving.set()
        for thread in self.threads:
            thread.join()

    def _visit(self, table: str, mode: str, sql: str) -> None:
        with psycopg.connect(self.url) as connection:
            while not self.are_leaving.wait(0.01):
                values = [random.choice(self.orders)] if mode == CHANGE else None
                started = time.perf_counter()
                connection.execute(sql, values)
                waited = time.perf_counter() - started
                connection.commit()
                self.longest[table, mode] = max(self.longest[table, mode], waited)


if __name__ == "__main__":
    sys.exit(main())
