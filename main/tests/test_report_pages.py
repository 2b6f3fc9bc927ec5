"""The reports' pages: at both doors, as a picture and a table; odd periods; queries."""

from unittest.mock import patch

from django.core.cache import cache
from django.db import connection
from django.test import tag
from django.test.utils import CaptureQueriesContext

from main.admin.report_pages import PAGES
from main.models import Order
from main.tests.support.factories import DispatcherFactory, ProductFactory
from main.tests.support.report_case import as_if_it_were, at
from main.tests.support.report_page_case import NAMES, PREFIXES, ReportPageTestCase

ODD_PERIODS = ["7", "30.5", "-30", "many", "0", "9" * 40, "30 OR 1=1", "३०", "30&period=x"]


@tag("door")
class DoorTests(ReportPageTestCase):
    def test_owners_and_the_office_come_in(self) -> None:
        for user, prefixes in ((self.owner, PREFIXES), (self.clerk, PREFIXES[1:])):
            self.client.force_login(user)
            for path in [f"{prefix}{name}/" for prefix in prefixes for name in NAMES]:
                with self.subTest(path, user=user.email):
                    self.assertEqual(self.client.get(path).status_code, 200)

    def test_nobody_else_does(self) -> None:
        for user, prefixes in (
            (self.clerk, PREFIXES[:1]),
            (DispatcherFactory(), PREFIXES),
            (self.customer, PREFIXES),
        ):
            self.client.force_login(user)
            for path in [f"{prefix}{name}/" for prefix in prefixes for name in NAMES]:
                with self.subTest(path, user=user.email):
                    self.assertEqual(self.client.get(path).status_code, 403)
                    self.assertEqual(self.client.get(f"{path}?format=csv").status_code, 403)

    def test_the_anonymous_are_sent_to_sign_in(self) -> None:
        self.client.logout()
        for path in [f"{prefix}{name}/" for prefix in PREFIXES for name in NAMES]:
            self.assertRedirects(
                self.client.get(path), f"/login/?next={path}", fetch_redirect_response=False
            )

    def test_dispatch_has_no_reports(self) -> None:
        self.client.force_login(DispatcherFactory())
        for name in NAMES:
            self.assertEqual(self.client.get(f"/dispatch-admin/{name}/").status_code, 404)

    def test_they_are_only_read(self) -> None:
        for name in NAMES:
            self.assertEqual(self.client.post(f"/office-admin/{name}/").status_code, 405)

    def test_these_are_all(self) -> None:
        self.assertEqual([page.name for page in PAGES], NAMES)


@tag("door")
class PageTests(ReportPageTestCase):
    def test_orders_per_day(self) -> None:
        self.order(at("2026-11-22 10:00"))
        self.order(at("2026-11-22 11:00"), Order.Status.CANCELLED)
        rows = self.table("orders_per_day")
        self.assertEqual(len(rows), 181)
        self.assertEqual(
            [rows[0], rows[1], rows[-1]],
            [
                ["Mon 23 November 2026", "0", "0"],
                ["Sun 22 November 2026", "2", "1"],
                ["All", "2", "1"],
            ],
        )
        picture = self.picture("orders_per_day")
        self.assertEqual((picture["labels"][0], picture["labels"][-1]), ("28 May", "23 Nov"))
        self.assertEqual([bar["values"][-2] for bar in picture["bars"]], [1, 1])

    def test_most_bought_products(self) -> None:
        self.order(status=Order.Status.PAID, books={self.emma: 2, self.dune: 1})
        rows = [[row[0], *row[3:]] for row in self.table("most_bought_products", "?period=60")]
        self.assertEqual(rows, [["Emma", "2", "£20.00"], ["Dune", "1", "£12.00"]])
        picture = self.picture("most_bought_products")
        self.assertEqual(picture["labels"], ["Emma", "Dune"])
        self.assertEqual(picture["bars"], [{"label": "copies bought", "values": [2, 1]}])
        link = f'<a href="/office-admin/main/product/{self.emma.pk}/change/">Emma</a>'
        self.assertInHTML(link, self.page("most_bought_products"))

    def test_turnover(self) -> None:
        self.pay(self.order(books={self.emma: 1, self.dune: 1}))
        rows = self.table("turnover")
        self.assertEqual(len(rows), 12 * 2 + 1)
        self.assertEqual(
            [*rows[:3], rows[-1]],
            [
                ["November 2026", "20%", "£10.00", "£2.00", "£12.00"],
                ["November 2026", "0%", "£10.00", "£0.00", "£10.00"],
                ["October 2026", "20%", "£0.00", "£0.00", "£0.00"],
                ["All", "£20.00", "£2.00", "£22.00"],
            ],
        )
        picture = self.picture("turnover")
        self.assertEqual(picture["labels"][-1], "Nov 2026")
        self.assertEqual(
            {bar["label"]: bar["values"][-1] for bar in picture["bars"]},
            {"net, at 0% VAT": 10.0, "net, at 20% VAT": 10.0},
        )

    def test_low_stock(self) -> None:
        few = ProductFactory(name="Few left", stock=2)
        self.order(status=Order.Status.PAID, books={few: 3})
        rows = [[row[0], *row[3:]] for row in self.table("low_stock")]
        self.assertEqual(rows, [["Few left", "2", "3"]])
        self.assertEqual([bar["values"] for bar in self.picture("low_stock")["bars"]], [[2], [3]])

    def test_of_a_long_list_it_says_how_much_it_shows_and_the_download_has_all(self) -> None:
        self.order(status=Order.Status.PAID, books={self.emma: 2, self.dune: 1})
        ProductFactory.create_batch(3, stock=1)
        for name, where, most, words, count in (
            ("most_bought_products", "sales", 1, "30 days: the first 1 of 2", 2),
            ("low_stock", "stock", 2, "90 days: the first 2 of 3", 3),
        ):
            with self.subTest(name), patch(f"main.reports.{where}.MOST_LISTED", most):
                self.assertIn(words, " ".join(self.page(name).split()))
                self.assertEqual(len(self.table(name)), most)
                self.assertEqual(len(self.csv(name)), 1 + count)

    def test_where_all_is_shown_it_says_nothing_of_it(self) -> None:
        self.order(status=Order.Status.PAID, books={self.emma: 2, self.dune: 1})
        self.assertNotIn("the first", self.page("most_bought_products"))

    def test_where_there_is_nothing_it_says_so(self) -> None:
        self.assertIn("No paid orders in this period", self.page("most_bought_products"))
        self.assertIn("Nothing was invoiced in this period", self.page("turnover"))
        page = self.page("low_stock")
        self.assertIn("No book is running low", page)
        self.assertNotIn("<canvas", page)

    def test_it_says_as_of_when_in_the_shops_time(self) -> None:
        self.page("turnover")
        with as_if_it_were(at("2026-11-23 14:05")):
            self.assertInHTML(
                '<time datetime="2026-11-23T14:02:00+00:00">14:02</time>', self.page("turnover")
            )

    def test_the_picture_has_words_and_waits_for_its_script(self) -> None:
        page = self.page("orders_per_day")
        words = "Orders per day as a bar chart; the table has the figures."
        self.assertInHTML(f'<canvas role="img" aria-label="{words}"></canvas>', page)
        self.assertIn('data-chart="report-picture" hidden', page)

    def test_a_title_cannot_end_the_script(self) -> None:
        name = "</script><script>alert(1)</script>"
        ProductFactory(name=name, stock=0)
        page = self.page("low_stock")
        self.assertNotIn("<script>alert", page)
        self.assertEqual(self.picture("low_stock")["labels"], [name])


