"""What stands in the mails: whole, readable as text, harmless as HTML."""

import re
from contextlib import suppress
from decimal import Decimal

from django.core import mail
from django.db import transaction
from django.test import TestCase, override_settings, tag

from main import emails
from main.actions.dropped_payments import revoke_payment
from main.actions.order_lines import move_order_lines
from main.actions.orders import cancel_order
from main.actions.payments import mark_order_paid
from main.errors import MoveRefused
from main.models import Invoice, Order, OrderLine
from main.models.order_access import read_access_token
from main.tests.support.factories import OrderFactory, OrderLineFactory

TRANSFER = {"beneficiary": "Book & Time Ltd", "iban": "GB33BUKB20201555555555", "bic": "BUKBGB22"}


@override_settings(SITE_URL="https://shop.example", TRANSFER=TRANSFER)
@tag("once")
class OrderEmailTestCase(TestCase):
    """An order of a bag and of two copies of a book whose title wants escaping."""

    def make_order(self, **fields) -> Order:
        self.order = OrderFactory(total=Decimal("1016.98"), total_vat=Decimal("2.00"), **fields)
        self.book = OrderLineFactory(
            order=self.order, name="<b>Emma</b> & Co", unit_price=Decimal("502.49"), quantity=2
        )
        self.bag = OrderLineFactory(
            order=self.order, name="Bag", unit_price=Decimal("12.00"), tax_rate=Decimal("20.00")
        )
        return self.order

    def sent_by(self, action, **arguments) -> tuple[str, str, str]:
        """The one mail that the action sent: its subject, its text and its HTML."""
        mail.outbox.clear()
        with self.captureOnCommitCallbacks(execute=True):
            action(order_id=self.order.pk, **arguments)
        (message,) = mail.outbox
        self.assertEqual(message.to, [self.order.email])
        self.assertTrue(message.reply_to)
        self.assertEqual(message.attachments, [])
        return message.subject, message.body, message.alternatives[0].content

    def move(self, *lines: OrderLine, status: OrderLine.Status) -> tuple[str, str, str]:
        line_ids = [line.pk for line in lines]
        return self.sent_by(move_order_lines, line_ids=line_ids, status=status)

    def assert_both_say(self, bodies: tuple[str, str], *facts: str) -> None:
        text, html = bodies
        for fact in facts:
            self.assertIn(fact, " ".join(text.split()))
            self.assertIn(fact.replace("'", "’"), " ".join(html.split()))

    def assert_neither_says(self, bodies: tuple[str, str], *facts: str) -> None:
        for body in bodies:
            for fact in facts:
                self.assertNotIn(fact, body)


class OrderPlacedEmailTests(OrderEmailTestCase):
    def placed(self, **fields) -> tuple[mail.EmailMultiAlternatives, str]:
        self.make_order(**fields)
        emails.send("order_placed", order_id=self.order.pk)
        (message,) = mail.outbox
        return message, message.alternatives[0].content

    def test_text_and_html_say_the_same(self) -> None:
        message, html = self.placed()
        for body in (message.body, html):
            for fact in [
                self.order.number, "£1,016.98", "£1,004.98", "£12.00", "20%", "£2.00",
                TRANSFER["iban"], TRANSFER["bic"], "12 Gower Street", "WC1E 6BT", "United Kingdom",
            ]:  # fmt: skip
                self.assertIn(fact, body)

    def test_text_is_plain_and_html_is_escaped(self) -> None:
        message, html = self.placed(billing_name="Ada <script>alert(1)</script>")
        self.assertIn("<b>Emma</b> & Co", message.body)
        self.assertIn("Book & Time Ltd", message.body)
        self.assertIn("Ada <script>", message.body)
        self.assertIn("&lt;b&gt;Emma&lt;/b&gt; &amp; Co", html)
        self.assertNotIn("<script>", html)

    def test_a_customers_link_leads_to_the_order_page(self) -> None:
        message, html = self.placed()
        for body in (message.body, html):
            self.assertIn(f"https://shop.example{self.order.get_absolute_url()}", body)

    def test_a_guests_link_needs_no_account(self) -> None:
        message, html = self.placed(guest=True)
        for body in (message.body, html):
            self.assertIn("https://shop.example/orders/open/", body)
            self.assertIn("keep it to yourself", body)

    def test_the_subject_is_one_line_and_the_shop_can_be_answered(self) -> None:
        message, _ = self.placed(billing_name="Ada\nBcc: all@booktime.example")
        self.assertEqual(message.subject, f"Your BookTime order {self.order.number}")
        self.assertTrue(message.reply_to)
        self.assertEqual(message.to, [self.order.email])

    def test_empty_lines_of_an_address_are_left_out(self) -> None:
        message, _ = self.placed(shipping_city="", shipping_zip_code="", shipping_address2="")
        self.assertIn("12 Gower Street\nUnited Kingdom", message.body)

    def test_what_was_paid_before_the_mail_went_out_is_not_asked_for(self) -> None:
        self.make_order(status=Order.Status.PAID)
        self.assert_neither_says(self.sent_by(emails.send, event="order_placed")[1:], "How to pay")


