"""The reports and the order dashboard in a browser: drawn under the strict policy, and sound."""

from django.core.cache import cache
from django.test import tag

from main.actions.payments import mark_order_paid
from main.models import Order
from main.tests.support.browser import BrowserTestCase
from main.tests.support.factories import (
    EmployeeFactory,
    OrderFactory,
    OrderLineFactory,
    ProductFactory,
)

REPORTS = ["orders_per_day", "most_bought_products", "turnover", "low_stock"]
DRAWN = """
const canvas = document.querySelector('canvas');
const dots = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
return dots.some((value) => value > 0);
"""
LONG_TITLE = "Travels into Several Remote Nations of the World, in Four Parts, by Lemuel Gulliver"


@tag("e2e")
class ReportsBrowserTests(BrowserTestCase):
    def setUp(self):
        super().setUp()
        cache.clear()
        self.addCleanup(cache.clear)
        book = ProductFactory(name=LONG_TITLE, stock=1)
        for status in Order.Status:
            OrderLineFactory(order=OrderFactory(status=status), product=book)
        billed = OrderLineFactory(product=book).order
        mark_order_paid(order_id=billed.pk)
        self.browser.be(session_key=self.session_of(EmployeeFactory()))
        self.browser.console_errors()  # that page's missing icon

    def test_pictures_are_drawn_and_nothing_is_wrong_with_the_pages(self):
        for name in REPORTS:
            self.assert_sound(f"/office-admin/{name}/", has_picture=True)
        self.assert_sound("/office-admin/")
        self.assert_sound("/order-dashboard/?status=20&sort=-total")

    def assert_sound(self, path: str, *, has_picture: bool = False):
        with self.subTest(path):
            self.browser.open(path)
            if has_picture:
                self.assertTrue(self.browser.find("canvas").is_displayed())
                self.assertTrue(self.browser.driver.execute_script(DRAWN))
            self.assertEqual(self.browser.axe_findings(), [])
            self.browser.set_width(390)
            self.browser.wait(lambda _: self.browser.sideways_scroll() <= 0)
            self.browser.set_width(1440)
            self.assertEqual(self.browser.console_errors(), [])
            self.assertEqual(self.browser.foreign_requests(), [])

    def test_without_javascript_there_is_the_table_and_no_picture(self):
        with self.browser.without_javascript():
            self.browser.open("/office-admin/low_stock/")
            self.assertFalse(self.browser.find("figure").is_displayed())
            self.assertIn(LONG_TITLE, self.browser.find(".report-table").text)
            self.browser.open("/order-dashboard/")
            self.browser.fill(status="20")
            self.browser.press("main form button")
            self.assertEqual(len(self.browser.find_all("tbody tr")), 2)
