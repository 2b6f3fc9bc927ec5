"""What the tests of the ledger share: an order of £20.49, receipts, and all that is known."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.core import mail
from django.test import TestCase, tag

from main.actions.payments import record_payment
from main.gateways.payments import Receipt
from main.models import Invoice, Message, OpenBalance, Order, Payment, Refund
from main.tests.support.factories import OrderFactory, OrderLineFactory, UserFactory

PAID_ON = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
TOTAL = "20.49"


def receipt(amount: str = TOTAL, reference: str = "", **fields: Any) -> Receipt:
    """A transfer of today's order; `fields` for anything else."""
    told = {"way": "transfer", "currency": "GBP", "at": PAID_ON} | fields
    return Receipt(amount=Decimal(amount), reference=reference, **told)


def make_order(**fields: Any) -> Order:
    """A book at £8.49 and a bag at £12.00, 20% VAT in it."""
    order = OrderFactory(total=Decimal(TOTAL), total_vat=Decimal("2.00"), **fields)
    OrderLineFactory(order=order, name="Emma", unit_price=Decimal("8.49"), product__stock=5)
    OrderLineFactory(
        order=order, name="Bag", unit_price=Decimal("12.00"), tax_rate=Decimal("20.00")
    )
    return order


@tag("once")
class LedgerTestCase(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        cls.olive = UserFactory(first_name="Olive", last_name="Office")
        cls.order = make_order()

    def pay(self, amount: str = TOTAL, reference: str = "", **fields: Any) -> Payment:
        order = fields.pop("order", self.order)
        recorded_by = fields.pop("recorded_by", self.olive.pk)
        return record_payment(
            order_id=order.pk, receipt=receipt(amount, reference, **fields), recorded_by=recorded_by
        )

    def read(self) -> Order:
        return Order.objects.get(pk=self.order.pk)

    def standing(self) -> tuple[str, str, str]:
        """The order's state, what is due, and what lists know to be open."""
        order = self.read()
        noted = OpenBalance.objects.filter(order=order).first()
        return order.get_status_display(), str(order.due), str(noted.due) if noted else ""

    def payments(self) -> list[tuple[str, str]]:
        return [(str(each.amount), each.state) for each in self.order.payments.all()]

    def refunds(self) -> list[tuple[str, str, bool]]:
        """Amount, state, and whether by a credit note."""
        return [
            (str(each.amount), each.state, each.credit_note_id is not None)
            for each in self.order.refunds.all()
        ]

    def facts(self) -> list[tuple[str, dict]]:
        told = Message.objects.of(self.order.pk).exclude(fact="placed").order_by("seq")
        return [(message.fact, message.values) for message in told]

    def mailed_by(self, action, **arguments: Any) -> list[tuple[str, str]]:
        """Subject and text of each mail, with single spaces."""
        mail.outbox.clear()
        with self.captureOnCommitCallbacks(execute=True):
            action(**arguments)
        return [(message.subject, " ".join(message.body.split())) for message in mail.outbox]

    def everything(self) -> list[list[dict]]:
        """All rows about money and what was told, to see that nothing changed."""
        models = (Order, Payment, Refund, Invoice, OpenBalance, Message)
        return [list(model.objects.order_by("pk").values()) for model in models]

    def assert_refused(self, error: type[Exception], sentence: str, action, **arguments) -> None:
        before = self.everything()
        with self.assertRaisesMessage(error, sentence):
            action(**arguments)
        self.assertEqual(self.everything(), before)
