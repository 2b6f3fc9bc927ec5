"""Orders as release 0.1.0 left them: facts are sentences without values, no order has a ledger."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.utils import timezone

from main.models import Conversation, Message, Order
from main.models.participants import SHOP, Role
from main.tests.support.invoice_case import new_order

LINES = [("Emma", "8.49", "0", 2), ("Dracula", "9.99", "20", 1)]  # 26.97 in all


def order_of_before(*lines: tuple[str, str, str, int]) -> Order:
    """A new one of £26.97."""
    return new_order(*lines or LINES)


@contextmanager
def by_release_0_1_0(order: Order) -> Iterator[None]:
    """What is done in here leaves papers and sentences, as it did, and the ledger as it was."""
    entries = [*order.payments.all(), *order.refunds.all()]
    told = Message.objects.filter(conversation=order.pk, values__isnull=False)
    known = list(told.values_list("pk", flat=True))
    yield
    order.refunds.all().delete()
    order.payments.all().delete()
    for entry in entries:
        entry.save(force_insert=True)
    told.exclude(pk__in=known).update(values=None)


def tell(order: Order, fact: Message.Fact, text: str, *, at: datetime | None = None) -> Message:
    """As release 0.1.0 writes a fact down."""
    conversation, _ = Conversation.objects.get_or_create(
        order=order, defaults={"changed_at": order.created_at}
    )
    conversation.head += 1
    conversation.save()
    return Message.objects.create(
        conversation=conversation,
        seq=conversation.head,
        kind=Message.Kind.SYSTEM,
        fact=fact,
        role=Role.SYSTEM,
        author_name=SHOP,
        text=text,
        at=at or timezone.now(),
    )


def ledger_of(order: Order) -> list[tuple[str, str, str, bool]]:
    """(“payment” or “refund”, amount, state, of before) of each entry."""
    return [
        (kind, str(entry.amount), entry.state, entry.is_before_ledger)
        for kind, entries in (("payment", order.payments.all()), ("refund", order.refunds.all()))
        for entry in entries
    ]
