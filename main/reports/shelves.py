"""What the shop's pages recommend: best sellers and related books."""

from datetime import timedelta

from django.core.cache import cache
from django.db.models import Sum
from django.utils import timezone

from main.models import Order, OrderLine, Product, ProductTag

BEST_SELLER_DAYS = 90
_CACHED_FOR = 600  # seconds: best sellers do not change from one visitor to the next


def best_sellers(*, limit: int) -> list[Product]:
    """The active books that sold most copies lately; filled up with others if few sold."""
    key = f"best-sellers-{limit}"
    ids = cache.get(key)
    if ids is None:
        ids = _best_seller_ids(limit)
        if len(ids) == limit:  # do not cache an unfinished shelf: the shop is still being filled
            cache.set(key, ids, _CACHED_FOR)
    found = Product.objects.active().for_listing().in_bulk(ids)
    return [found[pk] for pk in ids if pk in found]


def related_books(product: Product, *, tags: list[ProductTag], limit: int) -> list[Product]:
    """Other books by the same authors, then those that share most subjects."""
    on_sale = Product.objects.active().for_listing()
    found = list(on_sale.by_the_authors_of(product).order_by("pk")[:limit])
    if len(found) < limit:
        known = [product.pk, *(book.pk for book in found)]
        found += on_sale.sharing_subjects(tags).exclude(pk__in=known)[: limit - len(found)]
    return found


def _best_seller_ids(limit: int) -> list[int]:
    since = timezone.now() - timedelta(days=BEST_SELLER_DAYS)
    sold = (
        OrderLine.objects.filter(order__created_at__gte=since, product__active=True)
        .exclude(status=OrderLine.Status.CANCELLED)
        .exclude(order__status=Order.Status.CANCELLED)
        .values("product")
        .annotate(copies=Sum("quantity"))
        .order_by("-copies", "product")
    )
    ids = [row["product"] for row in sold[:limit]]
    if len(ids) < limit:
        filler = Product.objects.can_be_bought().exclude(pk__in=ids).order_by("pk")
        ids += filler.values_list("pk", flat=True)[: limit - len(ids)]
    return ids
