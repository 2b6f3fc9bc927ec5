#!/usr/bin/env python3
"""How long a search for books takes, beside the release before: medians, 95th percentiles, ratios.

    bin/with-services --postgres .venv/bin/python bench/book_search.py books.csv
        [--books 10000 100000] [--before REVISION] [--rounds 5] [--sqlite]

The list is repeated, with a number beside the authors, until there are so many books. Both codes
ask their own database for the same queries, in turn, each as the page of results does: one page
and the count, and similar words where nothing was found. Needs the right to create databases, and
does not touch that of DATABASE_URL; with --sqlite only a temporary folder is written to.
Fails (exit 1) if a 95th percentile is more than MOST_RATIO of that before. On a machine that others
use, trust ratios.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
from measured_shop import ENVIRONMENT

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "bin" / "support"))
import releases  # noqa: E402

MOST_RATIO = 1.05
ASKING = Path(__file__).with_name("book_search_asked.py")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("list", type=Path)
    parser.add_argument("--books", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--before", help="a release or a commit; the release before")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sqlite", action="store_true")
    options = parser.parse_args()
    name, commit = releases.chosen(ROOT, options.before)
    with tempfile.TemporaryDirectory() as folder:
        before = Path(folder) / "before"
        before.mkdir()
        releases.unpack(ROOT, commit, before)
        (before / "bundles").mkdir(exist_ok=True)
        codes = {name: before, "now": ROOT}
        ratios = [
            measured(codes, books, options, Path(folder) if options.sqlite else None)
            for books in options.books
        ]
    return 1 if max(ratios) > MOST_RATIO else 0


def measured(
    codes: dict[str, Path], books: int, options: argparse.Namespace, folder: Path | None
) -> float:
    """Print the table for so many books; return the ratio of the 95th percentiles."""
    urls = {code: new_database(at, books, folder) for at, code in enumerate(codes)}
    for code, root in codes.items():
        manage(root, urls[code], "manage.py", "migrate", "--verbosity", "0")
        told = ask(root, urls[code], "fill", options.list.resolve(), books)
        print(f"{code}: {books:,} books written in {told['seconds']:.0f} s", flush=True)
    times: dict[str, dict[str, list[float]]] = {code: {} for code in codes}
    for _ in range(options.rounds):
        for code, root in codes.items():
            for query, taken in ask(root, urls[code], "ask")["times"].items():
                times[code].setdefault(query, []).extend(taken)
    return shown(times)


def shown(times: dict[str, dict[str, list[float]]]) -> float:
    before, now = times.values()
    print(f"{'ms':36}" + "".join(f"{code + ' p50':>14}{'p95':>8}" for code in times) + "   ratio")
    for query in before:
        told = [figure for each in (before, now) for figure in percentiles(each[query])]
        print(f"{query:36}{told[0]:14.1f}{told[1]:8.1f}{told[2]:14.1f}{told[3]:8.1f}"
              f"{told[3] / told[1]:8.2f}")  # fmt: skip
    whole = [percentiles([ms for some in each.values() for ms in some]) for each in (before, now)]
    ratio = whole[1][1] / whole[0][1]
    print(f"{'all':36}{whole[0][0]:14.1f}{whole[0][1]:8.1f}{whole[1][0]:14.1f}{whole[1][1]:8.1f}"
          f"{ratio:8.2f}", flush=True)  # fmt: skip
    return ratio


def percentiles(times: list[float]) -> tuple[float, float]:
    return statistics.median(times), statistics.quantiles(times, n=20, method="inclusive")[-1]


def new_database(at: int, books: int, folder: Path | None) -> str:
    if folder:
        return f"sqlite:///{folder}/{at}-{books}.sqlite3"
    url, name = os.environ.get("DATABASE_URL", ""), f"booktime_book_search_{at}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name}")
    return f"{url.rpartition('/')[0]}/{name}"


def ask(root: Path, url: str, *words: object) -> dict:
    return json.loads(manage(root, url, str(ASKING), *map(str, words)))


def manage(root: Path, url: str, *words: str) -> str:
    environment = {**os.environ, **ENVIRONMENT, "DATABASE_URL": url, "PYTHONPATH": str(root)}
    done = subprocess.run(
        [sys.executable, *words], cwd=root, env=environment, check=True, stdout=subprocess.PIPE
    )
    return done.stdout.decode()


if __name__ == "__main__":
    sys.exit(main())
