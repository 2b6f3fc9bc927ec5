"""The staff's list of orders: who sees it, what the filters find, its order and pages, queries."""

from decimal import Decimal
from unittest.mock import patch

from django.db import connection
from django.test import tag
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from main.models import Order
from main.tests.support.factories import DispatcherFactory, EmployeeFactory, OwnerFactory
from main.tests.support.report_case import UTC, ReportTestCase, at
from main.views.order_table import OrderPaginator

PATH = "/order-dashboard/"


@tag("door")
class DashboardTestCase(ReportTestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        cls.clerk = EmployeeFactory()

    def setUp(self) -> None:
        super().setUp()
        self.client.force_login(self.clerk)

    def order(self, *args, **changes) -> Order:
        """As of ReportTestCase, with some fields changed."""
        kinds = {name: changes.pop(name) for name in ("status", "books") if name in changes}
        order = super().order(*args, **kinds)
        Order.objects.filter(pk=order.pk).update(**changes)
        order.refresh_from_db()
        return order

    def found(self, query: str = "", *, status: int = 200) -> list[Order]:
        response = self.client.get(f"{PATH}{query}")
        self.assertEqual(response.status_code, status)
        self.page = response.content.decode()
        return list(response.context["page_obj"])


@tag("door")
class DoorTests(DashboardTestCase):
    def test_the_office_and_owners_come_in(self) -> None:
        for user in (self.clerk, OwnerFactory()):
            self.client.force_login(user)
            self.assertEqual(self.client.get(reverse("order_dashboard")).status_code, 200)

    def test_nobody_else_does(self) -> None:
        left = EmployeeFactory(is_active=False)
        for user in (self.customer, DispatcherFactory()):
            self.client.force_login(user)
            self.assertEqual(self.client.get(PATH).status_code, 403)
        for user in (None, left):
            self.client.logout()
            if user:
                self.client.force_login(user)
            response = self.client.get(PATH)
            self.assertRedirects(response, f"/login/?next={PATH}", fetch_redirect_response=False)

    def test_it_is_only_read(self) -> None:
        self.assertEqual(self.client.post(PATH).status_code, 405)


@tag("door")
class RowTests(DashboardTestCase):
    def test_a_row_says_what_matters_and_leads_to_the_order(self) -> None:
        order = self.order(at("2026-07-01 00:30"), status=20, total=Decimal("1234.50"))
        self.found()
        link = f'<a href="/office-admin/main/order/{order.pk}/change/">{order.number}</a>'
        self.assertInHTML(link, self.page)
        for words in ("1 Jul 2026, 00:30", "Ada Reader", self.customer.email, "£1,234.50"):
            self.assertIn(words, self.page)
        self.assertInHTML('<span class="badge badge-20">paid</span>', self.page)

    def test_names_are_text(self) -> None:
        self.order(shipping_name="<script>alert(1)</script>")
        self.found()
        self.assertIn("&lt;script&gt;alert(1)", self.page)
        self.assertNotIn("<script>alert", self.page)

    def test_where_there_is_none_it_says_so(self) -> None:
        self.assertEqual(self.found(), [])
        self.assertIn("No such order", self.page)


@tag("door")
class FilterTests(DashboardTestCase):
    def test_by_state(self) -> None:
        orders = {status: self.order(status=status) for status in Order.Status}
        for status, order in orders.items():
            self.assertEqual(self.found(f"?status={status}"), [order])

    def test_by_whole_days_in_the_shops_time(self) -> None:
        self.order(at("2026-06-30 22:59", UTC))
        first = self.order(at("2026-06-30 23:00", UTC))
        last = self.order(at("2026-07-02 22:59", UTC))
        self.order(at("2026-07-02 23:00", UTC))
        found = self.found("?placed_from=2026-07-01&placed_to=2026-07-02")
        self.assertEqual(found, [last, first])
        self.assertEqual(self.found("?placed_from=2026-07-01&placed_to=2026-07-01"), [first])

    def test_by_number_name_address_and_isbn(self) -> None:
        order = self.order(
            books={self.emma: 1}, billing_name="Zoë Winter", email="zw@reader.example"
        )
        self.order(books={self.dune: 1})
        for term in (
            order.number,
            str(order.pk),
            "zoë  wint",
            "ZW@READER",
            self.emma.isbn,
            "zoe winter",
            f"Order {order.number}.",
            f"ISBN: {self.emma.isbn}",
            f"emma {self.emma.isbn}",
            f"\u200e{order.number}",
        ):
            with self.subTest(term):
                self.assertEqual(self.found(f"?q={term}"), [order])

    def test_by_two_characters_where_they_are_a_family_name(self) -> None:
        for name, term in (("森川 花", "森川"), ("サト ユキ", "サト"), ("남궁 민", "남궁")):
            order = self.order(shipping_name=name)
            with self.subTest(term):
                self.assertEqual(self.found(f"?q={term}"), [order])

    def test_all_together(self) -> None:
        order = self.order(status=20, shipping_name="Zoe Winter")
        self.order(status=10, shipping_name="Zoe Winter")
        self.order(at("2026-01-01 12:00"), status=20, shipping_name="Zoe Winter")
        query = "?q=winter&status=20&placed_from=2026-11-01&sort=total"
        self.assertEqual(self.found(query), [order])

    def test_empty_ones_narrow_nothing(self) -> None:
        order = self.order()
        query = "?q=&status=&placed_from=&placed_to=&sort="
        self.assertEqual(self.found(query), [order])


@tag("door")
class OddInputTests(DashboardTestCase):
    def test_what_is_wrong_is_named_and_the_rest_still_narrows(self) -> None:
        paid = self.order(status=20)
        self.order(status=10)
        for query, words in {
            "q=ab": "Type at least 3 letters or digits.",
            "q=Øa": "Type at least 3 letters or digits.",
            "q=森": "Type at least 2 letters or digits.",
            "q=%00abc": "Null characters are not allowed.",
            "q=" + "x" * 121: "Ensure this value has at most 120 characters",
            "placed_from=yesterday": "Enter a date such as 2026-11-23.",
            "placed_from=0001-01-01": "Enter a date from the year 2000 onwards.",
            "placed_to=9999-12-31": "Enter a date before the year 2101.",
            "placed_from=2026-02-02&placed_to=2026-02-01": "This is before the start date.",
            "sort=email": "Select a valid choice.",
            "sort=-placed,total": "Select a valid choice.",
            "sort=user__password": "Select a valid choice.",
        }.items():
            with self.subTest(query):
                expected = [] if "placed_from=2026" in query else [paid]
                found = self.found(f"?status=20&{query}", status=400)
                self.assertIn(words, self.page)
                if expected:
                    self.assertEqual(found, expected)

    def test_states_that_there_are_not(self) -> None:
        order = self.order()
        for status in ("15", "paid", "-1", "9" * 30, "20'--"):
            self.assertEqual(self.found(f"?status={status}", status=400), [order])
            self.assertIn("Select a valid choice.", self.page)

    def test_pages_that_there_are_not(self) -> None:
        for page in ("0", "-1", "2", "last", "9" * 30, "1.5", "%00"):
            with self.subTest(page):
                self.assertEqual(self.client.get(f"{PATH}?page={page}").status_code, 404)


@tag("door")
class OrderTests(DashboardTestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        case = cls()
        cls.old = case.order(at("2026-11-01 10:00"), status=30, total=Decimal("5.00"))
        cls.middle = case.order(at("2026-11-02 10:00"), status=10, total=Decimal("20.00"))
        cls.new = case.order(at("2026-11-03 10:00"), status=30, total=Decimal("5.00"))

    def test_by_each_column_both_ways(self) -> None:
        old, middle, new = self.old, self.middle, self.new
        for sort, expected in {
            "": [new, middle, old],
            "-placed": [new, middle, old],
            "placed": [old, middle, new],
            "status": [middle, new, old],
            "-status": [old, new, middle],
            "total": [old, new, middle],
            "-total": [middle, new, old],
        }.items():
            self.assertEqual(self.found(f"?sort={sort}"), expected, sort)

    def test_headings_turn_the_order_round_and_keep_the_filters(self) -> None:
        self.found("?status=30&sort=total&page=1")
        self.assertIn('aria-sort="ascending"', self.page)
        self.assertInHTML('<a href="?status=30&amp;sort=-total">Total</a>', self.page)
        self.assertInHTML('<a href="?status=30&amp;sort=placed">Placed</a>', self.page)


@tag("door")
class PageTests(DashboardTestCase):
    def test_pages_do_not_overlap(self) -> None:
        for _ in range(60):
            self.order()  # all at the same moment
        first, second = self.found(), self.found("?page=2")
        self.assertEqual((len(first), len(second)), (50, 10))
        self.assertEqual(len({order.pk for order in first + second}), 60)
        self.assertIn("60 orders, page 2 of 2", " ".join(self.page.split()))

    def test_very_many_are_counted_to_a_limit(self) -> None:
        for _ in range(4):
            self.order()
        self.enterContext(_at_most(counted=3))
        self.assertEqual(len(self.found()), 3)
        self.assertIn("More than 3 orders", self.page)

    def test_at_the_limit_they_are_all(self) -> None:
        for _ in range(3):
            self.order()
        self.enterContext(_at_most(counted=3))
        self.assertEqual(len(self.found()), 3)
        self.assertNotIn("More than", self.page)

    def test_few_queries_and_the_same_with_ten_times_the_rows(self) -> None:
        queries = []
        for count in (4, 40):
            for _ in range(count):
                self.order(status=20)
            with CaptureQueriesContext(connection) as captured:
                self.found("?status=20&q=reader&sort=-total")
            queries.append(len(captured))
        self.assertEqual(queries[0], queries[1])
        self.assertLessEqual(queries[0], 8)


def _at_most(*, counted: int):
    return patch.object(OrderPaginator, "MOST", counted)
