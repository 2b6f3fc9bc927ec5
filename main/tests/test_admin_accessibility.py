"""The admin's own pages as axe sees them, each as its own kind of user, in light and in dark."""

from django.test import tag

from main.actions.order_lines import move_order_lines
from main.actions.payments import mark_order_paid, record_payment
from main.actions.refunds import request_refund
from main.models import OrderLine
from main.queue.clock import put_off_due
from main.tests.support.browser import BrowserTestCase
from main.tests.support.factories import (
    DispatcherFactory,
    EmployeeFactory,
    OrderChargeFactory,
    OrderFactory,
    OrderLineFactory,
    OwnerFactory,
    ProductFactory,
    ProductTagFactory,
)
from main.tests.support.in_parts import InParts
from main.tests.support.ledger_case import receipt

LOOKS = ((1440, "light"), (390, "dark"))
LONG_TITLE = (
    "Travels into Several Remote Nations of the World, in Four Parts, by Lemuel Gulliver: "
    "Donaudampfschifffahrtsgesellschaftskapitän"
)

CUT_OFF = """
const results = document.querySelector("#changelist .results");
return results.scrollWidth - results.clientWidth;
"""


@tag("e2e")
class AdminAccessibilityTests(InParts, BrowserTestCase):
    """By one look and the other in turn; by both: bin/prove accessibility."""

    parts = 2

    def setUp(self):
        super().setUp()
        long = ProductFactory(name=LONG_TITLE, tags=[ProductTagFactory()])
        self.new, self.paid = OrderFactory(), OrderFactory()
        for order in (self.new, self.paid):
            self.line = OrderLineFactory(order=order)
            OrderLineFactory(order=order, product=long)
        OrderChargeFactory(order=self.paid)
        mark_order_paid(order_id=self.paid.pk)
        record_payment(order_id=self.paid.pk, receipt=receipt("3.00", "NOTPROVIDED READER ADA"))
        request_refund(order_id=self.paid.pk)
        record_payment(order_id=self.paid.pk, receipt=receipt("4.00"))
        move_order_lines(
            order_id=self.paid.pk, line_ids=[self.line.pk], status=OrderLine.Status.SENT
        )

    def test_of_the_office(self):
        orders = "/office-admin/main/order/"
        self.browser.be(session_key=self.session_of(EmployeeFactory()))
        self.assert_sound(
            orders,
            f"{orders}{self.new.pk}/change/",
            f"{orders}{self.paid.pk}/change/",
            f"{orders}{self.paid.pk}/history/",
            "/office-admin/main/product/",
        )

    def test_of_the_owners(self):
        put_off_due()
        self.browser.be(session_key=self.session_of(OwnerFactory()))
        self.assert_sound("/admin/", "/admin/jobs/")

    def test_of_dispatch(self):
        orders = "/dispatch-admin/main/order/"
        self.browser.be(session_key=self.session_of(DispatcherFactory()))
        self.assert_sound(
            "/dispatch-admin/", f"{orders}packing/", f"{orders}{self.paid.pk}/change/"
        )

    def test_the_lists_fit_beside_their_filters(self):
        OrderFactory(email=f"{'long-name.' * 6}@booktime.example", billing_name="Ada " * 20)
        self.browser.be(session_key=self.session_of(EmployeeFactory()))
        for name in ("order", "product", "invoice"):
            with self.subTest(name):
                self.browser.set_width(1440)
                self.browser.open(f"/office-admin/main/{name}/")
                self.assertLessEqual(self.browser.driver.execute_script(CUT_OFF), 0)

    def assert_sound(self, *paths: str):
        for path in paths:
            for look in self.part_of(LOOKS):
                self.assert_sound_by(look, path)

    def assert_sound_by(self, look: tuple[int, str], path: str):
        width, scheme = look
        self.browser.console_errors()  # axe's own, of the page before
        self.browser.set_colours(scheme)
        self.browser.set_width(width)
        self.browser.open(path)  # colours that are on their way from light to dark are neither
        with self.subTest(path, width=width):
            self.assertEqual(self.browser.console_errors(), [])
            self.assertEqual(self.browser.foreign_requests(), [])
            self.assertEqual(self.browser.axe_findings(), [])
            self.browser.set_width(390)
            self.assertLessEqual(self.browser.sideways_scroll(), 0)
