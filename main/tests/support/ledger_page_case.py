"""What the tests of the ledger on an order's page share: its buttons, and what stays typed."""

from datetime import timedelta

from django.utils import timezone

from main.actions.payments import record_payment
from main.models import Order
from main.tests.support.admin_case import fields_of
from main.tests.support.factories import OrderLineFactory
from main.tests.support.ledger_case import receipt
from main.tests.support.office_order_case import OfficeOrderTestCase


def day(days: int = 0) -> str:
    """So many days from today, as a form has it."""
    return str(timezone.localdate() + timedelta(days=days))


def other_order(paid: str, reference: str = "") -> Order:
    """One of £8.49 that so much was paid for."""
    order = OrderLineFactory(order__total="8.49").order
    record_payment(order_id=order.pk, receipt=receipt(paid, reference))
    return order


class LedgerPageTestCase(OfficeOrderTestCase):
    """An order of £25.47, placed nine days ago and looked at by Olive."""

    def setUp(self) -> None:
        super().setUp()
        self.staff.first_name, self.staff.last_name = "Olive", "Office"
        self.staff.save()
        Order.objects.update(created_at=timezone.now() - timedelta(days=9))

    def look(self) -> str:
        return " ".join(self.client.get(self.page).content.decode().split())

    def seen(self) -> str:
        """The version of the ledger that the page shows."""
        return self.client.get(self.page).context["ledger"].version

    def do(self, what: str, **fields):
        """Press a button of the ledger on the page as it is, or as it was when `seen`."""
        fields = {"seen": fields.pop("seen", None) or self.seen()} | fields
        return self.client.post(f"{self.path}{self.order.pk}/ledger/", {"do": what} | fields)

    def pay_in(self, amount: str = "25.47", **fields):
        given = {"amount": amount, "way": "transfer", "on": day(-1), "reference": ""}
        return self.do("payment", **given | fields)

    def entries(self) -> list[tuple[str, str, str]]:
        found = [*self.order.payments.all(), *self.order.refunds.all()]
        return [(type(each).__name__, str(each.amount), each.state) for each in found]

    def assert_kept(self, response, error: str, **typed: str) -> None:
        """The page says why nothing was recorded, and has what was typed still."""
        self.assertContains(response, error)
        fields = fields_of(response.content.decode())
        for name, value in typed.items():
            self.assertIn(value, fields[name])
