"""What belongs to an account."""

from allauth.account.models import EmailAddress
from django.db import transaction

from main.models import Order, User


@transaction.atomic
def adopt_guest_orders(*, user: User) -> int:
    """Give the user the orders placed as a guest under an address that is proved to be theirs."""
    proved = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    return sum(
        Order.objects.filter(user=None, email__iexact=email).update(user=user) for email in proved
    )
