"""What the shop lets people build, it lets them finish; where there is a limit, words say so."""

import re
from decimal import Decimal
from unittest import mock

from django.conf import settings
from django.core.cache import cache
from django.db.models import Prefetch, prefetch_related_objects
from django.test import TestCase
from django.utils import timezone

from main.actions import basket as baskets
from main.actions import order_lines
from main.actions.order_lines import move_order_lines
from main.actions.orders import cancel_order
from main.actions.payments import mark_order_paid, record_payment
from main.errors import BasketFull, MoveRefused, PaymentRefused
from main.gateways.payments import Receipt
from main.models import Basket, BasketLine, BasketOwner, Invoice, Order, OrderLine, Product
from main.models.baskets import MOST_TITLES
from main.models.charges import LARGEST_AMOUNT
from main.models.order_lines import MOST_LINES
from main.tests.support.checkout_case import order_basket
from main.tests.support.checkout_page_case import REVIEW, CheckoutPageTestCase
from main.tests.support.factories import (
    BasketFactory,
    BasketLineFactory,
    DispatcherFactory,
    EmployeeFactory,
    OrderFactory,
    OrderLineFactory,
    ProductFactory,
)

DEAREST = Decimal("999999.99")
TOO_LARGE = (
    "One order can come to £99,999,999.99 at most. Please order your books in several parts."
)


class TotalPageTests(CheckoutPageTestCase):
    def test_what_no_bill_could_hold_is_told_before_the_order(self) -> None:
        Product.objects.update(price=DEAREST, stock=99)
        other = ProductFactory(price=DEAREST, stock=99)
        self.put(99)
        self.client.post("/add_to_basket/", {"product_id": other.pk, "quantity": 99})
        page = self.client.get("/basket/")
        self.assertContains(page, TOO_LARGE)
        self.assertNotContains(page, "Go to checkout")
        self.give()
        page = self.client.get(REVIEW)
        self.assertContains(page, TOO_LARGE)
        self.assertNotContains(page, "Place order")
        response = self.place(self.shown(page))
        self.assertContains(response, TOO_LARGE, status_code=409)
        self.assertEqual((Order.objects.count(), Basket.objects.open().count()), (0, 1))
        other.refresh_from_db()
        self.assertEqual(other.stock, 99)


class LargestTotalTests(TestCase):
    """£99,999,999.99: as much as a bill can hold."""

    def setUp(self) -> None:
        basket = BasketFactory()
        for price, quantity in ((DEAREST, 99), (DEAREST, 1), ("0.99", 1)):
            book = ProductFactory(price=Decimal(price), tax_rate=Decimal("99.00"), stock=99)
            BasketLineFactory(basket=basket, product=book, quantity=quantity)
        self.order = order_basket(basket)

    def receipt(self, amount: Decimal, reference: str) -> Receipt:
        return Receipt(
            way="transfer", amount=amount, currency="GBP", at=timezone.now(), reference=reference
        )

    def test_it_is_ordered_billed_and_taken_back(self) -> None:
        self.assertEqual(self.order.total, LARGEST_AMOUNT)
        mark_order_paid(order_id=self.order.pk)
        cancel_order(order_id=self.order.pk)
        amounts = set(Invoice.objects.values_list("gross", flat=True))
        self.assertEqual((Invoice.objects.count(), amounts), (2, {LARGEST_AMOUNT}))

    def test_what_no_ledger_could_hold_is_refused_in_words(self) -> None:
        first = self.receipt(LARGEST_AMOUNT, "first")
        record_payment(order_id=self.order.pk, receipt=first)
        text = "For one order, at most £99,999,999.99 can be recorded as paid."
        with self.assertRaisesMessage(PaymentRefused, text):
            record_payment(order_id=self.order.pk, receipt=self.receipt(Decimal("0.01"), "second"))
        record_payment(order_id=self.order.pk, receipt=first)  # told again, it is known
        self.assertEqual([pay.amount for pay in self.order.payments.all()], [LARGEST_AMOUNT])


class EndlessStockTests(TestCase):
    def test_an_order_of_what_never_runs_out_can_be_cancelled(self) -> None:
        line = BasketLineFactory(product=ProductFactory(stock=2**31 - 1), quantity=2)
        order = order_basket(line.basket)
        Product.objects.update(stock=2**31 - 2)  # counted since
        cancel_order(order_id=order.pk)
        self.assertEqual(Product.objects.get().stock, 2**31 - 1)


