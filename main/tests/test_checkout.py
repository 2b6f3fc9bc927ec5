"""Turning a checkout into an order, and what is offered for how long."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from django.core import mail
from django.test import override_settings
from django.utils import timezone

from main.models import (
    Checkout,
    Message,
    Order,
    Product,
)
from main.tests.support.checkout_case import offer, ready_checkout
from main.tests.support.factories import (
    BasketFactory,
    BasketLineFactory,
)
from main.tests.support.offered_case import DISCOUNT, WRAPPING, CheckoutTestCase, priced
from main.wording.facts import message_text


class PlaceOrderTests(CheckoutTestCase):
    def test_sums_addresses_and_lines_are_frozen(self) -> None:
        order = self.place()
        Product.objects.update(price=Decimal("99.00"), name="Changed", tax_rate=5)
        order.refresh_from_db()
        self.assertEqual((order.total, order.total_vat), (Decimal("28.98"), Decimal("2.00")))
        self.assertEqual((order.billing.city, order.shipping.city), ("London", "Bath"))
        self.assertEqual(
            [
                (line.product, line.name, line.unit_price, line.tax_rate, line.quantity)
                for line in order.lines.all()
            ],
            [
                (self.book, "Emma", Decimal("8.49"), 0, 2),
                (self.bag, "Bag", Decimal("12.00"), 20, 1),
            ],
        )
        self.assertEqual((order.status, order.currency), (Order.Status.NEW, "GBP"))
        self.assertEqual((order.payment_way, order.charges.count()), ("transfer", 0))
        self.assertEqual((order.user, order.email), (self.user, "ada@booktime.example"))

    def test_what_costs_nothing_is_paid_at_once(self) -> None:
        with priced(replace(DISCOUNT, unit_price=Decimal("-28.98"))):
            order = self.place(quote=offer(self.checkout))
        order.refresh_from_db()
        self.assertEqual((order.total, order.status), (Decimal("0.00"), Order.Status.PAID))
        self.assertEqual((order.invoices.get().gross, order.payments.count()), (0, 0))
        self.assertIsNotNone(order.dispatch_by)
        (message,) = mail.outbox
        self.assertIn("Thank you for your order", message.body)
        self.assertNotIn("IBAN", message.body)
        fact = message_text(Message.objects.of(order.pk).get(fact="paid"))
        number = order.invoices.get().number
        self.assertEqual(fact, f"There was nothing to pay. Invoice: {number}.")

    def test_what_costs_something_beside_the_books_is_frozen_too(self) -> None:
        with priced(WRAPPING):
            order = self.place(quote=offer(self.checkout))
        self.assertEqual((order.total, order.total_vat), (Decimal("31.48"), Decimal("2.42")))
        self.assertEqual(
            list(order.charges.values_list("kind", "code", "name", "unit_price", "tax_rate")),
            [("fee", "gift-wrapping", "Gift wrapping", Decimal("2.50"), Decimal("20.00"))],
        )
        self.assertEqual(order.charged, order.total)
        history = order.charges.get().history.get()
        self.assertEqual(history.history_change_reason, "Ordered")
        self.assertIn("1 × Gift wrapping: £2.50", mail.outbox[0].body)

    def test_stock_is_taken(self) -> None:
        self.place()
        self.assertEqual(self.stock(), (3, 1))

    def test_the_customer_gets_one_mail(self) -> None:
        order = self.place()
        self.assertEqual([message.to for message in mail.outbox], [["ada@booktime.example"]])
        self.assertIn(order.number, mail.outbox[0].subject)

    def test_a_guests_order_goes_to_the_address_that_they_gave(self) -> None:
        basket = BasketFactory(guest=True)
        BasketLineFactory(basket=basket, product=self.book)
        checkout = ready_checkout(basket, email="guest@booktime.example")
        order = self.place(checkout_id=checkout.pk, quote=checkout.offered.key)
        self.assertEqual((order.user, order.email), (None, "guest@booktime.example"))

    def test_submitted_again_it_is_the_same_order(self) -> None:
        first = self.place()
        self.change(self.book, price=Decimal("99.00"), stock=0)
        self.assertEqual(self.place(), first)
        self.assertEqual(self.place(quote="whatever was seen"), first)
        self.assertEqual((Order.objects.count(), len(mail.outbox)), (1, 1))
        self.assertEqual(self.stock(), (0, 1))

    def test_order_numbers_tell_nothing(self) -> None:
        self.assertRegex(self.place().number, r"^[1-9]\d{3}-\d{4}-\d{4}$")

    def test_what_changed_and_changed_back_is_as_it_was_seen(self) -> None:
        seen = self.checkout.offered.key
        self.change(self.book, price=Decimal("9.49"))
        self.assertNotEqual(offer(self.checkout), seen)
        self.change(self.book, price=Decimal("8.49"))
        self.assertEqual(self.place(quote=seen).total, Decimal("28.98"))


@override_settings(QUOTE_HOLDS=10)
class OfferTests(CheckoutTestCase):
    def test_a_quote_holds_for_so_many_hours(self) -> None:
        Checkout.objects.update(quote=None, valid_until=None)
        offer(self.checkout)
        self.checkout.refresh_from_db()
        left = self.checkout.valid_until - timezone.now()
        self.assertAlmostEqual(left.total_seconds(), 36_000, delta=20)

    def test_it_is_written_again_only_when_it_must_be(self) -> None:
        for hours, is_written in ((6, False), (4, True)):
            until = timezone.now() + timedelta(hours=hours)
            Checkout.objects.update(valid_until=until)
            offer(self.checkout)
            self.checkout.refresh_from_db()
            self.assertEqual(self.checkout.valid_until != until, is_written)
        until = timezone.now() + timedelta(hours=9)
        Checkout.objects.update(valid_until=until)
        self.change(self.book, price=Decimal("1.00"))
        offer(self.checkout)
        self.checkout.refresh_from_db()
        self.assertGreater(self.checkout.valid_until, until)

    def test_a_quote_comes_back_as_it_was_stored(self) -> None:
        with priced(WRAPPING):
            key = offer(self.checkout)
        self.checkout.refresh_from_db()
        quote = self.checkout.offered
        self.assertEqual(quote.key, key)
        self.assertEqual(quote.extras, (WRAPPING,))
        self.assertEqual((quote.sums.gross, quote.sums.vat), (Decimal("31.48"), Decimal("2.42")))
