"""Imports a supplier's list of books in batches, each of them whole or not at all.

A batch holds its books' rows while it is written, and a customer who buys one of them waits. So
batches are small, and pictures, which take long to store, follow when the batch is committed.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from django.db import DataError, IntegrityError, OperationalError, transaction

from main.actions import stock
from main.actions.import_books_matching import DETAILS, KNOWN_BY, Entry, Shelf
from main.actions.import_books_pictures import ListedPicture, add_pictures, check_picture
from main.actions.import_books_rows import ListedBook, RowRefused, read_book
from main.actions.import_books_subjects import find_subjects
from main.gateways.book_lists import ListedRow, open_book_list
from main.models import Product, ProductTag
from main.models.history import record_many

BATCH = 100
# Another import or a change in the admin may conflict; the next attempt then succeeds.
ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class RowError:
    """A rejected row: the line of the file on which it begins, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class RowNote:
    """What was read differently than it was written, in the row that begins on this line."""

    line: int
    text: str


@dataclass(slots=True)
class ImportResult:
    """What an import has done so far."""

    products: int = 0
    products_created: int = 0
    products_updated: int = 0
    tags: int = 0
    tags_created: int = 0
    images: int = 0
    errors: list[RowError] = field(default_factory=list)
    notes: list[RowNote] = field(default_factory=list)


@dataclass(slots=True)
class _Batch:
    """The valid rows of a batch with their pictures, and what was done with them."""

    books: list[tuple[ListedBook, ListedPicture | None]]
    errors: list[RowError] = field(default_factory=list)
    notes: list[RowNote] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    pictures: list[tuple[Product, ListedPicture]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


def import_books(
    *,
    csv_path: Path,
    image_basedir: Path,
    update_stock: bool = False,
    on_error: Callable[[RowError], None] = lambda error: None,
    on_progress: Callable[[ImportResult], None] = lambda result: None,
) -> ImportResult:
    """Create the books of the list, or update those already in the shop.

    A book is identified by its ISBN, or else by name and authors. For a known book, the list sets
    every value that it has a cell for and adds tags and pictures. An empty cell changes nothing,
    nothing is removed, and the stock stays unless `update_stock`. A row that breaks a rule is left
    out and reported to `on_error` at once. Raises NotABookList.
    """
    result = ImportResult()
    lines: dict[int, int] = {}  # by product: the first line of this list that is about it
    with open_book_list(csv_path) as rows:
        while batch_rows := list(islice(rows, BATCH)):
            checked = _check_rows(batch_rows, image_basedir=image_basedir)
            for batch in _write(checked, lines=lines, update_stock=update_stock):
                lines |= {entry.product.pk: entry.line for entry in batch.entries if entry.line}
                _count(batch, result=result)
                for error in sorted(batch.errors, key=lambda error: error.line):
                    on_error(error)
            on_progress(result)
    return result


def _check_rows(rows: Iterable[ListedRow], *, image_basedir: Path) -> _Batch:
    batch = _Batch([])
    for row in rows:
        try:
            if row.problem:
                raise RowRefused(row.problem)
            book = read_book(row)
            picture = check_picture(book.image_filename, image_basedir=image_basedir)
        except RowRefused as error:
            batch.errors.append(RowError(row.line, str(error)))
        else:
            batch.books.append((book, picture))
    return batch


def _write(batch: _Batch, *, lines: Mapping[int, int], update_stock: bool) -> Iterator[_Batch]:
    """Write the batch, or its rows one by one if the database rejects the batch."""
    refusal: Exception | None = None
    for _ in range(ATTEMPTS):
        try:
            written = _write_at_once(batch, lines=lines, update_stock=update_stock)
        except (IntegrityError, OperationalError, DataError) as error:
            refusal = error
        else:
            add_pictures(written.pictures)
            yield written
            return
    if isinstance(refusal, OperationalError):
        raise refusal
    if len(batch.books) > 1:
        yield _Batch([], errors=batch.errors)
        for book in batch.books:
            yield from _write(_Batch([book]), lines=lines, update_stock=update_stock)
    else:
        reason = " ".join(f"the database rejects it: {refusal}".split())
        refused = RowError(batch.books[0][0].line, reason)
        yield _Batch([], errors=[*batch.errors, refused])


@transaction.atomic
def _write_at_once(batch: _Batch, *, lines: Mapping[int, int], update_stock: bool) -> _Batch:
    shelf = Shelf([book for book, _ in batch.books], lines=lines)
    written = _Batch([], errors=list(batch.errors))
    for book, picture in batch.books:
        try:
            entry = shelf.put(book, update_stock=update_stock)
        except RowRefused as error:
            written.errors.append(RowError(book.line, str(error)))
            continue
        written.notes += [RowNote(book.line, note) for note in book.notes]
        written.counts.update(products=1, tags=len(book.tags), images=bool(picture))
        if picture:
            written.pictures.append((entry.product, picture))
    written.entries = shelf.entries
    _save_products(shelf.entries, counts=written.counts)
    _save_tags(shelf.entries, counts=written.counts)
    return written


def _save_products(entries: list[Entry], *, counts: Counter[str]) -> None:
    new = [entry.product for entry in entries if entry.is_new]
    known = [entry for entry in entries if not entry.is_new]
    changed = [entry.product for entry in known if entry.is_changed]
    counted = {entry.product: entry.copies for entry in known if entry.copies is not None}
    Product.objects.bulk_create(new)
    # The books exist: this is a bulk_update without its slow CASE for each row and column.
    Product.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=[*KNOWN_BY, *DETAILS, "updated_at"],
    )
    record_many(new, model=Product, is_new=True, reason="Imported")
    others = [product for product in changed if product not in counted]
    record_many(others, model=Product, is_new=False, reason="Imported")
    stock.set_listed(copies=counted.items(), reason="Imported")
    counts.update(products_created=len(new), products_updated=len(others) + len(counted))


def _save_tags(entries: list[Entry], *, counts: Counter[str]) -> None:
    """Create missing subjects and list each book under its own."""
    names = {slug: name for entry in entries for slug, name in entry.tags.items()}
    known = find_subjects(names)
    new = [ProductTag(slug=slug, name=name) for slug, name in names.items() if slug not in known]
    ProductTag.objects.bulk_create(new, ignore_conflicts=True)
    counts.update(tags_created=len(new))
    created = ProductTag.objects.filter(slug__in={tag.slug for tag in new})
    ids = known | dict(created.values_list("slug", "pk"))
    shelved = Product.tags.through
    wanted = {(entry.product.pk, ids[slug]) for entry in entries for slug in entry.tags}
    there = shelved.objects.filter(product__in=[entry.product.pk for entry in entries])
    wanted.difference_update(there.values_list("product_id", "producttag_id"))
    shelved.objects.bulk_create(
        [shelved(product_id=product, producttag_id=tag) for product, tag in sorted(wanted)],
        ignore_conflicts=True,
    )


def _count(batch: _Batch, *, result: ImportResult) -> None:
    for name, number in batch.counts.items():
        setattr(result, name, getattr(result, name) + number)
    result.errors += batch.errors
    result.notes += batch.notes
