"""Reads a book from the cells of a supplier's list; has all rules for a single row."""

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone
from django.utils.text import slugify

from main.gateways.book_lists import ListedRow
from main.gateways.plain_text import plain_text
from main.models import Product, ProductTag
from main.models.isbn import isbn13
from main.models.ismn import is_ismn
from main.models.languages import language_code
from main.models.product_tags import ALL_BOOKS

HIGHEST_PRICE = Decimal("999999.99")
HIGHEST_STOCK = 2_147_483_647
EARLIEST_YEAR = -3000
_UNKNOWN_LANGUAGE = "language-unknown"
_TEXTS = ("name", "authors", "description", "tags")


class RowRefused(Exception):
    """The row is rejected; `str(error)` says why, for the sender of the list."""


@dataclass(frozen=True, slots=True)
class ListedBook:
    """A valid row. None or an empty text: the list has no such value."""

    line: int
    name: str
    authors: str
    description: str
    isbn: str | None
    price: Decimal
    stock: int | None
    year: int | None
    language: str
    tags: dict[str, str]  # name by slug
    image_filename: str
    # Name and authors as the list has them, maybe in HTML: so the shop stored them once.
    listed_as: tuple[str, str]
    notes: tuple[str, ...] = ()  # what was read differently than it was written


def read_book(row: ListedRow) -> ListedBook:
    """The book in a row. Raises RowRefused with the first thing that is wrong."""
    listed = {column: text.strip() for column, text in row.cells.items()}
    cells = listed | {name: plain_text(listed[name]) for name in _TEXTS if name in listed}
    name = _read_words(cells["name"], what="name", longest=_longest(Product, "name"))
    if not name:
        raise RowRefused("name is missing")
    authors = _read_words(
        cells.get("authors", ""), what="authors", longest=_longest(Product, "authors")
    )
    isbn = _read_isbn(cells.get("isbn", ""))
    tags, language = _read_tags(cells["tags"])
    return ListedBook(
        line=row.line,
        name=name,
        authors=authors,
        description=unicodedata.normalize("NFC", cells["description"]),
        isbn=isbn,
        price=_read_price(cells["price"], has_decimal_comma=row.has_decimal_commas),
        stock=_read_stock(cells.get("stock", "")),
        year=_read_year(cells.get("year", "")),
        language=language,
        tags=tags,
        image_filename=cells["image_filename"],
        listed_as=(_one_line(listed["name"]), _one_line(listed.get("authors", ""))),
        notes=tuple(_notes(listed, cells, isbn=isbn)),
    )


def _notes(listed: dict[str, str], cells: dict[str, str], *, isbn: str | None) -> Iterator[str]:
    if listed != cells:
        yield "HTML (entities or tags) became plain text"
    if isbn and is_ismn(isbn):
        yield "979-0 begins an ISMN, of printed music: it is kept, but not shown as an ISBN"


def _longest(model: type[Product | ProductTag], field: str) -> int:
    return int(model._meta.get_field(field).max_length)  # type: ignore[union-attr, arg-type]


def _one_line(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _read_words(text: str, *, what: str, longest: int) -> str:
    words = _one_line(text)
    if len(words) > longest:
        raise RowRefused(f"{what} is too long: {len(words)} characters instead of {longest}")
    return words


def _read_isbn(text: str) -> str | None:
    try:
        return isbn13(text) if text else None
    except ValueError as error:
        raise RowRefused(f"isbn {error}") from None


def _with_point(price: str) -> str:
    """8.49 for 8,49, and 1234.50 for 1.234,50 or 1 234,50; anything else as it is."""
    number = re.fullmatch(r"([+-]?)([0-9]{1,3}(?:[.\s][0-9]{3})+|[0-9]+),([0-9]*)", price)
    if not number:
        return price
    return f"{number[1]}{re.sub('[^0-9]', '', number[2])}.{number[3]}"


def _read_price(text: str, *, has_decimal_comma: bool) -> Decimal:
    if not text:
        raise RowRefused("price is missing")
    if has_decimal_comma:
        text = _with_point(text)
    if not re.fullmatch(r"[+-]?[0-9]+(\.[0-9]*)?", text):
        raise RowRefused(f"price {_quoted(text)} is not a number like 8.49")
    price = Decimal(text)
    if price <= 0:
        raise RowRefused(f"price {_quoted(text)} must be more than 0")
    if price > HIGHEST_PRICE:
        raise RowRefused(f"price {_quoted(text)} is more than {HIGHEST_PRICE}")
    if price != round(price, 2):
        raise RowRefused(f"price {_quoted(text)} has more than two decimal places")
    return round(price, 2)


def _read_stock(text: str) -> int | None:
    if not text:
        return None
    if not re.fullmatch(r"[+-]?[0-9]+", text):
        raise RowRefused(f"stock {_quoted(text)} is not a whole number")
    if text.startswith("-"):
        raise RowRefused(f"stock {_quoted(text)} is less than 0")
    if len(text) > 11 or int(text) > HIGHEST_STOCK:
        raise RowRefused(f"stock {_quoted(text)} is more than {HIGHEST_STOCK}")
    return int(text)


def _read_year(text: str) -> int | None:
    if not text:
        return None
    if not re.fullmatch(r"-?[0-9]+", text):
        raise RowRefused(f"year {_quoted(text)} is not a whole number")
    # Books are announced before they are published.
    latest = timezone.localdate().year + 5
    if len(text) > 5 or not EARLIEST_YEAR <= int(text) <= latest or not int(text):
        raise RowRefused(f"year {_quoted(text)} is not from {EARLIEST_YEAR} to {latest}")
    return int(text)


def _read_tags(text: str) -> tuple[dict[str, str], str]:
    """Subjects (name by slug), and the code of the language found among them."""
    tags: dict[str, str] = {}
    language = ""
    for tag in text.split("|"):
        name = _read_words(tag, what="tag", longest=_longest(ProductTag, "name"))
        code = language_code(name)
        if code and not language:
            language = code
        elif name not in ("", _UNKNOWN_LANGUAGE) and (not code or code != language):
            # A second language becomes a subject: a book has only one language.
            tags.setdefault(_tag_slug(name), _tag_name(name))
    return tags, language


def _tag_slug(name: str) -> str:
    if slugify(name) == ALL_BOOKS:
        raise RowRefused("tag “all” is the list of all books")
    return slugify(name) or f"subject-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _tag_name(name: str) -> str:
    """The name for people: "top-rated" is a supplier's code for "Top rated"."""
    if name != slugify(name):
        return name
    return name[:1].upper() + name[1:].replace("-", " ")


def _quoted(text: str) -> str:
    return f"“{text[:40]}”"
