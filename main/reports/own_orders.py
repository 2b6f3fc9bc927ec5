"""A customer's orders as their list shows them: which books, and whether we have replied."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet

from main.models import Order, OrderLine
from main.models.product_images import Picture, first_picture
from main.models.products import cloth_of
from main.reports.unread import has_unread_reply

BOOKS_SHOWN = 4


@dataclass(frozen=True, slots=True)
class OrderedBook:
    """A title as it was ordered, with its cover of today."""

    name: str
    cover: Picture | None
    cloth: int


@dataclass(frozen=True, slots=True)
class OwnOrder:
    """An order with its first books; `others` are the titles that are not among them."""

    order: Order
    books: list[OrderedBook]
    others: int
    has_unread_reply: bool


def with_books(orders: QuerySet[Order]) -> QuerySet[Order]:
    """With all that `own_orders` shows, in as few queries as without it."""
    lines = OrderLine.objects.annotate(cover_fields=first_picture("product_id"))
    return orders.annotate(is_answered=has_unread_reply()).prefetch_related(
        Prefetch("lines", lines), "charges"
    )


def own_orders(orders: Iterable[Any]) -> list[OwnOrder]:
    """Orders that were fetched `with_books`."""
    return [_own_order(order) for order in orders]


def _own_order(order: Any) -> OwnOrder:
    # Copies that moved to a line of their own belong to the first line of their book.
    titles: dict[int, Any] = {}
    for line in order.lines.all():
        titles.setdefault(line.product_id, line)
    books = [_book(line) for line in list(titles.values())[:BOOKS_SHOWN]]
    return OwnOrder(order, books, len(titles) - len(books), order.is_answered)


def _book(line: Any) -> OrderedBook:
    cover = Picture(**line.cover_fields) if line.cover_fields else None
    return OrderedBook(line.name, cover, cloth_of(line.product_id))
