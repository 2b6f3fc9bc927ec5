"""Charges beside the books, and single copies of a line: billed, sent, taken back alone."""

import re
from decimal import Decimal

from django.core import mail
from django.test import TestCase, override_settings, tag
from facturx import xml_check_xsd

from main.actions.dropped_payments import revoke_payment
from main.actions.invoices import issue_credit_note
from main.actions.order_lines import cancel_order_charges, move_order_lines
from main.actions.orders import cancel_order
from main.actions.payments import mark_order_paid
from main.errors import MoveRefused
from main.gateways.einvoice import einvoice_xml
from main.models import ChargeKind, Invoice, Message, Order, OrderCharge, OrderLine
from main.reports import turnover
from main.tests.support.factories import OrderChargeFactory, OwnerFactory
from main.tests.support.invoice_case import SELLER, invoice_of, new_order
from main.tests.test_einvoice import Xml

SENT, CANCELLED = OrderLine.Status.SENT, OrderLine.Status.CANCELLED


def order_with_charges() -> Order:
    """Three calendars, wrapped for £2.50, delivered for £3.00, £2.00 off; paid."""
    order = new_order(("A calendar", "9.99", "20", 3))
    for kind, code, name, price in [
        (ChargeKind.DELIVERY, "post", "Delivery by post", "3.00"),
        (ChargeKind.FEE, "wrapping", "Wrapping", "2.50"),
        (ChargeKind.DISCOUNT, "welcome", "Welcome discount", "-2.00"),
    ]:
        OrderChargeFactory(order=order, kind=kind, code=code, name=name, unit_price=Decimal(price))
    return mark_order_paid(order_id=order.pk)


def notes_of(order: Order) -> list[Invoice]:
    return list(Invoice.objects.for_rendering().filter(order=order).credit_notes().order_by("pk"))