class PaymentEmailTests(OrderEmailTestCase):
    def test_a_payment_is_thanked_for_and_the_invoice_named(self) -> None:
        self.make_order()
        subject, *bodies = self.sent_by(mark_order_paid)
        self.assertEqual(subject, f"Your payment for order {self.order.number} has arrived")
        number = self.order.invoices.get().number
        self.assert_both_say(bodies, "£1,016.98", f"Your invoice {number} is on your order page")

    def test_what_was_cancelled_before_was_not_paid(self) -> None:
        self.make_order()
        self.move(self.bag, status=OrderLine.Status.CANCELLED)
        self.assert_both_say(self.sent_by(mark_order_paid)[1:], "£1,004.98")

    def test_a_guest_is_led_to_the_order_by_the_signed_link(self) -> None:
        self.make_order(guest=True)
        _, *bodies = self.sent_by(mark_order_paid)
        for body in bodies:
            token = re.search(r"https://shop\.example/orders/open/([^/]+)/", body)[1]
            self.assertEqual(read_access_token(token), self.order.pk)

    def test_a_payment_booked_by_mistake_is_taken_back_and_asked_for_again(self) -> None:
        self.make_order()
        mark_order_paid(order_id=self.order.pk)
        subject, *bodies = self.sent_by(revoke_payment)
        self.assertEqual(subject, f"Your payment for order {self.order.number} hasn't arrived yet")
        note = self.order.invoices.credit_notes().get()
        self.assert_both_say(
            bodies, "our mistake", note.number, "Please transfer £1,016.98", TRANSFER["iban"]
        )


class LinesSentEmailTests(OrderEmailTestCase):
    def setUp(self) -> None:
        self.make_order()
        mark_order_paid(order_id=self.order.pk)

    def test_what_is_sent_and_what_is_to_follow(self) -> None:
        subject, text, html = self.move(self.book, status=OrderLine.Status.SENT)
        self.assertEqual(subject, f"Part of your order {self.order.number} is on its way")
        sent, follows = text.split("Still to follow:")
        self.assertIn("2 × <b>Emma</b> & Co: £1,004.98", sent)
        self.assertIn("1 × Bag: £12.00", follows)
        self.assertIn("2 × &lt;b&gt;Emma&lt;/b&gt; &amp; Co", html.split("Still to follow:")[0])
        self.assert_both_say((text, html), "12 Gower Street")

    def test_the_last_of_it(self) -> None:
        self.move(self.book, status=OrderLine.Status.SENT)
        subject, *bodies = self.move(self.bag, status=OrderLine.Status.SENT)
        self.assertEqual(subject, f"Your order {self.order.number} is on its way")
        self.assert_both_say(bodies, "1 × Bag: ")
        self.assert_neither_says(bodies, "Still to follow", "Emma")

    def test_what_was_cancelled_is_not_to_follow(self) -> None:
        self.move(self.bag, status=OrderLine.Status.CANCELLED)
        _, *bodies = self.move(self.book, status=OrderLine.Status.SENT)
        self.assert_neither_says(bodies, "Still to follow", "Bag")


