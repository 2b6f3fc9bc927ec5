"""A book's row that another process holds, on PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from main.models import Product
from main.tests.support.live_services import database_url


@contextmanager
def holding(product: Product) -> Iterator[psycopg.Connection]:
    """Another process holds the book's row until it commits, or until the block ends."""
    with psycopg.connect(database_url()) as other:
        other.execute("SELECT FROM main_product WHERE id = %s FOR UPDATE", [product.pk])
        yield other
