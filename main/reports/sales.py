"""What was bought: in paid orders that were not cancelled, by the day they were placed."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import F, QuerySet, Sum

from main.models import Order, OrderLine, Product
from main.models.charges import CENT
from main.reports.calendar import last_days, start_of
from main.reports.figures import Report, kept

MOST_LISTED = 100


@dataclass(frozen=True, slots=True)
class Bought:
    """A book under its current name, with what was paid for its copies (including VAT)."""

    product_id: int
    name: str
    authors: str
    isbn: str | None
    copies: int
    taken: Decimal


def most_bought(days: int) -> Report[Bought]:
    """The books of which most copies were bought in the last `days`, most first."""
    return kept(f"most-bought-{days}", lambda: _read_bought(days, most=MOST_LISTED))


def all_bought(days: int) -> list[Bought]:
    """All of them, as of now."""
    rows, _ = _read_bought(days)
    return rows


def copies_bought(days: int) -> dict[int, int]:
    """The number of copies bought, by product key."""
    return dict(_sold_lines(days).annotate(copies=Sum("quantity")).values_list("product", "copies"))


def _read_bought(days: int, *, most: int | None = None) -> tuple[list[Bought], int]:
    """The first rows, and how many there are in all."""
    sold = list(
        _sold_lines(days)
        .annotate(copies=Sum("quantity"), taken=Sum(F("unit_price") * F("quantity")))
        .order_by("-copies", "-taken", "product")
        .values_list("product", "copies", "taken")
    )
    shown = sold[:most]
    books = Product.objects.only("name", "authors", "isbn").in_bulk([row[0] for row in shown])
    rows = [_bought(books[product], copies=copies, taken=taken) for product, copies, taken in shown]
    return rows, len(sold)


def _bought(book: Product, *, copies: int, taken: Decimal) -> Bought:
    return Bought(
        product_id=book.pk,
        name=book.name,
        authors=book.authors,
        isbn=book.isbn,
        copies=copies,
        taken=taken.quantize(CENT),  # SQLite counts in floating point
    )


def _sold_lines(days: int) -> QuerySet[OrderLine, Any]:
    since = start_of(last_days(days)[0])
    standing = OrderLine.objects.live().filter(
        order__status__in=[Order.Status.PAID, Order.Status.DONE], order__created_at__gte=since
    )
    return standing.order_by().values("product")
