"""One's own orders on a phone."""

from decimal import Decimal
from http import HTTPStatus

from django.core.cache import cache
from django.db import connection
from django.test import TestCase, tag
from django.test.utils import CaptureQueriesContext

from main.models import Order, OrderLine, ProductImage
from main.tests.support.factories import OrderFactory, OrderLineFactory, ProductFactory, UserFactory
from main.tests.support.token_case import MINE


@tag("door")
class MyOrdersTests(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        cls.user = UserFactory()
        cls.emma = ProductFactory(name="Emma", price=Decimal("8.49"))
        ProductImage.objects.bulk_create(
            ProductImage(product=cls.emma, image=f"product-images/{name}.png", width=w, height=600)
            for name, w in (("emma", 410), ("back", 100))
        )
        cls.order = OrderFactory(user=cls.user, total=Decimal("25.47"))
        OrderLineFactory(order=cls.order, product=cls.emma, quantity=2)
        OrderLineFactory(order=cls.order, product=ProductFactory(name="Dracula"))

    def setUp(self) -> None:
        cache.clear()  # of other tests' requests
        self.client.force_login(self.user)

    def mine(self) -> list[dict]:
        response = self.client.get(MINE)
        self.assertEqual(response.status_code, HTTPStatus.OK)
        return response.json()

    def test_an_order_is_its_cover_its_books_and_its_price(self) -> None:
        self.assertEqual(
            self.mine(),
            [
                {
                    "id": self.order.pk,
                    "image": "http://testserver/media/product-images/emma/400w.webp",
                    "summary": "2 × Emma, 1 × Dracula",
                    "price": "25.47",
                }
            ],
        )

    def test_newest_first_and_ones_own_only(self) -> None:
        OrderFactory()
        OrderFactory(guest=True)
        newer = OrderFactory(user=self.user)
        rows = self.mine()
        self.assertEqual([row["id"] for row in rows], [newer.pk, self.order.pk])
        self.assertEqual((rows[0]["image"], rows[0]["summary"]), (None, ""))

    def test_a_book_without_a_picture_has_none(self) -> None:
        order = OrderFactory(user=self.user)
        OrderLineFactory(order=order, product=ProductFactory(name="Dracula"))
        OrderLineFactory(order=order, product=self.emma)
        self.assertIsNone(self.mine()[0]["image"])

    def test_the_summary_is_short_whatever_was_ordered(self) -> None:
        order = OrderFactory(user=self.user)
        OrderLineFactory(order=order, product=ProductFactory(name="Ö" * 255), quantity=32767)
        for title in ("Emma", "Dracula", "Utopia", "Walden"):
            OrderLineFactory(order=order, product=ProductFactory(name=title))
        summary = self.mine()[0]["summary"]
        self.assertEqual(summary, f"32767 × {'Ö' * 59}…, 1 × Emma, 1 × Dracula, and 2 more")

    def test_copies_in_lines_of_their_own_are_summed_up_by_book(self) -> None:
        order = OrderFactory(user=self.user)
        line = OrderLineFactory(order=order, product=self.emma, quantity=2)
        OrderLineFactory(order=order, product=ProductFactory(name="Dracula"))
        OrderLineFactory(order=order, product=self.emma, split_from=line)
        self.assertEqual(self.mine()[0]["summary"], "3 × Emma, 1 × Dracula")

    def test_at_most_a_hundred_by_as_many_queries_as_one(self) -> None:
        few = self.count_queries()
        self.assertLessEqual(few, 5)
        Order.objects.bulk_create(
            Order(user=self.user, email="a@b.example", currency="GBP", total=1, total_vat=0)
            for _ in range(104)
        )
        OrderLine.objects.bulk_create(
            OrderLine(
                order=order, product=self.emma, name="Emma", unit_price=1, tax_rate=0, quantity=1
            )
            for order in Order.objects.all()
        )
        self.assertEqual(self.count_queries(), few)
        self.assertEqual(len(self.mine()), 100)

    def count_queries(self) -> int:
        with CaptureQueriesContext(connection) as queries:
            self.mine()
        return len(queries)

    def test_nobody_has_none(self) -> None:
        self.client.logout()
        response = self.client.get(MINE)
        self.assertEqual((response.status_code, response["WWW-Authenticate"]), (401, "Token"))