class FullBasketTests(TestCase):
    """With a limit of two titles instead of a thousand."""

    def setUp(self) -> None:
        self.enterContext(mock.patch.object(baskets, "MOST_TITLES", 2))
        self.basket = BasketFactory()
        self.owner = BasketOwner(user_id=self.basket.user_id)
        self.books = [ProductFactory() for _ in range(3)]
        for book in self.books[:2]:
            self.add(book)

    def add(self, book: Product) -> None:
        baskets.add_to_basket(owner=self.owner, product_id=book.pk, quantity=1)

    def titles(self) -> list[tuple[int, int]]:
        return list(self.basket.lines.order_by("pk").values_list("product", "quantity"))

    def test_one_title_more_is_refused_in_words_and_one_copy_more_is_not(self) -> None:
        with self.assertRaises(BasketFull) as caught:
            self.add(self.books[2])
        text = (
            "Your basket is full: it holds 2 titles. "
            "Please order these first, and the rest in another order."
        )
        self.assertEqual(str(caught.exception), text)
        self.add(self.books[1])
        self.assertEqual(self.titles(), [(self.books[0].pk, 1), (self.books[1].pk, 2)])

    def test_a_guests_basket_is_merged_as_far_as_there_is_room(self) -> None:
        guest = BasketFactory(guest=True)
        for book in self.books:
            BasketLineFactory(basket=guest, product=book)
        self.basket.lines.filter(product=self.books[0]).delete()
        baskets.merge_baskets(user_id=self.basket.user_id, guest_key=guest.guest_key)
        self.assertEqual(self.titles(), [(self.books[1].pk, 2), (self.books[0].pk, 1)])


class ThousandTitlesTests(TestCase):
    def test_as_many_titles_as_sqlite_has_depth_are_read_in_one_go(self) -> None:
        """It wrote "id = 1 OR id = 2 …", a thousand levels deep at most."""
        line = BasketLineFactory()
        lines = [BasketLine(basket=line.basket, product_id=n) for n in range(2**40, 2**40 + 1100)]
        products = Product.objects.for_listing()
        prefetch_related_objects([line, *lines], Prefetch("product", queryset=products))
        self.assertEqual(line.product, products.get())


class SplitLimitTests(TestCase):
    def test_an_order_with_as_many_lines_as_its_page_can_send_is_split_no_further(self) -> None:
        self.enterContext(mock.patch.object(order_lines, "MOST_LINES", 2))
        line = OrderLineFactory(quantity=3)
        sent = {"order_id": line.order_id, "line_ids": [line.pk], "status": OrderLine.Status.SENT}
        mark_order_paid(order_id=line.order_id)
        move_order_lines(**sent, copies={line.pk: 1})
        with self.assertRaisesMessage(MoveRefused, "An order can have 2 lines at most."):
            move_order_lines(**sent, copies={line.pk: 1})
        self.assertEqual(list(OrderLine.objects.values_list("quantity", flat=True)), [2, 1])
        move_order_lines(**sent)
        self.assertEqual(Order.objects.get().status, Order.Status.DONE)


class FieldsSentTests(TestCase):
    """What a page sends for each line, as many lines as there can be, is accepted."""

    def setUp(self) -> None:
        cache.clear()

    def assert_most_are_accepted(self, path: str, add_line, *, most: int) -> None:
        counts = []
        for _ in range(2):
            add_line()
            html = self.client.get(path).content.decode()
            counts.append(len(re.findall(r"<(?:input|select|button)[^>]* name=", html)))
        fixed, each = 2 * counts[0] - counts[1], counts[1] - counts[0]
        self.assertGreater(each, 0)
        self.assertLessEqual(fixed + each * most, settings.DATA_UPLOAD_MAX_NUMBER_FIELDS)

    def test_of_a_basket(self) -> None:
        basket = BasketFactory()
        self.client.force_login(basket.user)
        self.assert_most_are_accepted(
            "/basket/", lambda: BasketLineFactory(basket=basket), most=MOST_TITLES
        )

    def test_of_an_order_in_the_office_and_on_the_packing_page(self) -> None:
        order = OrderFactory(status=Order.Status.PAID)
        for staff, path in (
            (EmployeeFactory(), f"/office-admin/main/order/{order.pk}/change/"),
            (DispatcherFactory(), "/dispatch-admin/main/order/packing/"),
        ):
            self.client.force_login(staff)
            with self.subTest(path):
                self.assert_most_are_accepted(
                    path, lambda: OrderLineFactory(order=order, quantity=2), most=MOST_LINES
                )

    def test_more_than_that_is_still_refused(self) -> None:
        fields = {f"x{n}": "1" for n in range(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1)}
        self.assertEqual(self.client.post("/basket/", fields).status_code, 400)
