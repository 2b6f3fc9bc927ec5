"""What happens to checkouts outside their pages: signing in moves them, old ones are deleted."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from main.models import Basket, Checkout
from main.models.checkouts import ADDRESSES

# So that a second click still finds the order that the first one placed.
PLACED_KEPT = timedelta(days=1)


def carry_checkout(*, source: Basket, target: Basket) -> None:
    """Move one basket's checkout to the other; where both have a value, the source's wins.

    The caller must have locked both rows.
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
    """Delete checkouts that were not touched for CHECKOUT_DAYS and those that have become orders.

    They hold addresses of people who did not order. Returns the number deleted.
    """
    now = timezone.now()
    # Separately, since a join would miss checkouts whose basket release 0.1.0 deleted.
    untouched = Checkout.objects.filter(updated_at__lt=now - timedelta(days=settings.CHECKOUT_DAYS))
    placed = Checkout.objects.filter(basket__order__created_at__lt=now - PLACED_KEPT)
    return untouched.delete()[0] + placed.delete()[0]
