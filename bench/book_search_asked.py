"""What bench/book_search.py runs with the code of either release: fills a shop, and searches it."""

import csv
import json
import os
import sys
import time
from itertools import count, islice
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "booktime.settings")
django.setup()

from django.core.paginator import Paginator  # noqa: E402
from django.db import connection  # noqa: E402

from main.models import Product  # noqa: E402

QUERIES = [
    "harry potter", "the hobbit", "austen", "stephen king", "love", "first published", "dune",
    "murder on the orient express", "9780439023481", "history of", "jrr tolkien", "j.k. rowling",
    "les misérables", "catch-22", "o'brien", "english", "shakespere hamlet", "tolkein", "a", "gr",
]  # fmt: skip
TIMES, AT_ONCE, A_PAGE = 6, 500, 24


def main() -> None:
    if sys.argv[1] == "fill":
        print(json.dumps({"seconds": fill(Path(sys.argv[2]), int(sys.argv[3]))}))
    else:
        print(json.dumps({"times": {query: asked(query) for query in QUERIES}}))


def fill(listed: Path, books: int) -> float:
    started = time.perf_counter()
    with listed.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    made = (make(row, volume) for volume in count() for row in rows)
    for _ in range(0, books, AT_ONCE):
        Product.objects.bulk_create(islice(made, AT_ONCE))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    return time.perf_counter() - started


def make(row: dict[str, str], volume: int) -> Product:
    name = f"{row['name'][:200]}, volume {volume}" if volume else row["name"]
    make.number = number = getattr(make, "number", 0) + 1
    isbn = None if volume else row["isbn"] or None
    authors = row["authors"] if isbn else f"{row['authors']} {number}"
    return Product(name=name, authors=authors, description=row["description"], isbn=isbn,
                   slug=f"book-{number}", price=row["price"], stock=3)  # fmt: skip


def asked(query: str) -> list[float]:
    """Milliseconds, a search after another."""
    page_of(query)
    times = []
    for _ in range(TIMES):
        started = time.perf_counter()
        page_of(query)
        times.append((time.perf_counter() - started) * 1000)
    return times


def page_of(query: str) -> None:
    on_sale = Product.objects.active()
    if not _read(on_sale.search(query)):
        _read(on_sale.search_close(query))


def _read(found) -> int:
    paginator = Paginator(found.for_listing(), A_PAGE)
    list(paginator.page(1))
    return paginator.count


main()
