"""Orders that are part paid or overpaid: the few that a list must find among very many."""

from decimal import Decimal

from django.db import models

from main.models.orders import Order


class OpenBalance(models.Model):
    """Marks an order that is part paid or overpaid; the row exists only while it is.

    It repeats Order.balance so that lists can filter by an index; main.actions.ledger maintains it.
    `due` is Balance.due: positive if money is missing, negative if too much was paid.
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
        """How much is missing or too much, as a positive amount."""
        return abs(self.due)
