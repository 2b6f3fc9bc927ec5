"""What staff do to many books at once."""

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone

from main.models import Product
from main.models.history import update_many


@transaction.atomic
def set_products_active(*, product_ids: Collection[int], active: bool) -> int:
    """Put books into the shop or take them out; returns how many were not so before."""
    changed = list(Product.objects.locked().filter(pk__in=product_ids, active=not active))
    for product in changed:
        product.active = active
        product.updated_at = timezone.now()
    reason = "Marked active" if active else "Marked inactive"
    update_many(changed, fields=["active", "updated_at"], reason=reason)
    return len(changed)
