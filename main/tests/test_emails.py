"""What stands in the mails: whole, readable as text, harmless as HTML."""

from decimal import Decimal

from django.core import mail
from django.test import TestCase, override_settings

from main.emails import send_account_email, send_order_placed_email
from main.tests.factories import OrderFactory, OrderLineFactory

TRANSFER = {"beneficiary": "Book & Time Ltd", "iban": "GB33BUKB20201555555555", "bic": "BUKBGB22"}


@override_settings(SITE_URL="https://shop.example", TRANSFER=TRANSFER)
class OrderPlacedEmailTests(TestCase):
    def placed(self, **fields) -> tuple[mail.EmailMultiAlternatives, str]:
        self.order = OrderFactory(total=Decimal("1016.98"), total_vat=Decimal("2.00"), **fields)
        OrderLineFactory(
            order=self.order, name="<b>Emma</b> & Co", unit_price=Decimal("502.49"), quantity=2
        )
        OrderLineFactory(
            order=self.order, name="Bag", unit_price=Decimal("12.00"), tax_rate=Decimal("20.00")
        )
        send_order_placed_email(order_id=self.order.pk)
        (message,) = mail.outbox
        return message, message.alternatives[0].content

    def test_text_and_html_say_the_same(self) -> None:
        message, html = self.placed()
        for body in (message.body, html):
            for fact in [
                self.order.number, "£1,016.98", "£1,004.98", "£12.00", "20 %", "£2.00",
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


class AccountEmailTests(TestCase):
    def test_links_can_be_followed_and_nothing_else_is_markup(self) -> None:
        text = "Hello <b>,\n\nhttps://shop.example/a/?b=1&c=2\n"
        send_account_email(email="ada@booktime.example", subject="Hello", text=text)
        (message,) = mail.outbox
        html = message.alternatives[0].content
        self.assertEqual(message.body, text)
        self.assertIn('href="https://shop.example/a/?b=1&amp;c=2"', html)
        self.assertIn("Hello &lt;b&gt;", html)
