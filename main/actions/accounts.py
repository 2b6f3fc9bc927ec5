"""What belongs to an account."""

from allauth.account.models import EmailAddress
from django.db import transaction

from main.models import Order, User
from main.models.email_addresses import normal_email
from main.models.history import update_many


@transaction.atomic
def adopt_guest_orders(*, user: User) -> int:
    """Give the user the guest orders placed under an e-mail address that they have verified."""
    proved = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    guests = Order.objects.locked().filter(user=None)
    adopted = list(guests.filter(email__in=[normal_email(email) for email in proved]))
    for order in adopted:
        order.user = user
    update_many(adopted, fields=["user"], reason="Ordered as a guest")
    return len(adopted)
