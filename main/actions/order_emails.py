"""Where an order's mails go: corrected by the office, and following the customer's account."""

from django.db import transaction

from main import events
from main.models import Order, User
from main.models.email_addresses import normal_email
from main.models.history import update_many, update_one
from main.models.order_access import EMAIL_CORRECTED

FOLLOWED = "The customer changed their e-mail address"


@transaction.atomic
def correct_order_email(*, order_id: int, email: str) -> Order:
    """Write to this address from now on; it hears at once, with a link to the order.

    Links that were mailed to the address before open the order no longer.
    """
    order = Order.objects.locked().get(pk=order_id)
    if order.email != normal_email(email):
        order.email = email
        update_one(order, fields=["email", "updated_at"], reason=EMAIL_CORRECTED)
        events.order_email_corrected(order_id=order.pk)
    return order


@transaction.atomic
def follow_proved_address(*, user: User) -> int:
    """Write to the account's proved address about its orders, however old they are.

    An order that the office gave another address keeps that one. Returns how many orders changed.
    """
    kept = User.history.filter(id=user.pk).values_list("email", flat=True)
    earlier = {normal_email(email) for email in kept} - {user.email}
    orders = list(Order.objects.locked().filter(user=user, email__in=earlier))
    for order in orders:
        order.email = user.email
    update_many(orders, fields=["email"], reason=FOLLOWED)
    return len(orders)
