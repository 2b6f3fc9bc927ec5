"""A shop of the previous release, as large as many_orders_made.py makes it, with conversations.

Runs with that release's own code, in its folder: live_data.py copies it there and starts it with
the number of orders.
"""

import os
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta

import django

AT_ONCE = 2000  # orders in a transaction


def main() -> None:
    sys.path[:0] = [os.getcwd(), f"{os.getcwd()}/bench"]  # noqa: PTH109
    os.environ["DJANGO_SETTINGS_MODULE"] = "booktime.settings"
    django.setup()
    from django.db import connection
    from many_orders_made import make_shop

    make_shop(int(sys.argv[1]))
    tell_all()
    connection.cursor().execute("VACUUM ANALYZE")


def tell_all() -> None:
    """Each order's conversation: all kinds of facts, and messages in every fifth."""
    from main.models import Conversation, Message, Order

    keys = list(Order.objects.values_list("pk", flat=True))
    for first in range(0, len(keys), AT_ONCE):
        some = Order.objects.filter(pk__in=keys[first : first + AT_ONCE])
        told = {order: list(_told(order)) for order in some.prefetch_related("lines", "invoices")}
        Conversation.objects.bulk_create(
            Conversation(order=order, changed_at=order.created_at, head=len(said))
            for order, said in told.items()
        )
        Message.objects.bulk_create(
            Message(
                conversation_id=order.pk,
                seq=seq,
                kind="system" if fact else "text",
                fact=fact,
                role="system" if fact else "customer",
                author_name="BookTime" if fact else "Ada",
                text=text,
                at=at,
            )
            for order, said in told.items()
            for seq, (fact, text, at) in enumerate(said, 1)
        )


def _told(order) -> Iterator[tuple[str, str, datetime]]:
    """(fact, text, at): in release 0.1.0's words."""
    from main.models.order_facts import books, paid_back

    at = order.created_at
    yield "placed", "The order was placed.", at
    if order.pk % 5 == 0:
        yield "", "When will you send it?", at + timedelta(hours=1)
    for document in order.invoices.all():
        if document.is_credit_note:
            yield "refunded", paid_back(document), at + timedelta(days=9)
        else:
            text = f"The payment arrived. Invoice: {document.number}."
            yield "paid", text, at + timedelta(days=1)
    if order.status == order.Status.DONE:
        yield "sent", f"Sent: {books(order.lines.all())}.", at + timedelta(days=2)
    if order.status == order.Status.CANCELLED:
        yield "cancelled", "The order was cancelled.", at + timedelta(days=1)


if __name__ == "__main__":
    main()
