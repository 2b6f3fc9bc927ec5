"""The reports' pages: at both doors, as a picture, a table and CSV; odd periods; queries."""

import csv
import io
import json
from decimal import Decimal
from unittest.mock import patch

from django.core.cache import cache
from django.db import connection
from django.test import SimpleTestCase, tag
from django.test.html import Element, parse_html
from django.test.utils import CaptureQueriesContext

from main.admin.report_csv import as_cell
from main.admin.report_pages import PAGES
from main.models import Order
from main.tests.admin_case import elements
from main.tests.factories import DispatcherFactory, EmployeeFactory, OwnerFactory, ProductFactory
from main.tests.report_case import ReportTestCase, as_if_it_were, at

NAMES = ["orders_per_day", "most_bought_products", "turnover", "low_stock"]
PREFIXES = ["/admin/", "/office-admin/"]
ODD_PERIODS = ["7", "30.5", "-30", "many", "0", "9" * 40, "30 OR 1=1", "३०", "30&period=x"]


@tag("door")
class ReportPageTestCase(ReportTestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        cls.owner, cls.clerk = OwnerFactory(), EmployeeFactory()

    def setUp(self) -> None:
        super().setUp()
        self.client.force_login(self.clerk)

    def page(self, name: str, query: str = "", *, status: int = 200) -> str:
        response = self.client.get(f"/office-admin/{name}/{query}")
        self.assertEqual(response.status_code, status)
        return response.content.decode()

    def table(self, name: str, query: str = "") -> list[list[str]]:
        """The cells of the body and foot of a report's table."""
        _, found, after = self.page(name, query).partition('<table class="report-table">')
        page = parse_html(found + after.partition("</table>")[0] + "</table>")
        rows = [each for each in elements(page) if each.name == "tr"]
        return [
            [_text(cell) for cell in row.children if isinstance(cell, Element)] for row in rows
        ][1:]

    def picture(self, name: str, query: str = "") -> dict:
        """What the script draws."""
        page = self.page(name, query)
        _, _, after = page.partition('<script id="report-picture" type="application/json">')
        return json.loads(after.partition("</script>")[0])

    def csv(self, name: str, query: str = "") -> list[list[str]]:
        text = self.page(name, f"?format=csv{query}")
        return [*csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))]


def _text(element: Element) -> str:
    parts = (_text(part) if isinstance(part, Element) else str(part) for part in element.children)
    return " ".join(" ".join(parts).split())


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
                ["November 2026", "20 %", "£10.00", "£2.00", "£12.00"],
                ["November 2026", "0 %", "£10.00", "£0.00", "£10.00"],
                ["October 2026", "20 %", "£0.00", "£0.00", "£0.00"],
                ["All", "£20.00", "£2.00", "£22.00"],
            ],
        )
        picture = self.picture("turnover")
        self.assertEqual(picture["labels"][-1], "Nov 2026")
        self.assertEqual(
            {bar["label"]: bar["values"][-1] for bar in picture["bars"]},
            {"net, at 0 % VAT": 10.0, "net, at 20 % VAT": 10.0},
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
        self.assertIn("Nothing was bought and paid for", self.page("most_bought_products"))
        self.assertIn("Nothing was billed in these months", self.page("turnover"))
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
                self.assertIn("Copies in orders placed in these days", page)

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
class CsvTests(ReportPageTestCase):
    def test_each_report_is_a_download_that_excel_reads(self) -> None:
        for name, file in {
            "orders_per_day": "orders-per-day-180-days",
            "most_bought_products": "most-bought-books-30-days",
            "turnover": "turnover-12-months",
            "low_stock": "stock-running-low-90-days",
        }.items():
            response = self.client.get(f"/office-admin/{name}/?format=csv")
            self.assertEqual(response["Content-Type"], "text/csv; charset=utf-8")
            disposition = f'attachment; filename="{file}-2026-11-23.csv"'
            self.assertEqual(response["Content-Disposition"], disposition)
            self.assertTrue(response.content.startswith(b"\xef\xbb\xbf"))

    def test_days_and_numbers_are_plain(self) -> None:
        self.order()
        head, first, *_ = self.csv("orders_per_day")
        self.assertEqual(head, ["Day", "Orders placed", "Of them cancelled since"])
        self.assertEqual(first, ["2026-11-23", "1", "0"])

    def test_turnover(self) -> None:
        self.pay(self.order(books={self.dune: 1}))
        rows = self.csv("turnover")
        self.assertEqual(rows[1], ["2026-11-01", "20.00", "10.00", "2.00", "12.00"])
        self.assertEqual(len(rows), 13)

    def test_sums_are_to_the_cent(self) -> None:
        for price in ("0.10", "0.20", "1.37"):
            self.pay(self.order(books={ProductFactory(price=Decimal(price)): 1}))
        self.assertEqual(self.csv("turnover")[1], ["2026-11-01", "0.00", "1.67", "0.00", "1.67"])

    def test_titles_in_any_script_and_with_commas(self) -> None:
        ProductFactory(name="坊っちゃん, “Botchan”", authors="夏目漱石", isbn=None, stock=0)
        self.assertEqual(
            self.csv("low_stock")[1], ["坊っちゃん, “Botchan”", "夏目漱石", "", "0", "0"]
        )

    def test_a_title_is_never_a_formula(self) -> None:
        ProductFactory(name='=HYPERLINK("http://elsewhere.example")', authors="@SUM(A1)", stock=0)
        row = self.csv("low_stock")[1]
        self.assertEqual(row[:2], ['\'=HYPERLINK("http://elsewhere.example")', "'@SUM(A1)"])

    def test_a_formula_after_a_semicolon_is_still_the_titles(self) -> None:
        ProductFactory(name="foo;=1+1", stock=0)
        self.assertIn('"foo;=1+1","', self.page("low_stock", "?format=csv"))


@tag("door")
class CellTests(SimpleTestCase):
    def test_text_that_begins_as_a_formula_is_defused(self) -> None:
        for text in ("=1+1", "+1", "-1", "@A1", "\tx", "\rx", "\nx", " =1", "＝1"):
            self.assertEqual(as_cell(text), f"'{text}")

    def test_other_text_and_numbers_are_left_as_they_are(self) -> None:
        cells = {"Emma": "Emma", "": "", None: "", -3: "-3", Decimal("-12.00"): "-12.00"}
        self.assertEqual({value: as_cell(value) for value in cells}, cells)


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
