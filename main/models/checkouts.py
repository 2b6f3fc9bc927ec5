"""A checkout: what a customer has entered so far between basket and order."""

import uuid
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.db import models
from django.utils import timezone

from main.models.addresses import PostalAddress
from main.models.baskets import Basket, BasketOwner
from main.models.email_addresses import EmailAddressField
from main.models.quotes import Quote

ADDRESSES = ("billing", "shipping")


class CheckoutQuerySet(models.QuerySet["Checkout"]):
    def owned_by(self, owner: BasketOwner) -> "CheckoutQuerySet":
        return self.filter(**{f"basket__{name}": value for name, value in owner.lookup.items()})

    def open(self) -> "CheckoutQuerySet":
        return self.filter(basket__status=Basket.Status.OPEN)


class Checkout(models.Model):
    """One per basket, with the same owner: it follows the basket to an account and other devices.

    `billing` and `shipping` are the fields of a PostalAddress, None until given. `choices` stores
    by name what was ticked on the pages (which saved address, gift wrapping), so that it is ticked
    when shown again. `quote` was offered last (main.models.quotes) and holds until `valid_until`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # No constraint: 0.1.0 deletes baskets (with users, and in a merge) but knows no checkouts.
    basket = models.OneToOneField(
        Basket, on_delete=models.CASCADE, db_constraint=False, related_name="checkout"
    )
    email = EmailAddressField("e-mail address", blank=True, help_text="A guest's.")
    billing = models.JSONField(null=True, blank=True)
    shipping = models.JSONField(null=True, blank=True)
    delivery = models.CharField(max_length=40, blank=True)
    payment_way = models.CharField(max_length=20, blank=True)
    language = models.CharField(max_length=12, blank=True)
    choices = models.JSONField(default=dict, blank=True)
    quote = models.JSONField(null=True, blank=True)
    valid_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = CheckoutQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["updated_at"], name="checkout_by_change")]

    def __str__(self) -> str:
        return f"Checkout of basket {self.basket_id}"

    @property
    def billing_address(self) -> PostalAddress | None:
        return PostalAddress(**self.billing) if self.billing else None

    @property
    def shipping_address(self) -> PostalAddress | None:
        return PostalAddress(**self.shipping) if self.shipping else None

    @property
    def is_complete(self) -> bool:
        """Whether it has everything that an order needs."""
        return bool(self.billing and self.shipping and (self.email or self.basket.user_id))

    @property
    def offered(self) -> Quote | None:
        """The quote that the customer was shown last."""
        return Quote.from_json(self.quote) if self.quote else None

    @property
    def has_lapsed(self) -> bool:
        return self.valid_until is not None and self.valid_until <= timezone.now()


def address_fields(address: PostalAddress) -> Mapping[str, Any]:
    """The address as a checkout stores it."""
    return asdict(address)
