"""What becomes of a checkout beside its pages: carried along by signing in, and forgotten."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from main.models import Basket, Checkout
from main.models.checkouts import ADDRESSES

# A second click still finds the order that the first one placed.
PLACED_KEPT = timedelta(days=1)


def carry_checkout(*, source: Basket, target: Basket) -> None:
    """What was said about one basket is said about the other; where both know, the source's counts.

    Both rows must be held by the caller.
    """
    moved = Checkout.objects.filter(basket=source).first()
    if moved is None:
        return
    own = Checkout.objects.filter(basket=target).first()
    if own:
        for name in (*ADDRESSES, "delivery", "payment_way", "language"):
            setattr(moved, name, getattr(moved, name) or getattr(own, name))
        moved.choices = own.choices | moved.choices
        own.delete()
    moved.basket = target
    moved.save()


def forget_checkouts() -> int:
    """Remove those that nobody has touched for a while, and those that have become orders.

    They hold addresses of people who did not order. Returns how many there were.
    """
    now = timezone.now()
    # Apart, since a join would leave out what release 0.1.0 left behind without its basket.
    untouched = Checkout.objects.filter(updated_at__lt=now - timedelta(days=settings.CHECKOUT_DAYS))
    placed = Checkout.objects.filter(basket__order__created_at__lt=now - PLACED_KEPT)
    return untouched.delete()[0] + placed.delete()[0]
