"""Orders by the state of their money; an index answers each state."""

from typing import Any

from django.db import models
from django.db.models import Q

from main.models.payments import Refund


class MoneyState(models.TextChoices):
    """What lists can be filtered by."""

    DUE = "due", "to be paid"
    PART_PAID = "part_paid", "part paid"
    OVERPAID = "overpaid", "overpaid"
    TO_REFUND = "to_refund", "to be refunded"


def in_money_state(orders: models.QuerySet[Any], state: MoneyState) -> models.QuerySet[Any]:
    return orders.filter(
        {
            MoneyState.DUE: Q(status=orders.model.Status.NEW),
            MoneyState.PART_PAID: Q(open_balance__due__gt=0),
            MoneyState.OVERPAID: Q(open_balance__due__lt=0),
            MoneyState.TO_REFUND: Q(pk__in=Refund.objects.open().values("order")),
        }[state]
    )
