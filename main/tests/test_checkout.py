"""Turning a checkout into an order: what it says, and each reason why it is not placed."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from unittest import mock
from uuid import uuid4

from django.core import mail
from django.test import TestCase, override_settings
from django.utils import timezone

from main import errors
from main.actions import quotes
from main.actions.checkout import place_order
from main.actions.checkout_filling import set_addresses
from main.models import (
    Basket,
    BasketOwner,
    Charge,
    ChargeKind,
    Checkout,
    Message,
    Order,
    PostalAddress,
    Product,
)
from main.tests.support.checkout_case import ADDRESS, offer, ready_checkout
from main.tests.support.factories import (
    LONDON,
    BasketFactory,
    BasketLineFactory,
    ProductFactory,
    UserFactory,
)
from main.wording.facts import message_text

ELSEWHERE = PostalAddress(**LONDON | {"name": "Bea Reader", "city": "Bath", "zip_code": "BA1 1AA"})
WRAPPING = Charge(
    kind=ChargeKind.FEE,
    code="gift-wrapping",
    name="Gift wrapping",
    unit_price=Decimal("2.50"),
    tax_rate=Decimal("20.00"),
)

DISCOUNT = replace(WRAPPING, kind=ChargeKind.DISCOUNT, code="gift", name="Gift")


def priced(*charges: Charge):
    """What costs something beside the books, as long as the block lasts."""
    return mock.patch.object(quotes, "PRICERS", [lambda checkout, books: charges])


class CheckoutTestCase(TestCase):
    """Two copies of Emma for £8.49 and a bag for £12.00, offered to Ada."""

    def setUp(self) -> None:
        self.user = UserFactory(email="ada@booktime.example")
        self.owner = BasketOwner(user_id=self.user.pk)
        self.basket = BasketFactory(user=self.user)
        self.book = ProductFactory(name="Emma", price=Decimal("8.49"), stock=5)
        self.bag = ProductFactory(
            name="Bag", price=Decimal("12.00"), tax_rate=Decimal("20.00"), stock=2
        )
        BasketLineFactory(basket=self.basket, product=self.book, quantity=2)
        BasketLineFactory(basket=self.basket, product=self.bag, quantity=1)
        self.checkout = ready_checkout(self.basket, billing=ADDRESS, shipping=ELSEWHERE)

    def place(self, **changes) -> Order:
        arguments = {"checkout_id": self.checkout.pk, "quote": self.checkout.offered.key}
        with self.captureOnCommitCallbacks(execute=True):
            return place_order(**arguments | changes)

    def change(self, product: Product, **fields) -> None:
        Product.objects.filter(pk=product.pk).update(**fields)

    def stock(self) -> tuple[int, int]:
        self.book.refresh_from_db()
        self.bag.refresh_from_db()
        return self.book.stock, self.bag.stock


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


class RefusalTests(CheckoutTestCase):
    """Each has a class and a sentence of its own, and leaves everything as it was."""

    def state(self) -> tuple:
        basket = Basket.objects.filter(pk=self.basket.pk).values_list("status", flat=True)
        return (
            Order.objects.count(),
            self.stock(),
            list(basket),
            len(mail.outbox),
            list(Checkout.objects.order_by("pk").values()),
        )

    def assert_refused(self, error: type[Exception], text: str, **changes) -> None:
        before = self.state()
        with self.assertRaises(errors.CheckoutRefused) as caught:
            self.place(**changes)
        self.assertEqual((type(caught.exception), str(caught.exception)), (error, text))
        self.assertEqual(self.state(), before)
        self.assertEqual(before[0], 0)

    def test_less_than_nothing(self) -> None:
        with priced(replace(DISCOUNT, unit_price=Decimal("-28.99"))):
            seen = offer(self.checkout)
            self.assert_refused(errors.TotalRefused, errors.TotalRefused.text, quote=seen)

    def test_an_empty_basket(self) -> None:
        self.basket.lines.all().delete()
        text = "Your basket is empty."
        self.assert_refused(errors.BasketEmpty, text)

    def test_a_checkout_that_is_not_there(self) -> None:
        text = "We no longer have this basket. Please check what is in your basket now."
        self.assert_refused(errors.BasketGone, text, checkout_id=uuid4())
        # Release 0.1.0 deletes baskets without their checkouts.
        Checkout.objects.filter(pk=self.checkout.pk).update(basket_id=2**40)
        self.assert_refused(errors.BasketGone, text)

    def test_nobody_said_where_the_books_go(self) -> None:
        text = "Please tell us first where to send your books."
        for missing in ({"billing": None}, {"shipping": None}):
            Checkout.objects.update(billing={"name": "Ada"}, shipping={"name": "Ada"})
            Checkout.objects.update(**missing)
            self.assert_refused(errors.CheckoutIncomplete, text)

    def test_a_guest_without_an_e_mail_address(self) -> None:
        Basket.objects.update(user=None, guest_key="somebody")
        Checkout.objects.update(email="")
        text = "Please tell us first where to send your books."
        self.assert_refused(errors.CheckoutIncomplete, text)

    def test_a_book_taken_out_of_the_shop(self) -> None:
        self.change(self.book, active=False)
        self.assert_refused(errors.BookWithdrawn, "“Emma” is no longer for sale.")

    def test_a_book_that_sold_out(self) -> None:
        self.change(self.book, stock=0)
        self.assert_refused(errors.BookSoldOut, "“Emma” has sold out.")

    def test_more_copies_than_there_are(self) -> None:
        self.change(self.book, stock=1)
        self.assert_refused(errors.TooFewCopies, "Only 1 copy of “Emma” is left.")
        self.basket.lines.filter(product=self.book).update(quantity=4)
        self.change(self.book, stock=3)
        text = "Only 3 copies of “Emma” are left."
        self.assert_refused(errors.TooFewCopies, text, quote=offer(self.checkout))

    def test_another_price(self) -> None:
        self.change(self.book, price=Decimal("9.49"))
        text = "The price of “Emma” is now £9.49 (it was £8.49)."
        self.assert_refused(errors.PriceChanged, text)

    def test_another_vat_rate(self) -> None:
        self.change(self.book, tax_rate=Decimal("5.50"))
        text = "The price of “Emma” now includes 5.5% VAT (it was 0%)."
        self.assert_refused(errors.PriceChanged, text)

    def test_another_basket(self) -> None:
        text = "Your basket has changed since you opened this page. Please check your order again."
        lines = self.basket.lines
        lines.filter(product=self.book).update(quantity=1)
        self.assert_refused(errors.BasketChanged, text)
        lines.filter(product=self.book).update(quantity=2)
        lines.filter(product=self.bag).update(product=ProductFactory(name="Bag", price=12))
        self.assert_refused(errors.BasketChanged, text)
        lines.exclude(product=self.book).delete()
        self.assert_refused(errors.BasketChanged, text)

    def test_another_title(self) -> None:
        self.change(self.book, name="Emma, abridged")
        text = "Your basket has changed since you opened this page. Please check your order again."
        self.assert_refused(errors.BasketChanged, text)

    def test_a_charge_that_came(self) -> None:
        with priced(WRAPPING):
            text = "Gift wrapping for £2.50 is new in your order."
            self.assert_refused(errors.ChargesChanged, text)

    def test_a_charge_that_went(self) -> None:
        with priced(WRAPPING):
            seen = offer(self.checkout)
        text = "Gift wrapping is no longer in your order."
        self.assert_refused(errors.ChargesChanged, text, quote=seen)

    def test_a_charge_that_changed(self) -> None:
        with priced(WRAPPING):
            seen = offer(self.checkout)
        with priced(replace(WRAPPING, unit_price=Decimal("3.00"))):
            text = "Gift wrapping is now £3.00 (it was £2.50)."
            self.assert_refused(errors.ChargesChanged, text, quote=seen)
        with priced(replace(WRAPPING, tax_rate=Decimal("5.00"))):
            text = "Gift wrapping has changed. Please check your order again."
            self.assert_refused(errors.ChargesChanged, text, quote=seen)

    def test_a_quote_that_is_too_old(self) -> None:
        Checkout.objects.update(valid_until=timezone.now() - timedelta(seconds=1))
        text = "This page is too old. Please check your order again and place it then."
        self.assert_refused(errors.QuoteLapsed, text)
        # The control: a moment before it is taken.
        Checkout.objects.update(valid_until=timezone.now() + timedelta(seconds=30))
        self.assertEqual(self.place().total, Decimal("28.98"))

    def test_a_quote_of_another_window(self) -> None:
        text = "Your order has changed since you opened this page. Please check it again."
        self.assert_refused(errors.QuoteReplaced, text, quote="of another window")
        # Both windows showed what held then; the first is behind.
        seen = self.checkout.offered.key
        self.change(self.book, price=Decimal("9.49"))
        offer(self.checkout)
        self.assert_refused(errors.QuoteReplaced, text, quote=seen)

    def test_other_addresses_since(self) -> None:
        set_addresses(checkout_id=self.checkout.pk, billing=ADDRESS, shipping=ADDRESS, choices={})
        text = "Your order has changed since you opened this page. Please check it again."
        self.assert_refused(errors.QuoteReplaced, text)

    def test_a_way_to_pay_that_is_not_offered(self) -> None:
        text = "You cannot pay this way any more. Please choose another one."
        for way in ("in_shop", "gold"):
            self.assert_refused(errors.PaymentWayRefused, text, payment_way=way)
        Checkout.objects.update(payment_way="in_shop")  # chosen when it was offered
        self.assert_refused(errors.PaymentWayRefused, text)


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
