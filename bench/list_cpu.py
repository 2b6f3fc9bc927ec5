#!/usr/bin/env python3
"""CPU time of the list page of 24 books, compared with a bare Django list of the same rows.

    python bench/list_cpu.py [--csv books.csv] [--rounds 15]

In process. Uses the database of DATABASE_URL as it is; with --csv a new SQLite database in a
temporary folder, filled from that list. Renders both pages in turn, after a warm-up, and compares
the medians of the rounds: on a shared machine the ratio is what counts.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUESTS = 20  # per round
LIMIT = 3.0  # times the bare list


def main() -> None:
    arguments = read_arguments()
    with tempfile.TemporaryDirectory() as folder:
        if arguments.csv:
            os.environ["DATABASE_URL"] = f"sqlite:///{folder}/bench.sqlite3"
        set_up()
        if arguments.csv:
            fill(arguments.csv)
        sys.exit(compare(arguments.rounds))


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--csv", help="a list of books to fill a new database with")
    parser.add_argument("--rounds", type=int, default=15)
    return parser.parse_args()


def set_up() -> None:
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("SECRET_KEY", "only-for-measuring" * 3)
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "booktime.settings",
        "DEBUG": "false",
        "SECURE": "false",
        "ALLOWED_HOSTS": "testserver",
    }
    from django.conf import settings

    # Hashed names of static files need collectstatic, and are not part of what is measured.
    static = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": static}
    settings.TEMPLATES[0]["DIRS"].append(ROOT / "bench" / "bare" / "templates")
    import django

    django.setup()


def fill(csv: str) -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("import_data", csv, str(Path(csv).parent))


def compare(rounds: int) -> int:
    ours = measured("booktime.urls", "/products/all/")
    bare = measured("bench.bare.urls", "/")
    times: dict[str, list[float]] = {"shop": [], "bare": []}
    for _ in range(rounds):
        times["shop"].append(ours())
        times["bare"].append(bare())
    shop_ms, bare_ms = (statistics.median(times[name]) * 1000 for name in ("shop", "bare"))
    ratio = statistics.median(s / b for s, b in zip(times["shop"], times["bare"], strict=True))
    print(f"list of the shop  {shop_ms:6.2f} ms of CPU a request")
    print(f"bare list         {bare_ms:6.2f} ms of CPU a request")
    print(f"ratio             {ratio:6.2f} (at most {LIMIT})")
    return int(ratio > LIMIT)


def measured(urlconf: str, path: str):
    """A function that requests the page several times and returns the CPU seconds of one."""
    from django.test import Client, override_settings

    client = Client()

    def run() -> float:
        with override_settings(ROOT_URLCONF=urlconf):
            first = client.get(path)
            if first.content.count(b"/product/") < 24:
                sys.exit(f"{path} answered {first.status_code} with too few books; use --csv.")
            start = time.process_time()
            for _ in range(REQUESTS):
                client.get(path)
            return (time.process_time() - start) / REQUESTS

    for _ in range(3):
        run()
    return run


if __name__ == "__main__":
    main()
