#!/usr/bin/env python3
"""The staff's pages with 1,000 and 100,000 orders: SQL queries, time, and how much slower.

    bin/with-services --postgres .venv/bin/python bench/many_orders.py [--rounds 25]
    .venv/bin/python bench/many_orders.py --sqlite

Makes two shops that sold for four years (many_orders_made.py), each in its own database beside that
of DATABASE_URL, whose role must be allowed to create them and which is left alone. A process for
each requests every page in turn, few and many orders close together, without a network, so that a
busy machine slows down both. Prints medians and the median of the ratios.

Fails (exit 1) if a page takes more than 12 queries, or more than twice as long with 100,000 orders.
Reports are cached for five minutes (main/reports/figures.py): "anew" is the visit that reads one
again, with the figures cached for a day still there; "OVER" means that its ratio exceeds the limit,
but that is no failure. On SQLite, which has no index for parts of names and counts in Python,
ratios are not judged.

Takes about five minutes on two idle cores. Needs bundles (bin/test or npm run build).
"""

import argparse
import functools
import logging
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from unittest.mock import patch

ROOT = Path(__file__).resolve().parents[1]
MOST_QUERIES, MOST_RATIO = 12, 2.0
ANEW = ", read anew"  # as many_orders_pages.py marks them


def main() -> int:
    options = read_options()
    counts = [options.few, options.many]
    with ExitStack() as leaving:
        folder = leaving.enter_context(tempfile.TemporaryDirectory())
        shops = [Shop(count, database_url(count, folder, options.sqlite)) for count in counts]
        for shop in shops:
            leaving.callback(shop.close)
        seconds = [shop.answer() for shop in shops]
        print(f"made {counts[0]:,} and {counts[1]:,} orders in {max(seconds):.0f} s", flush=True)
        labels = [label for label in shops[1].ask("labels") if label in shops[0].ask("labels")]
        found = {label: measure(shops, label, options.rounds) for label in labels}
    return print_table(found, counts, judges_ratio=not options.sqlite)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--few", type=int, default=1_000)
    parser.add_argument("--many", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--sqlite", action="store_true", help="in temporary files instead")
    options = parser.parse_args()
    if not (options.sqlite or os.environ.get("DATABASE_URL", "").startswith("postgres")):
        sys.exit(__doc__)
    return options


def database_url(count: int, folder: str, on_sqlite: bool) -> str:
    if on_sqlite:
        return f"sqlite:///{folder}/orders_{count}.sqlite3"
    import psycopg

    server, _, _ = os.environ["DATABASE_URL"].rpartition("/")
    name = f"booktime_orders_{count}"
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name}")
    return f"{server}/{name}"


def measure(shops: list["Shop"], label: str, rounds: int) -> dict:
    """Queries (maximum), milliseconds in each shop, and the ratio; both shops are warmed up."""
    queries = [shop.ask(("queries", label)) for shop in shops]
    times: list[list[float]] = [[], []]
    for number in range(rounds):
        for index in (0, 1) if number % 2 else (1, 0):
            times[index].append(shops[index].ask(("time", label)))
    pairs = zip(*times, strict=True)
    return {
        "queries": max(queries),
        "times": [statistics.median(each) * 1000 for each in times],
        "ratio": statistics.median(many / few for few, many in pairs),
    }


def print_table(found: dict[str, dict], counts: list[int], *, judges_ratio: bool) -> int:
    failed = 0
    few, many = (f"{count:,}" for count in counts)
    print(f"{'page':52}{'queries':>8}{few:>9} ms{many:>9} ms{'ratio':>7}")
    for label, page in found.items():
        is_slow = judges_ratio and page["ratio"] > MOST_RATIO
        is_bad = (is_slow and ANEW not in label) or page["queries"] > MOST_QUERIES
        failed += is_bad
        times = "".join(f"{each:12.1f}" for each in page["times"])
        verdict = "  TOO MUCH" if is_bad else "  OVER" * is_slow
        print(f"{label:52}{page['queries']:8}{times}{page['ratio']:7.2f}{verdict}")
    print(f"{len(found)} pages, {failed} over {MOST_QUERIES} queries or {MOST_RATIO} times")
    return 1 if failed else 0


# --- A shop in its own process ----------------------------------------------------------------


class Shop:
    """Called by the program, answered by `serve` in a new process."""

    def __init__(self, count: int, url: str) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, other = context.Pipe()
        self.process = context.Process(target=serve, args=(other, count, url), daemon=True)
        self.process.start()

    def ask(self, question):
        self.connection.send(question)
        return self.answer()

    def answer(self):
        while not self.connection.poll(1):
            if not self.process.is_alive():
                sys.exit("A shop ended early.")
        return self.connection.recv()

    def close(self) -> None:
        self.process.terminate()
        self.process.join()


def serve(connection, count: int, url: str) -> None:
    started = time.perf_counter()
    set_up(url)
    pages = make(count)
    connection.send(time.perf_counter() - started)
    while True:
        match connection.recv():
            case "labels":
                connection.send([*pages])
            case "queries", label:
                connection.send(queries_of(pages[label]))
            case "time", label:
                connection.send(time_of(pages[label]))


def set_up(url: str) -> None:
    """Django as in production, but without HTTPS and hashed names, which need collecting."""
    sys.path[:0] = [str(ROOT), str(ROOT / "bench")]
    from measured_shop import ENVIRONMENT

    os.environ |= ENVIRONMENT | {
        "DJANGO_SETTINGS_MODULE": "booktime.settings",
        "DATABASE_URL": url,
    }
    import django
    from django.conf import settings

    static = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": static}
    django.setup()


def make(count: int) -> dict[str, Callable]:
    """Make the rows, then the clients of each page."""
    from django.core.management import call_command
    from django.db import connection
    from many_orders_made import make_shop, make_staff

    call_command("migrate", verbosity=0)
    staff = make_staff()
    make_shop(count)
    with connection.cursor() as cursor:
        # As autovacuum does over time: gather statistics, and mark all rows as visible.
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM ANALYZE")
        else:
            cursor.execute("ANALYZE")
    return pages_for(staff)


def pages_for(staff: dict) -> dict[str, Callable]:
    from django.test import Client
    from many_orders_pages import paths_for

    logging.disable(logging.CRITICAL)  # failures are reported below
    pages = {}
    for role, (user, prefix) in staff.items():
        client = Client()
        client.force_login(user)
        for label, path in paths_for(role, prefix).items():
            status = client.get(path).status_code
            if status == 200:
                visit = visit_anew if ANEW in label else Client.get
                pages[f"{role}: {label}"] = functools.partial(visit, client, path)
            else:
                print(f"left out: {path} answered {status}", file=sys.stderr)
    return pages


def visit_anew(client, path: str):
    """As if minutes later: the report is read again, not taken from the cache."""
    from main.reports import figures

    with patch.object(figures, "KEPT_FOR", 0):
        return client.get(path)


def queries_of(page: Callable) -> int:
    """With an empty cache: the longest that the page ever takes."""
    from django.core.cache import cache
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    cache.clear()
    with CaptureQueriesContext(connection) as queries:
        page()
    return len(queries)


def time_of(page: Callable) -> float:
    """The seconds that one visit takes."""
    started = time.perf_counter()
    page()
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main())
