"""From which client a guest's order came: what limits are counted by, and nothing else."""

from django.db import models
from django.utils import timezone

from main.models.orders import Order


class OrderOrigin(models.Model):
    """Of guests' orders, for ORDER_ORIGIN_DAYS. `client` is a keyed digest of the address."""

    # No constraint: releases before this model know nothing of it.
    order = models.OneToOneField(
        Order,
        on_delete=models.CASCADE,
        primary_key=True,
        db_constraint=False,
        related_name="origin",
    )
    client = models.CharField(max_length=32)
    placed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["client", "placed_at"], name="order_origin_by_client"),
            models.Index(fields=["placed_at"], name="order_origin_by_time"),
        ]

    def __str__(self) -> str:
        return f"Origin of order {self.order_id}"
