"""When an order's books were sent."""

from datetime import date

from django.utils import timezone

from main.models import Message, Order, OrderLine


def sent_on(order: Order) -> date | None:
    """The day on which the last of its books were sent; None while any are still to be sent.

    Books that came back had been sent; those that were cancelled before had not.
    """
    unsent = order.lines.live().exclude(status=OrderLine.Status.SENT)
    if unsent.exists() or OrderLine.Status.SENT not in _last_live_states(order):
        return None
    fact = Message.objects.of(order.pk).filter(fact=Message.Fact.SENT).order_by("seq").last()
    return timezone.localdate(fact.at) if fact else None


def _last_live_states(order: Order) -> set[int]:
    """Where its lines are, or were before they were cancelled."""
    records = OrderLine.history.filter(order_id=order.pk)
    records = records.exclude(status=OrderLine.Status.CANCELLED).order_by("history_id")
    return set(dict(records.values_list("id", "status")).values())
