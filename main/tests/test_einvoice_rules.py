"""Electronic invoices of each kind by the CEN rules, and when and where their books were sent."""

from datetime import date, datetime, timedelta
from importlib.util import find_spec
from unittest import skipUnless

from django.test import TestCase, override_settings, tag

from main.actions.order_lines import cancel_order_charges, move_order_lines
from main.actions.orders import cancel_order, correct_billing_address, correct_shipping_address
from main.gateways.einvoice import einvoice_xml
from main.models import Invoice, Order, OrderLine
from main.tests.support.invoice_case import MIXED, NOON, SELLER, invoice_of, paid_order
from main.tests.support.schematron import broken_rules
from main.tests.test_einvoice import UNREGISTERED, Xml
from main.tests.test_order_charges import order_with_charges

BERLIN = {
    "shipping_name": "Käthe Leserin",
    "shipping_address1": "Torstraße 1",
    "shipping_city": "Berlin",
    "shipping_zip_code": "10119",
    "shipping_country": "DE",
}
PRIZREN = {"shipping_city": "Prizren", "shipping_zip_code": "20000", "shipping_country": "XK"}
LATER = NOON + timedelta(days=2)
TO, DAY = "ApplicableHeaderTradeDelivery/ShipToTradeParty", "OccurrenceDateTime"
PERIOD = "BillingSpecifiedPeriod"


def latest(order: Order) -> Invoice:
    return Invoice.objects.for_rendering().filter(order=order).newest_first().first()


def send(order: Order, *lines: OrderLine, at: datetime = LATER) -> None:
    keys = [line.pk for line in lines or order.lines.live()]
    move_order_lines(order_id=order.pk, line_ids=keys, status=OrderLine.Status.SENT, at=at)


def take_back(order: Order, *lines: OrderLine) -> None:
    keys = [line.pk for line in lines]
    status = OrderLine.Status.CANCELLED
    move_order_lines(
        order_id=order.pk, line_ids=keys, status=status, may_refund=True, reason="Came back wet"
    )


@skipUnless(find_spec("saxonche"), "a development package")
@override_settings(SELLER=SELLER | {"phone": "+44 1225 000000"})
@tag("once")
class RuleTests(TestCase):
    def assert_keeps_the_rules(self, *invoices: Invoice) -> None:
        for invoice in invoices:
            self.assertEqual(broken_rules(einvoice_xml(invoice)), [], invoice)

    def test_an_invoice_of_each_rate(self) -> None:
        self.assert_keeps_the_rules(invoice_of(paid_order(*MIXED)))

    def test_an_invoice_with_other_charges_and_a_discount(self) -> None:
        self.assert_keeps_the_rules(invoice_of(order_with_charges()))

    def test_credit_notes_of_a_charge_of_some_books_and_of_all_the_rest(self) -> None:
        order = order_with_charges()
        wrapping, line = order.charges.get(code="wrapping"), order.lines.get()
        cancel_order_charges(order_id=order.pk, charge_ids=[wrapping.pk], reason="No paper left")
        self.assert_keeps_the_rules(latest(order))
        move_order_lines(
            order_id=order.pk, line_ids=[line.pk], status=OrderLine.Status.CANCELLED,
            copies={line.pk: 1},
        )  # fmt: skip
        self.assert_keeps_the_rules(latest(order))
        cancel_order(order_id=order.pk)
        self.assert_keeps_the_rules(latest(order))

    def test_what_was_sent_then_billed_to_another_name_then_returned(self) -> None:
        order = paid_order(*MIXED)
        send(order)
        correct_billing_address(order_id=order.pk, address={"name": "Ada Reader Ltd"})
        take_back(order, *order.lines.all())
        documents = Invoice.objects.for_rendering().filter(order=order)
        self.assertEqual(len(documents), 4)
        self.assert_keeps_the_rules(*documents)

    def test_a_seller_who_is_not_registered(self) -> None:
        with override_settings(SELLER=UNREGISTERED):
            order = paid_order(("Middlemarch", "8.49", "0", 2))
            cancel_order(order_id=order.pk)
            self.assert_keeps_the_rules(invoice_of(order), latest(order))

    def test_books_that_go_abroad(self) -> None:
        self.assert_keeps_the_rules(
            invoice_of(paid_order(*MIXED, **BERLIN)),
            invoice_of(paid_order(**PRIZREN)),
        )

    def test_what_breaks_a_rule_is_seen(self) -> None:
        xml = einvoice_xml(invoice_of(paid_order()))
        (broken,) = broken_rules(xml.replace(b">380<", b">GB<"))
        self.assertIn("ram:TypeCode", broken)


