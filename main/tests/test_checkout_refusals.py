"""Each reason why a checkout is not placed, told apart; and then nothing has changed."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

from django.core import mail
from django.utils import timezone

from main import errors
from main.actions.checkout_filling import set_addresses
from main.models import (
    Basket,
    Checkout,
    Order,
)
from main.tests.support.checkout_case import ADDRESS, offer
from main.tests.support.factories import (
    ProductFactory,
)
from main.tests.support.offered_case import DISCOUNT, WRAPPING, CheckoutTestCase, priced


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
