"""What staff do with books: add them, change them, show them in the shop or hide them."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from main.actions import stock
from main.models import Product, ProductTag
from main.models.history import record_many, update_many, update_one


@transaction.atomic
def add_product(*, product: Product, copies: int) -> Product:
    """Save a new book with so many copies in stock."""
    stock.set_first(product=product, copies=copies)
    product.save()
    return product


@transaction.atomic
def change_product(
    *,
    product_id: int,
    values: Mapping[str, Any],
    subjects: Iterable[ProductTag] | None = None,
    count: stock.Count | None = None,
) -> Product:
    """Apply the changes to the book as it is now, as one record in its history.

    `values` are by column; `subjects` replace all the book has. Only a `count` changes the stock.
    Raises CountRefused and saves nothing if the count no longer fits.
    """
    if "stock" in values:
        raise ValueError("Stock cannot be set: count the copies instead.")
    product = Product.objects.locked().get(pk=product_id)
    for name, value in values.items():
        setattr(product, name, value)
    reason = "" if subjects is None else _set_subjects(product, subjects)
    if count is not None:
        stock.save_count(product=product, count=count, beside=values.keys(), reason=reason)
    else:
        _save(product, columns=values.keys(), reason=reason)
    return product


@transaction.atomic
def set_products_active(*, product_ids: Collection[int], active: bool) -> int:
    """Show books in the shop or hide them; return how many changed."""
    changed = list(Product.objects.locked().filter(pk__in=product_ids, active=not active))
    for product in changed:
        product.active = active
        product.updated_at = timezone.now()
    reason = "Marked active" if active else "Marked inactive"
    update_many(changed, fields=["active", "updated_at"], reason=reason)
    return len(changed)


def _set_subjects(product: Product, subjects: Iterable[ProductTag]) -> str:
    """Set the subjects; return the text for the book's history, since they are not a column."""
    new = list(subjects)
    before, after = ({tag.name for tag in tags} for tags in (product.tags.all(), new))
    product.tags.set(new)
    return f"Subjects: {_listed(before)} → {_listed(after)}" if before != after else ""


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "none"


def _save(product: Product, *, columns: Collection[str], reason: str) -> None:
    update_one(product, fields=[*columns, "updated_at"], reason=reason)
    if reason and not columns:
        record_many([product], model=Product, is_new=False, reason=reason)
