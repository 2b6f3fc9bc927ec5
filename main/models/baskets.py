"""Baskets: what a member or a guest intends to buy."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

QUANTITY_LIMIT = 99
MOST_TITLES = 1000  # in one basket, so that its pages can be shown and sent in one piece


@dataclass(frozen=True, slots=True, kw_only=True)
class BasketOwner:
    """Owns baskets: a user, or else the guest whose session holds the key."""

    user_id: int | None = None
    guest_key: str | None = None

    @property
    def lookup(self) -> dict[str, Any]:
        if self.user_id:
            return {"user_id": self.user_id}
        # A guest without a key owns nothing: no row has an empty key.
        return {"user": None, "guest_key": self.guest_key or ""}


class BasketQuerySet(models.QuerySet["Basket"]):
    def owned_by(self, owner: BasketOwner) -> "BasketQuerySet":
        return self.filter(**owner.lookup)

    def open(self) -> "BasketQuerySet":
        return self.filter(status=Basket.Status.OPEN)

    def locked(self) -> "BasketQuerySet":
        """Lock the rows until the transaction ends, always in the same order."""
        return self.select_for_update(of=("self",), no_key=True).order_by("pk")


class Basket(models.Model):
    class Status(models.IntegerChoices):
        OPEN = 10, "open"
        SUBMITTED = 20, "submitted"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="baskets",
    )
    guest_key = models.CharField(max_length=64, null=True, blank=True, editable=False)
    status = models.PositiveSmallIntegerField(choices=Status, default=Status.OPEN)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = BasketQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(status=10),
                name="basket_one_open_per_user",
            ),
            models.UniqueConstraint(
                fields=["guest_key"],
                condition=models.Q(status=10),
                name="basket_one_open_per_guest",
            ),
        ]
        indexes = [models.Index(fields=["guest_key"], name="basket_guest")]

    def __str__(self) -> str:
        return f"Basket {self.pk}"


class BasketLineQuerySet(models.QuerySet["BasketLine"]):
    def for_reading(self) -> "BasketLineQuerySet":
        """The lines with product and cover, in the order in which they were added."""
        from main.models.products import Product

        products = Product.objects.for_listing()
        return self.order_by("pk").prefetch_related(models.Prefetch("product", queryset=products))


class BasketLine(models.Model):
    basket = models.ForeignKey(Basket, on_delete=models.CASCADE, related_name="lines")
    product = models.ForeignKey("main.Product", on_delete=models.CASCADE, related_name="+")
    quantity = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(QUANTITY_LIMIT)]
    )
    # The price that the customer last saw, so that a change can be pointed out.
    price_seen = models.DecimalField(max_digits=8, decimal_places=2)

    objects = BasketLineQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["basket", "product"], name="basketline_per_product"),
            models.CheckConstraint(
                condition=models.Q(quantity__gte=1, quantity__lte=QUANTITY_LIMIT),
                name="basketline_quantity_in_limits",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.product_id}"

    @property
    def unit_price(self) -> Decimal:
        return self.product.price

    @property
    def tax_rate(self) -> Decimal:
        return self.product.tax_rate

    @property
    def total(self) -> Decimal:
        return self.unit_price * self.quantity

    @property
    def price_was(self) -> Decimal | None:
        """The price that the customer saw, if it has changed since."""
        return self.price_seen if self.price_seen != self.unit_price else None

    @property
    def available(self) -> int | None:
        """The copies for sale, if fewer than the quantity."""
        left = self.product.copies_for_sale
        return left if left < self.quantity else None