@tag("door")
class PeriodTests(ReportPageTestCase):
    def test_what_there_is_not_is_named_beside_the_first_period(self) -> None:
        for period in ODD_PERIODS:
            with self.subTest(period):
                page = self.page("most_bought_products", f"?period={period}", status=400)
                self.assertIn("Choose 30, 60 or 90 days.", page)
                self.assertIn("Copies in paid orders placed in this period", page)

    def test_a_nul_is_refused(self) -> None:
        self.page("most_bought_products", "?period=%00", status=400)

    def test_every_report_names_its_own(self) -> None:
        named = {
            "orders_per_day": "180 days",
            "turnover": "12, 24 or 36 months",
            "low_stock": "90 days",
        }
        for name, periods in named.items():
            self.assertIn(f"Choose {periods}.", self.page(name, "?period=7", status=400))

    def test_an_empty_one_is_the_first(self) -> None:
        page = self.page("most_bought_products", "?period=")
        self.assertInHTML('<a href="?period=30" aria-current="true">30 days</a>', page)

    def test_a_format_that_there_is_not_is_named(self) -> None:
        page = self.page("turnover", "?format=xlsx", status=400)
        self.assertIn("A report comes as html or csv.", page)

    def test_csv_of_an_odd_period_is_the_page_with_the_words(self) -> None:
        page = self.page("turnover", "?format=csv&period=7", status=400)
        self.assertIn("Choose 12, 24 or 36 months.", page)


@tag("door")
class IndexTests(ReportPageTestCase):
    def test_both_see_what_waits_with_the_ways_to_it(self) -> None:
        self.order(status=Order.Status.PAID)
        for user, prefix in zip((self.owner, self.clerk), PREFIXES, strict=True):
            self.client.force_login(user)
            page = self.client.get(prefix).content.decode()
            for link in (
                '<a href="/order-dashboard/?status=20"><b>1</b> order to send</a>',
                '<a href="/order-dashboard/?status=10"><b>0</b> orders to be paid</a>',
                '<a href="/order-dashboard/?placed_from=2026-11-23"><b>1</b> order today</a>',
                f'<a href="{prefix}low_stock/"><b>0</b> books running low</a>',
                f'<a href="{prefix}orders_per_day/"><b>1</b> order in 30 days</a>',
                *(f'<a href="{prefix}{page.name}/">{page.title}</a>' for page in PAGES),
            ):
                self.assertInHTML(link, page)

    def test_dispatch_sees_none_of_it(self) -> None:
        self.client.force_login(DispatcherFactory())
        self.assertNotContains(self.client.get("/dispatch-admin/"), "glance")

    def test_it_is_never_out_of_date(self) -> None:
        self.client.get("/office-admin/")
        self.order(status=Order.Status.PAID)
        self.assertContains(self.client.get("/office-admin/"), "<b>1</b> order to send")


@tag("door")
class QueryCountTests(ReportPageTestCase):
    def count(self, path: str) -> int:
        cache.clear()
        with CaptureQueriesContext(connection) as queries:
            self.client.get(path)
        return len(queries)

    def test_few_and_the_same_with_ten_times_the_rows(self) -> None:
        paths = ["/office-admin/", *(f"/office-admin/{name}/" for name in NAMES)]
        self.sell(2)
        few = {path: self.count(path) for path in paths}
        self.sell(20)
        self.assertEqual({path: self.count(path) for path in paths}, few)
        self.assertLessEqual(max(few.values()), 10, few)

    def test_what_is_kept_is_not_read_again(self) -> None:
        path = "/office-admin/most_bought_products/"
        self.sell(1)
        anew = self.count(path)
        with CaptureQueriesContext(connection) as queries:
            self.client.get(path)
        self.assertEqual(len(queries), anew - 2)

    def sell(self, count: int) -> None:
        for _ in range(count):
            self.pay(self.order(books={ProductFactory(stock=1): 1, self.emma: 1}))