class CancelledEmailTests(OrderEmailTestCase):
    """Whether money comes back, and by which credit note."""

    CANCELLED = OrderLine.Status.CANCELLED
    REFUND = "to the account it came from"

    def setUp(self) -> None:
        self.make_order()

    def test_a_line_of_an_unpaid_order_leaves_less_to_pay(self) -> None:
        subject, *bodies = self.move(self.bag, status=self.CANCELLED)
        self.assertEqual(subject, f"Your order {self.order.number}: some items were cancelled")
        self.assert_both_say(
            bodies,
            "cancelled these items from order",
            "1 × Bag",
            "Please transfer £1,004.98",
            TRANSFER["iban"],
        )
        self.assert_neither_says(bodies, self.REFUND)

    def test_what_is_due_is_said_where_its_way_to_pay_is_gone(self) -> None:
        Order.objects.filter(pk=self.order.pk).update(payment_way="cheque")
        _, *bodies = self.move(self.bag, status=self.CANCELLED)
        self.assert_both_say(bodies, "£1,004.98 is due. We'll be in touch about how to pay.")
        self.assert_neither_says(bodies, "nothing to pay", TRANSFER["iban"])
        _, *bodies = self.sent_by(cancel_order)
        self.assert_both_say(bodies, "There is nothing to pay.")

    def test_the_last_line_of_an_unpaid_order_leaves_nothing_to_pay(self) -> None:
        _, *bodies = self.move(self.bag, self.book, status=self.CANCELLED)
        self.assert_both_say(bodies, "There is nothing to pay.")
        self.assert_neither_says(bodies, self.REFUND, TRANSFER["iban"])

    def test_each_line_of_a_paid_order_is_refunded_by_its_own_credit_note(self) -> None:
        mark_order_paid(order_id=self.order.pk)
        for line, refund in ((self.bag, "£12.00"), (self.book, "£1,004.98")):
            with self.subTest(line=line.name):
                _, *bodies = self.move(line, status=self.CANCELLED)
                note = self.order.invoices.credit_notes().newest_first()[0]
                self.assert_both_say(bodies, "We'll refund", refund, self.REFUND)
                self.assert_both_say(bodies, f"Credit note {note.number}")
                self.assert_neither_says(bodies, "How to pay", "nothing to pay")

    def test_an_unpaid_order_has_nothing_to_give_back(self) -> None:
        subject, *bodies = self.sent_by(cancel_order)
        self.assertEqual(subject, f"Your order {self.order.number} was cancelled")
        self.assert_both_say(bodies, "nothing will be sent", "There is nothing to pay.")
        self.assert_neither_says(bodies, self.REFUND, "Credit note")

    def test_a_paid_order_is_refunded(self) -> None:
        mark_order_paid(order_id=self.order.pk)
        _, *bodies = self.sent_by(cancel_order)
        note = self.order.invoices.credit_notes().get()
        self.assert_both_say(bodies, "We'll refund", "£1,016.98", self.REFUND)
        self.assert_both_say(bodies, f"Credit note {note.number}")
        self.assert_neither_says(bodies, "nothing to pay")

    def test_money_that_never_came_is_not_promised_back(self) -> None:
        """There is a credit note then: of the payment that was booked by mistake."""
        mark_order_paid(order_id=self.order.pk)
        revoke_payment(order_id=self.order.pk)
        _, *bodies = self.move(self.bag, status=self.CANCELLED)
        self.assert_neither_says(bodies, self.REFUND, "Credit note")
        _, *bodies = self.sent_by(cancel_order)
        self.assert_neither_says(bodies, self.REFUND, "Credit note")

    def test_the_credit_note_is_the_one_of_this_refund(self) -> None:
        mark_order_paid(order_id=self.order.pk)
        self.move(self.bag, status=self.CANCELLED)
        _, *bodies = self.sent_by(cancel_order)
        self.assert_both_say(bodies, "£1,004.98", "CN-")
        first = self.order.invoices.credit_notes().order_by("pk")[0]
        self.assert_neither_says(bodies, first.number)


class DeferredEmailTests(OrderEmailTestCase):
    def test_a_mail_is_sent_only_if_the_move_is_kept(self) -> None:
        self.make_order()
        callbacks = self.captureOnCommitCallbacks(execute=True)
        with callbacks, suppress(MoveRefused), transaction.atomic():
            mark_order_paid(order_id=self.order.pk)
            raise MoveRefused
        self.assertEqual(mail.outbox, [])
        self.assertFalse(Invoice.objects.exists())


@tag("once")
class AccountEmailTests(TestCase):
    def test_links_can_be_followed_and_nothing_else_is_markup(self) -> None:
        text = "Hello <b>,\n\nhttps://shop.example/a/?b=1&c=2\n"
        emails.send(
            "account_mail_written", email="ada@booktime.example", subject="Hello", text=text
        )
        (message,) = mail.outbox
        html = message.alternatives[0].content
        self.assertEqual(message.body, text)
        self.assertIn('href="https://shop.example/a/?b=1&amp;c=2"', html)
        self.assertIn("Hello &lt;b&gt;", html)