@override_settings(SELLER=SELLER)
class BilledChargeTests(TestCase):
    def test_the_invoice_has_every_charge_and_adds_up(self) -> None:
        order = order_with_charges()
        invoice = invoice_of(order)
        self.assertEqual(
            [(line.kind, line.name, str(line.gross)) for line in invoice.lines.all()],
            [
                ("book", "A calendar", "29.97"),
                ("delivery", "Delivery by post", "3.00"),
                ("fee", "Wrapping", "2.50"),
                ("discount", "Welcome discount", "-2.00"),
            ],
        )
        self.assertEqual((invoice.gross, invoice.vat), (Decimal("33.47"), Decimal("5.58")))
        self.assertEqual((order.charged, order.due), (Decimal("33.47"), Decimal("0.00")))

    def test_the_page_calls_things_what_they_are(self) -> None:
        self.client.force_login(OwnerFactory())
        books = mark_order_paid(order_id=new_order(("A calendar", "9.99", "20", 3)).pk)
        for order, words, others in (
            (order_with_charges(), ("Item", "Quantity"), ("Book", "Copies")),
            (books, ("Book", "Copies"), ("Item", "Quantity")),
        ):
            page = self.client.get(f"/admin/invoice/{order.pk}/").content.decode()
            heads = re.findall(r"<th scope=\"col\"[^>]*>([^<]*)</th>", page)
            self.assertEqual(heads[:2], list(words))
            self.assertTrue(set(heads).isdisjoint(others))
            names = re.findall(r'<p class="title"[^>]*>([^<]*)</p>', page)
            self.assertEqual(names, [line.name for line in invoice_of(order).lines.all()])

    def test_a_charge_alone_is_taken_back(self) -> None:
        order = order_with_charges()
        wrapping = order.charges.get(code="wrapping")
        mail.outbox.clear()
        with self.captureOnCommitCallbacks(execute=True):
            cancel_order_charges(order_id=order.pk, charge_ids=[wrapping.pk], reason="Not wrapped")
        (note,) = notes_of(order)
        (line,) = note.lines.all()
        self.assertEqual(
            (line.name, line.net, line.vat), ("Wrapping", Decimal("2.09"), Decimal("0.41"))
        )
        self.assertEqual((note.reason, note.gross), ("Not wrapped", Decimal("2.50")))
        order = Order.objects.get(pk=order.pk)
        self.assertEqual((order.status, order.charged), (Order.Status.PAID, Decimal("30.97")))
        self.assertEqual(order.balance.to_refund, Decimal("2.50"))
        facts = Message.objects.of(order.pk).filter(fact__in=["cancelled", "refunded"])
        self.assertEqual(
            [fact.values for fact in facts.order_by("seq")],
            [
                {"items": [[1, "Wrapping"]], "more": 0},
                {"amount": "2.50", "currency": "GBP", "credit_note": note.number},
            ],
        )
        (message,) = mail.outbox
        self.assertIn("1 × Wrapping: £2.50", message.body)
        # A second time there is nothing left to take back.
        cancel_order_charges(order_id=order.pk, charge_ids=[wrapping.pk], reason="Again")
        self.assertEqual(len(notes_of(order)), 1)

    def test_a_discount_alone_is_taken_back_only_before_it_is_billed(self) -> None:
        order = order_with_charges()
        discount, wrapping = order.charges.get(code="welcome"), order.charges.get(code="wrapping")
        for keys in ([discount.pk], [discount.pk, wrapping.pk]):
            with self.assertRaisesMessage(MoveRefused, "billed with “Welcome discount”"):
                cancel_order_charges(order_id=order.pk, charge_ids=keys, reason="Mistake")
        self.assertEqual((len(order.live_extras), notes_of(order)), (3, []))
        revoke_payment(order_id=order.pk)
        cancel_order_charges(order_id=order.pk, charge_ids=[discount.pk], reason="Mistake")
        self.assertEqual(Order.objects.get(pk=order.pk).charged, Decimal("35.47"))

    def test_another_orders_charge_is_refused(self) -> None:
        order, other = order_with_charges(), order_with_charges()
        charge = other.charges.first()
        with self.assertRaisesMessage(MoveRefused, "has no such charge"):
            cancel_order_charges(order_id=order.pk, charge_ids=[charge.pk], reason="Wrong one")
        charge.refresh_from_db()
        self.assertEqual(charge.status, OrderCharge.Status.AGREED)
        self.assertEqual(notes_of(order) + notes_of(other), [])

    def test_with_the_last_book_all_charges_go(self) -> None:
        order = order_with_charges()
        line = order.lines.get()
        move_order_lines(order_id=order.pk, line_ids=[line.pk], status=CANCELLED, reason="Lost")
        order = Order.objects.get(pk=order.pk)
        self.assertEqual((order.status, order.charged), (Order.Status.CANCELLED, Decimal("0.00")))
        (note,) = notes_of(order)
        self.assertEqual((note.gross, note.vat), (invoice_of(order).gross, invoice_of(order).vat))
        self.assertEqual(order.balance.to_refund, Decimal("33.47"))

    def test_the_turnover_counts_charges_and_what_was_taken_back(self) -> None:
        order = order_with_charges()
        wrapping = order.charges.get(code="wrapping")
        cancel_order_charges(order_id=order.pk, charge_ids=[wrapping.pk], reason="Not wrapped")
        row = turnover(1).rows[-1]
        self.assertEqual((row.gross, row.vat), (Decimal("30.97"), Decimal("5.17")))


