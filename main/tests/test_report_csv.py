"""The reports as CSV: what Excel reads, and never a formula."""

from decimal import Decimal

from django.test import SimpleTestCase, tag

from main.admin.report_csv import as_cell
from main.tests.support.factories import ProductFactory
from main.tests.support.report_page_case import ReportPageTestCase


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
        self.assertEqual(head, ["Day", "Orders placed", "Since cancelled"])
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