@override_settings(SELLER=SELLER, TIME_ZONE="Europe/London")
@tag("once")
class DeliveryTests(TestCase):
    def read(self, invoice: Invoice) -> dict[str, list[str]]:
        xml = Xml(einvoice_xml(invoice))
        paths = {"name": f"{TO}/Name", "land": f"{TO}/PostalTradeAddress/CountryID", "day": DAY}
        paths |= {"from": f"{PERIOD}/StartDateTime", "to": f"{PERIOD}/EndDateTime"}
        return {name: xml.texts(path) for name, path in paths.items()}

    def order(self, **fields: str) -> Order:
        order = paid_order(*MIXED, **fields)
        Order.objects.update(created_at=NOON - timedelta(days=1))
        return Order.objects.get(pk=order.pk)

    def test_before_it_is_sent_it_names_the_period(self) -> None:
        self.assertEqual(
            self.read(invoice_of(self.order(**BERLIN))),
            {"name": ["Käthe Leserin"], "land": ["DE"], "day": [], "from": ["20260313"],
             "to": ["20260314"]},
        )  # fmt: skip

    def test_a_bill_dated_before_its_order_names_the_days_in_their_order(self) -> None:
        order = self.order()
        Order.objects.update(created_at=LATER)
        found = self.read(invoice_of(order))
        self.assertEqual((found["from"], found["to"]), (["20260314"], ["20260316"]))

    def test_once_all_is_sent_a_new_document_names_the_day(self) -> None:
        order = self.order(**BERLIN)
        first, *others = order.lines.all()
        send(order, first)
        cancel = {"status": OrderLine.Status.CANCELLED, "line_ids": [others[0].pk]}
        move_order_lines(order_id=order.pk, **cancel)
        self.assertIsNone(latest(order).sent_on)  # two are still to be sent
        send(order, *others[1:], at=LATER + timedelta(days=1))
        correct_billing_address(order_id=order.pk, address={"name": "Ada Reader Ltd"})
        for document in Invoice.objects.for_rendering().filter(order=order).newest_first()[:2]:
            self.assertEqual(
                self.read(document),
                {"name": ["Käthe Leserin"], "land": ["DE"], "day": ["20260317"], "from": [],
                 "to": []},
            )  # fmt: skip

    def test_what_came_back_had_been_sent(self) -> None:
        order = self.order()
        send(order)
        take_back(order, *order.lines.all())
        self.assertEqual(latest(order).sent_on, date(2026, 3, 16))

    def test_what_was_marked_sent_by_mistake_had_not(self) -> None:
        order = self.order()
        send(order)
        keys = [line.pk for line in order.lines.all()]
        for status in (OrderLine.Status.PROCESSING, OrderLine.Status.CANCELLED):
            move_order_lines(order_id=order.pk, line_ids=keys, status=status)
        self.assertIsNone(latest(order).sent_on)

    def test_an_issued_document_stays_as_it_is_whatever_happens_later(self) -> None:
        order = self.order(**BERLIN)
        before = einvoice_xml(invoice_of(order))
        correct_shipping_address(order_id=order.pk, address={"city": "Potsdam", "country": "AT"})
        send(order)
        self.assertEqual(einvoice_xml(invoice_of(order)), before)

    def test_documents_of_the_release_before_name_the_orders_address(self) -> None:
        invoice = invoice_of(self.order(**BERLIN))
        invoice.recipient = invoice.sent_on = None
        self.assertEqual(self.read(invoice)["name"], ["Käthe Leserin"])

    def test_the_page_says_where_it_goes_and_when_it_was_sent(self) -> None:
        order = self.order(**BERLIN)
        send(order)
        correct_billing_address(order_id=order.pk, address={"name": "Ada Reader Ltd"})
        self.client.force_login(order.user)
        page = self.client.get(f"/orders/{order.pk}/invoice/")
        self.assertContains(page, "Delivered to")
        self.assertContains(page, "Käthe Leserin")
        self.assertContains(page, "16 March 2026")
        same = self.order(user=order.user)
        self.assertNotContains(self.client.get(f"/orders/{same.pk}/invoice/"), "Delivered to")
