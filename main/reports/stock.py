"""Books that are running out: those that sell come first, because they are missed first."""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import F

from main.models import Product
from main.models.products import ProductQuerySet
from main.reports.figures import Report, kept
from main.reports.sales import copies_bought

MOST_LISTED = 200


@dataclass(frozen=True, slots=True)
class LowStock:
    """A book with few copies left, and how many were bought lately."""

    product_id: int
    name: str
    authors: str
    isbn: str | None
    stock: int
    sold: int


def running_low() -> ProductQuerySet:
    """Books on sale with fewer copies than LOW_STOCK."""
    return Product.objects.active().filter(stock__lt=settings.LOW_STOCK)


def low_stock(days: int) -> Report[LowStock]:
    """Those that sold most in the last `days` first, then those with the fewest copies."""

    def read() -> tuple[list[LowStock], int]:
        rows = all_low_stock(days)
        return rows[:MOST_LISTED], len(rows)

    return kept(f"low-stock-{days}-{settings.LOW_STOCK}", read)


def all_low_stock(days: int) -> list[LowStock]:
    """All of them, as of now."""
    sold = copies_bought(days)
    low = running_low().order_by("name", "pk")
    rows = [
        LowStock(**book, sold=sold.get(book["product_id"], 0))
        for book in low.values("name", "authors", "isbn", "stock", product_id=F("pk"))
    ]
    return sorted(rows, key=lambda row: (-row.sold, row.stock))
