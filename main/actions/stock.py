"""The stock: written only here, always with the reason in the book's history.

Copies are sold, put back, counted by staff or set by a supplier's list; new books have a first
stock.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from django.db import transaction
from django.db.models import Max

from main.errors import CountRefused
from main.models import Product
from main.models.history import record_many, update_many, update_one

MOST_COPIES = 2**31 - 1  # of one book: what its column holds
COUNTED = "Counted"  # the reason of every count begins with this


class Copies(Protocol):
    """A line of a basket or an order: a number of copies of one book."""

    @property
    def product_id(self) -> int: ...

    @property
    def quantity(self) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many copies somebody counted on the shelf, and what their page showed."""

    counted: int
    seen: int  # copies in stock
    after: int  # the last count before it (last_count)


def take(*, lines: Iterable[Copies], products: Mapping[int, Product], reason: str) -> None:
    """Take the copies out. `products`, by key, were locked and checked by the caller."""
    for line in lines:
        products[line.product_id].stock -= line.quantity
    update_many(products.values(), fields=["stock"], reason=reason)


@transaction.atomic
def put_back(*, lines: Iterable[Copies], reason: str) -> None:
    """Put the copies of these lines back into stock."""
    returned = list(lines)
    products = Product.objects.locked().in_bulk([line.product_id for line in returned])
    for line in returned:
        product = products[line.product_id]
        # Some shops enter the largest number for what never runs out.
        product.stock = min(product.stock + line.quantity, MOST_COPIES)
    update_many(products.values(), fields=["stock"], reason=reason)


def set_first(*, product: Product, copies: int) -> None:
    """Set a new book's first stock; the caller saves the book."""
    if not product._state.adding:
        raise ValueError("This book already has stock: count the copies instead.")
    product.stock = copies


def set_listed(*, copies: Iterable[tuple[Product, int]], reason: str) -> None:
    """Set the stock that a supplier's list gives for these books, which the caller has locked."""
    products = []
    for product, listed in copies:
        product.stock = listed
        products.append(product)
    if not products:
        return
    # The books exist: this is a bulk_update without its slow CASE for each row.
    Product.objects.bulk_create(
        products,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["stock", "updated_at"],
    )
    record_many(products, model=Product, is_new=False, reason=reason)


def last_count(*, product_id: int) -> int:
    """The key of the last count of this book; 0 if it was never counted."""
    counts = Product.history.filter(id=product_id, history_change_reason__startswith=COUNTED)
    return counts.aggregate(last=Max("history_id"))["last"] or 0


def check_count(*, product_id: int, count: Count) -> int:
    """The stock by this count, less the copies sold since the page was rendered.

    Locks the book until the surrounding transaction ends. Raises CountRefused if somebody else has
    counted it meanwhile, or more copies were sold than counted.
    """
    there = Product.objects.locked().values_list("stock", flat=True).get(pk=product_id)
    if count.counted != count.seen and count.after != last_count(product_id=product_id):
        raise CountRefused(
            f"The copies were counted since you opened the page: there are {there}. "
            "Reopen the page and count again if necessary."
        )
    stock = there + count.counted - count.seen
    if stock < 0:
        raise CountRefused(
            f"There are {there} copies now, not {count.seen}. Reload the page and count again."
        )
    return min(stock, MOST_COPIES)


def save_count(
    *, product: Product, count: Count, beside: Collection[str] = (), reason: str = ""
) -> None:
    """Save a count and the columns `beside` it of the locked book, as one record.

    `reason` is about those columns. Raises CountRefused, and then saves nothing.
    """
    product.stock = check_count(product_id=product.pk, count=count)
    reason = "; ".join(filter(None, [COUNTED, reason]))
    update_one(product, fields=["stock", *beside, "updated_at"], reason=reason)
