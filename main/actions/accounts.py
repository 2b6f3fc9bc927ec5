"""What belongs to an account, and what ends with its password."""

from allauth.account.models import EmailAddress
from django.db import transaction

from main.actions.tokens import revoke_tokens
from main.models import ChatTicket, Order, User
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


@transaction.atomic
def end_access(*, user: User) -> None:
    """End all that somebody who knew the old password may have left behind.

    API tokens, tickets for sockets, and addresses that were asked for but not proved, whose links
    go with them. Sessions and links for a new password hold a mark of the old one, and end by that.
    """
    revoke_tokens(user=user)
    ChatTicket.objects.filter(user=user).delete()
    EmailAddress.objects.filter(user=user, verified=False).exclude(email=user.email).delete()
