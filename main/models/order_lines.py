"""What an order charges for, frozen when it was placed: its lines (books) and its other charges."""

from decimal import Decimal

from django.db import models

from main.models.charges import ChargeKind
from main.models.foreign_text import isolated
from main.models.history import History
from main.models.orders import Order

MOST_LINES = 2000  # in one order, so that its page can send them all


class OrderItem(models.Model):
    """What lines and charges have in common.

    If only some copies change state, the row is split: a new row takes them and points to the row
    that it came from, since an invoice may refer to that one.
    """

    name = models.CharField(max_length=255)
    unit_price = models.DecimalField(max_digits=8, decimal_places=2, help_text="VAT included.")
    tax_rate = models.DecimalField("VAT rate", max_digits=4, decimal_places=2)
    quantity = models.PositiveSmallIntegerField()
    # Only followed upwards, so no index: building one would block a shop with many orders.
    split_from = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        db_index=False,
        related_name="+",
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.quantity} × {isolated(self.name)}"

    @property
    def total(self) -> Decimal:
        return self.unit_price * self.quantity


class OrderLineQuerySet(models.QuerySet["OrderLine"]):
    def live(self) -> "OrderLineQuerySet":
        return self.exclude(status=OrderLine.Status.CANCELLED)


class OrderLine(OrderItem):
    class Status(models.IntegerChoices):
        NEW = 10, "new"
        PROCESSING = 20, "processing"
        SENT = 30, "sent"
        CANCELLED = 40, "cancelled"

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    product = models.ForeignKey("main.Product", on_delete=models.PROTECT, related_name="+")
    status = models.PositiveSmallIntegerField(choices=Status, default=Status.NEW)

    objects = OrderLineQuerySet.as_manager()
    history = History(excluded_fields=["split_from"])

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["status", "-id"], name="orderline_by_status"),
            models.Index(fields=["product", "order"], name="orderline_of_product"),
        ]

    @property
    def kind(self) -> ChargeKind:
        return ChargeKind.BOOK

    @property
    def is_live(self) -> bool:
        return self.status != self.Status.CANCELLED


class OrderChargeQuerySet(models.QuerySet["OrderCharge"]):
    def live(self) -> "OrderChargeQuerySet":
        return self.exclude(status=OrderCharge.Status.CANCELLED)


class OrderCharge(OrderItem):
    """Something other than a book: delivery, a fee or a discount, whose price is negative."""

    class Status(models.IntegerChoices):
        AGREED = 10, "agreed"
        CANCELLED = 40, "cancelled"

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="charges")
    kind = models.CharField(max_length=12, choices=ChargeKind)
    code = models.CharField(max_length=40, help_text="Which charge it is: “gift-wrapping”.")
    status = models.PositiveSmallIntegerField(choices=Status, default=Status.AGREED)

    objects = OrderChargeQuerySet.as_manager()
    history = History(excluded_fields=["split_from"])

    class Meta:
        ordering = ["pk"]

    @property
    def is_live(self) -> bool:
        return self.status != self.Status.CANCELLED
