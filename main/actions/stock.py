"""The stock: written here alone, whoever asks, and the book's history keeps why.

Sold, given back, counted by staff, set by a supplier's list; what a new book begins with.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from django.db import transaction
from django.db.models import Max

from main.errors import CountRefused
from main.models import Product
from main.models.history import record_many, update_many, update_one

COUNTED = "Counted"  # so begins the reason of every count


class Copies(Protocol):
    """A line of a basket or of an order: so many copies of one book."""

    @property
    def product_id(self) -> int: ...

    @property
    def quantity(self) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many copies somebody found on the shelf, and what the page they were given showed."""

    counted: int
    seen: int  # copies in stock
    after: int  # the last count before it (last_count)


def take(*, lines: Iterable[Copies], products: Mapping[int, Product], reason: str) -> None:
    """Take the copies out. `products`, by key, are locked by the caller, who has checked them."""
    for line in lines:
        products[line.product_id].stock -= line.quantity
    update_many(products.values(), fields=["stock"], reason=reason)


@transaction.atomic
def put_back(*, lines: Iterable[Copies], reason: str) -> None:
    """Give the stock back what these lines took."""
    returned = list(lines)
    products = Product.objects.locked().in_bulk([line.product_id for line in returned])
    for line in returned:
        products[line.product_id].stock += line.quantity
    update_many(products.values(), fields=["stock"], reason=reason)


def set_first(*, product: Product, copies: int) -> None:
    """What a new book begins with; whoever makes the book saves it."""
    if not product._state.adding:
        raise ValueError("This book already has stock: count the copies instead.")
    product.stock = copies


def set_listed(*, copies: Iterable[tuple[Product, int]], reason: str) -> None:
    """Set what a supplier's list says of these books, which the caller has locked."""
    products = []
    for product, listed in copies:
        product.stock = listed
        products.append(product)
    if not products:
        return
    # The books are there: this is a bulk_update without its slow CASE for each row.
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
    """How many copies there are by this count: what was sold since the page was made stays sold.

    The book is locked until the surrounding transaction ends. Raises CountRefused if somebody
    else has counted it meanwhile, or more were sold than were found.
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
    return stock


def save_count(
    *, product: Product, count: Count, beside: Collection[str] = (), reason: str = ""
) -> None:
    """Save a count, with the columns of the locked book that changed `beside` it: one change.

    `reason` is theirs. Raises CountRefused, and nothing is saved.
    """
    product.stock = check_count(product_id=product.pk, count=count)
    reason = "; ".join(filter(None, [COUNTED, reason]))
    update_one(product, fields=["stock", *beside, "updated_at"], reason=reason)
