"""What bench/book_search.py runs with the code of either release: fills a shop, and searches it."""

import csv
import json
import os
import sys
import time
from itertools import islice
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
    made = (make(row, number) for number, row in enumerate(rows))
    while some := list(islice(made, AT_ONCE)):
        Product.objects.bulk_create(some)
    last = Product.objects.latest("pk").pk
    with connection.cursor() as cursor:
        for volume in range(1, books // len(rows)):
            # In parts: a web process gives up on an answer that takes longer than half a minute.
            for first in range(0, last, AT_ONCE):
                cursor.execute(*another(volume, first, min(first + AT_ONCE, last), cursor))
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    return time.perf_counter() - started


def make(row: dict[str, str], number: int) -> Product:
    authors = row["authors"] if row["isbn"] else f"{row['authors']} {number}"
    return Product(name=row["name"], authors=authors, description=row["description"],
                   isbn=row["isbn"] or None, slug=f"book-{number}", price=row["price"],
                   stock=3)  # fmt: skip


def another(volume: int, first: int, last: int, cursor) -> tuple[str, list[int]]:
    """A statement that copies the list as it was first written; its triggers have no part in it."""
    columns = [field.column for field in Product._meta.concrete_fields if field.column != "id"]
    if connection.vendor == "postgresql":
        cursor.execute("SET session_replication_role = replica; SET statement_timeout = 0")
        cursor.execute("SELECT column_name FROM information_schema.columns WHERE table_name ="
                       " 'main_product' AND column_name LIKE 'folded\\_%%'")  # fmt: skip
        columns += [name for (name,) in cursor.fetchall()]
    said = {"slug": "slug || '-' || %s", "isbn": "NULL", "authors": "authors || ' ' || %s"}
    copied = [said.get(column, column) for column in columns]
    statement = (
        f"INSERT INTO main_product ({', '.join(columns)}) SELECT {', '.join(copied)}"
        " FROM main_product WHERE id > %s AND id <= %s"
    )
    return statement, [volume, volume, first, last]


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