@override_settings(SELLER=SELLER)
class SingleCopyTests(TestCase):
    def setUp(self) -> None:
        self.order = new_order(("A calendar", "9.99", "20", 3))
        mark_order_paid(order_id=self.order.pk)
        self.line = self.order.lines.get()
        self.stock = self.line.product.stock

    def move(self, status: int, copies: int, line: OrderLine | None = None, **options) -> Order:
        line = line or self.line
        return move_order_lines(
            order_id=self.order.pk,
            line_ids=[line.pk],
            status=status,
            copies={line.pk: copies},
            **options,
        )

    def lines(self) -> list[tuple[int, int]]:
        return list(self.order.lines.values_list("quantity", "status"))

    def test_one_of_three_is_sent(self) -> None:
        order = self.move(SENT, 1)
        self.assertEqual(self.lines(), [(2, 10), (1, 30)])
        self.assertEqual(order.status, Order.Status.PAID)
        part = self.order.lines.get(status=SENT)
        self.assertEqual((part.split_from, part.unit_price), (self.line, Decimal("9.99")))
        self.assertEqual(order.charged, Decimal("29.97"))
        fact = Message.objects.of(order.pk).get(fact="sent")
        self.assertEqual(fact.values, {"items": [[1, "A calendar"]], "more": 0})
        self.move(SENT, 2)
        self.assertEqual(Order.objects.get(pk=order.pk).status, Order.Status.DONE)
        self.assertEqual(Message.objects.of(order.pk).filter(fact="sent").count(), 2)

    def test_copies_taken_back_one_by_one_come_to_the_invoice(self) -> None:
        self.move(SENT, 1)
        part = self.order.lines.get(status=SENT)
        self.move(CANCELLED, 1, line=part, may_refund=True, reason="Came back")
        self.move(CANCELLED, 1, reason="Lost")
        self.move(CANCELLED, 1, reason="Lost too")
        notes, invoice = notes_of(self.order), invoice_of(self.order)
        self.assertEqual([str(note.gross) for note in notes], ["9.99"] * 3)
        for name in ("net", "vat", "gross"):
            self.assertEqual(sum(getattr(note, name) for note in notes), getattr(invoice, name))
        self.assertEqual(
            {line.order_line_id for note in notes for line in note.lines.all()}, {self.line.pk}
        )
        self.line.product.refresh_from_db()
        self.assertEqual(self.line.product.stock, self.stock + 3)
        self.assertEqual(Order.objects.get(pk=self.order.pk).status, Order.Status.CANCELLED)

    def test_more_copies_than_there_are_cannot_move(self) -> None:
        for copies in (0, 4, -1):
            with self.assertRaisesMessage(MoveRefused, "There are 3 copies of “A calendar”"):
                self.move(SENT, copies)
        self.assertEqual(self.lines(), [(3, 10)])

    def test_part_of_an_unpaid_line_is_cancelled_before_it_is_billed(self) -> None:
        order = new_order(("A map", "5.00", "0", 2))
        line = order.lines.get()
        move_order_lines(
            order_id=order.pk, line_ids=[line.pk], status=CANCELLED, copies={line.pk: 1}
        )
        order = mark_order_paid(order_id=order.pk)
        self.assertEqual((invoice_of(order).gross, notes_of(order)), (Decimal("5.00"), []))
        cancel_order(order_id=order.pk)
        self.assertEqual([note.gross for note in notes_of(order)], [Decimal("5.00")])


@override_settings(SELLER=SELLER)
@tag("once")
class ElectronicChargeTests(TestCase):
    def read(self, invoice: Invoice) -> Xml:
        content = einvoice_xml(invoice)
        self.assertTrue(xml_check_xsd(content, flavor="factur-x", level="en16931"))
        return Xml(content)

    def test_charges_stand_beside_the_lines(self) -> None:
        xml = self.read(invoice_of(order_with_charges()))
        self.assertEqual(xml.texts("SpecifiedTradeProduct/Name"), ["A calendar"])
        parts = xml.parts("SpecifiedTradeAllowanceCharge")
        self.assertEqual(
            [
                (part.text("Indicator"), part.text("ActualAmount"), part.text("Reason"))
                for part in parts
            ],
            [
                ("true", "2.50", "Delivery by post"),
                ("true", "2.09", "Wrapping"),
                ("false", "1.67", "Welcome discount"),
            ],
        )
        self.assertEqual([part.text("CategoryCode") for part in parts], ["S"] * 3)
        amounts = {
            name: xml.texts(name)[0]
            for name in ("LineTotalAmount", "ChargeTotalAmount", "AllowanceTotalAmount",
                         "TaxBasisTotalAmount", "GrandTotalAmount")
        }  # fmt: skip
        self.assertEqual(
            amounts,
            {
                "LineTotalAmount": "24.97",
                "ChargeTotalAmount": "4.59",
                "AllowanceTotalAmount": "1.67",
                "TaxBasisTotalAmount": "27.89",
                "GrandTotalAmount": "33.47",
            },
        )

    def test_a_note_about_charges_alone_has_them_as_lines(self) -> None:
        order = order_with_charges()
        wrapping, welcome = order.charges.get(code="wrapping"), order.charges.get(code="welcome")
        cancel_order_charges(order_id=order.pk, charge_ids=[wrapping.pk], reason="Mistake")
        issue_credit_note(order=order, items=[welcome], reason="Before this was refused")
        first, second = map(self.read, notes_of(order))
        self.assertEqual(first.texts("SpecifiedTradeProduct/Name"), ["Wrapping"])
        self.assertEqual(first.parts("SpecifiedTradeAllowanceCharge"), [])
        self.assertEqual(first.text("GrandTotalAmount"), "2.50")
        # What was taken off is charged again: a price is never negative, a quantity may be.
        self.assertEqual(second.text("BilledQuantity"), "-1")
        self.assertEqual(second.text("GrandTotalAmount"), "-2.00")
