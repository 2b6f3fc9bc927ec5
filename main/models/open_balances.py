"""Which orders' money does not come out even: the few that a list must find among very many."""

from decimal import Decimal

from django.db import models

from main.models.orders import Order


class OpenBalance(models.Model):
    """An order that was partly paid, or paid too much: there while it is so, else not.

    It only repeats Order.balance, for lists to be narrowed by an index; main.actions.ledger keeps
    it. `due` is as Balance.due: what is missing, or, below zero, what came too much.
    """

    order = models.OneToOneField(
        Order, on_delete=models.CASCADE, primary_key=True, related_name="open_balance"
    )
    due = models.DecimalField(max_digits=10, decimal_places=2)
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.due} due for order {self.order_id}"

    @property
    def is_overpaid(self) -> bool:
        return self.due < 0

    @property
    def amount(self) -> Decimal:
        """What is missing, or what is too much."""
        return abs(self.due)
