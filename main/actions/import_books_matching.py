"""Finds the book that a row of a supplier's list is about, and what the row changes in it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from main.actions import stock
from main.actions.import_books_rows import ListedBook, RowRefused
from main.gateways.plain_text import plain_text
from main.models import Product
from main.models.foreign_text import isolated
from main.models.products import NOT_REGISTERED, make_slug

# What a list may set for a book that the shop has. The stock only on request: repeating the list
# would bring back copies that were sold since.
KNOWN_BY = ("name", "authors", "isbn")
DETAILS = ("description", "price", "year", "language")


@dataclass(slots=True)
class Entry:
    """A book of the batch. `line` is the first that set it; 0 if no line of this list has yet."""

    product: Product
    line: int
    is_changed: bool = False
    copies: int | None = None  # what the list sets the stock to
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def is_new(self) -> bool:
        return self.product.pk is None

    def says_now(self, name: str) -> object:
        """The book's value in this column, as far as the list has been read."""
        if name == "stock" and self.copies is not None:
            return self.copies
        return getattr(self.product, name)

    def put(self, name: str, value: Any) -> None:
        if name == "stock":
            self.copies = value
        else:
            setattr(self.product, name, value)
            self.is_changed = True


class Shelf:
    """The books that the rows of one batch are about: those in the shop, locked, and new ones."""

    def __init__(self, books: Sequence[ListedBook], *, lines: Mapping[int, int]) -> None:
        self.entries: list[Entry] = []
        self._by_isbn: dict[str | None, Entry] = {}
        self._by_slug: dict[str, Entry] = {}
        self._by_name: dict[tuple[str, str], list[Entry]] = defaultdict(list)
        self._by_plain_name: dict[tuple[str, str], list[Entry]] = defaultdict(list)
        for product in _find_known(books):
            self._add(Entry(product, line=lines.get(product.pk, 0)))

    def put(self, book: ListedBook, *, update_stock: bool) -> Entry:
        """Find or make the book's entry and change it as the row says, or raise RowRefused."""
        details = (*DETAILS, "stock") if update_stock else DETAILS
        if entry := self._find(book):
            _refuse_another_book(entry.product, book)
            self._change(entry, book, fields=(*KNOWN_BY, *details))
        elif entry := next(filter(None, map(self._by_slug.get, _slugs_of(book))), None):
            # This row once created the book; staff then corrected its title or ISBN, which stays.
            self._change(entry, book, fields=details)
        else:
            entry = self._add(Entry(_make_product(book), line=book.line))
        entry.tags |= book.tags
        return entry

    def _add(self, entry: Entry) -> Entry:
        product = entry.product
        self.entries.append(entry)
        self._by_slug[product.slug] = entry
        self._by_name[product.name, product.authors].append(entry)
        self._by_plain_name[_plain_name(product)].append(entry)
        if product.isbn:
            self._by_isbn[product.isbn] = entry
        return entry

    def _find(self, book: ListedBook) -> Entry | None:
        if book.isbn in self._by_isbn:
            return self._by_isbn[book.isbn]
        known_as = book.name, book.authors
        same_name = self._by_name[known_as] or self._by_plain_name[known_as]
        if book.isbn or any(not entry.product.isbn for entry in same_name):
            same_name = [entry for entry in same_name if not entry.product.isbn]
        if len(same_name) > 1:
            raise RowRefused(
                f"the shop has {len(same_name)} editions of this book; it needs an ISBN"
            )
        return same_name[0] if same_name else None

    def _change(self, entry: Entry, book: ListedBook, *, fields: Sequence[str]) -> None:
        changes = _changes(entry, book, fields)
        if changes and entry.line:
            raise RowRefused(
                f"it contradicts line {entry.line}, about the same book, in {', '.join(changes)}"
            )
        for name, value in changes.items():
            entry.put(name, value)
        entry.line = entry.line or book.line
        if book.isbn and entry.product.isbn == book.isbn:
            self._by_isbn[book.isbn] = entry


def _refuse_another_book(product: Product, book: ListedBook) -> None:
    """A list may correct a title or its authors; if both differ, the ISBN is wrong."""
    name, authors = _plain_name(product)
    if name != book.name and book.authors and authors != book.authors:
        raise RowRefused(
            f"isbn {book.isbn} belongs to “{isolated(product.name)}” by {isolated(product.authors)}"
        )


def _changes(entry: Entry, book: ListedBook, fields: Sequence[str]) -> dict[str, object]:
    """The values in which the row differs; empty cells are ignored."""
    said = {name: getattr(book, name) for name in fields}
    return {
        name: value
        for name, value in said.items()
        if value not in {None, ""} and value != entry.says_now(name)
    }


def _find_known(books: Sequence[ListedBook]) -> list[Product]:
    """Every product that a row may be about, locked until the batch is written."""
    known: set[int] = set()
    for lookup in (
        {"isbn__in": [book.isbn for book in books if book.isbn]},
        {"name__in": [book.name for book in books]},
        {"slug__in": [slug for book in books for slug in _slugs_of(book)]},
    ):
        known.update(Product.objects.filter(**lookup).values_list("pk", flat=True))
    known.update(_find_named_in_html({book.name for book in books}))
    return list(Product.objects.filter(pk__in=known).locked())


def _find_named_in_html(names: set[str]) -> Iterator[int]:
    """Products whose names were once stored with a feed's entities and tags."""
    coded = Product.objects.filter(_is_coded("name") | _is_coded("authors"))
    for pk, name in coded.values_list("pk", "name").iterator():
        if plain_text(name) in names:
            yield pk


def _is_coded(field: str) -> Q:
    """It may be HTML; whether it is, `plain_text` knows."""
    entity = Q(**{f"{field}__contains": "&"}) & Q(**{f"{field}__contains": ";"})
    return entity | Q(**{f"{field}__contains": "<"})


def _plain_name(product: Product) -> tuple[str, str]:
    return plain_text(product.name), plain_text(product.authors)


def _slugs_of(book: ListedBook) -> list[str]:
    """The one that this row's book gets now, and the one that its HTML once gave it."""
    names = dict.fromkeys([(book.name, book.authors), book.listed_as])
    return [make_slug(name=name, authors=authors, isbn=book.isbn) for name, authors in names]


def _make_product(book: ListedBook) -> Product:
    values = {name: getattr(book, name) for name in (*KNOWN_BY, *DETAILS)}
    product = Product(slug=_slugs_of(book)[0], **values)
    if product.is_taxed_in_vain:
        raise RowRefused(f"{NOT_REGISTERED}; this book would get {product.tax_rate} %")
    stock.set_first(product=product, copies=book.stock or 0)
    return product
