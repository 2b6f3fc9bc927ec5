"""Stores what a customer enters on the way to an order, step by step.

Each action locks the basket's row, and so does placing the order.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from main.errors import BasketEmpty, BasketGone, PaymentWayRefused
from main.gateways.payments import offered_ways
from main.models import Address, Basket, BasketOwner, Checkout, PostalAddress
from main.models.checkouts import ADDRESSES, address_fields


@transaction.atomic
def open_checkout(*, owner: BasketOwner, language: str = "") -> Checkout:
    """The checkout of the owner's open basket, begun if there was none.

    A member's addresses follow the address book. Raises BasketEmpty.
    """
    basket = Basket.objects.locked().open().owned_by(owner).first()
    if basket is None or not basket.lines.exists():
        raise BasketEmpty
    checkout, _ = Checkout.objects.get_or_create(basket=basket, defaults={"language": language})
    checkout.basket = basket
    if follow_address_book(checkout):
        checkout.save(update_fields=["billing", "shipping", "choices", "updated_at"])
    return checkout


@transaction.atomic
def set_addresses(
    *,
    checkout_id: UUID,
    billing: PostalAddress,
    shipping: PostalAddress,
    email: str = "",
    choices: Mapping[str, Any],
) -> Checkout:
    """Store the billing and shipping addresses and the other input of the same page.

    `choices` are plain values by field name. Raises BasketGone.
    """
    checkout = hold_checkout(checkout_id)
    if checkout.basket.status != Basket.Status.OPEN:
        raise BasketGone("This basket has been ordered already.")
    checkout.billing, checkout.shipping = address_fields(billing), address_fields(shipping)
    checkout.email = email or checkout.email
    checkout.choices |= choices
    checkout.save(update_fields=["billing", "shipping", "email", "choices", "updated_at"])
    return checkout


@transaction.atomic
def choose_payment_way(*, checkout_id: UUID, code: str) -> None:
    """Raises BasketGone, or PaymentWayRefused unless the shop offers it."""
    if code not in {way.code for way in offered_ways()}:
        raise PaymentWayRefused
    checkout = hold_checkout(checkout_id)
    if checkout.payment_way != code:
        checkout.payment_way = code
        checkout.save(update_fields=["payment_way", "updated_at"])


def hold_checkout(checkout_id: UUID) -> Checkout:
    """The checkout with its basket, whose row is locked until the transaction ends.

    If signing in has just moved the checkout to another basket, that one is locked instead. Raises
    BasketGone.
    """
    baskets = Basket.objects.filter(checkout=checkout_id)
    while True:
        basket = baskets.locked().select_related("user").first()
        # Read again under the lock: what was joined above dates from before the wait.
        checkout = Checkout.objects.filter(pk=checkout_id, basket=basket).first()
        if basket and checkout:
            checkout.basket = basket
            return checkout
        if not baskets.exists():
            raise BasketGone


def follow_address_book(checkout: Checkout) -> bool:
    """Copy a member's chosen addresses in as they are now; return whether that changed any.

    If there is only one address, it is chosen automatically. What was typed as a guest, before
    signing in, remains. Nothing is saved.
    """
    user_id = checkout.basket.user_id
    if user_id is None:
        return False
    own = {address.pk: address for address in Address.objects.filter(user_id=user_id)}
    before = (checkout.billing, checkout.shipping, dict(checkout.choices))
    for kind in ADDRESSES:
        name = f"{kind}_address"
        chosen = checkout.choices.get(name)
        if chosen is not None and chosen not in own:  # deleted since
            setattr(checkout, kind, None)
            checkout.choices.pop(name)
        if not getattr(checkout, kind) and len(own) == 1:
            checkout.choices[name] = next(iter(own))
        if address := own.get(checkout.choices.get(name)):
            setattr(checkout, kind, address_fields(address.postal))
    return before != (checkout.billing, checkout.shipping, checkout.choices)
