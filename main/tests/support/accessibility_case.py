"""What axe and a narrow window find on a page, and whose pages the tests of it open."""

import time
from decimal import Decimal

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY

from main.actions.order_lines import move_order_lines
from main.tests.support.browser import BrowserTestCase
from main.tests.support.factories import (
    BasketLineFactory,
    OrderLineFactory,
    ProductFactory,
    ProductImageFactory,
    ProductTagFactory,
    UserFactory,
)
from main.tests.support.in_parts import InParts

LONG_TITLE = (
    "Travels into Several Remote Nations of the World, in Four Parts, by Lemuel Gulliver, First a "
    "Surgeon, and then a Captain of Several Ships: Donaudampfschifffahrtsgesellschaftskapitän"
)
# As addresses of pages are: nothing in it where a line could break.
LONG_WORD = "w" * 120

LOOKS = ((390, "light"), (1440, "dark"))


class AccessibilityCase(InParts, BrowserTestCase):
    def setUp(self):
        super().setUp()
        self.tag = ProductTagFactory(name="Voyages", slug="voyages", description="There and back.")
        self.book = ProductFactory(name="Emma", authors="Jane Austen", tags=[self.tag])
        for view in ("cover", "back"):
            ProductImageFactory(product=self.book, alt=f"The {view} of Emma")
        self.long = ProductFactory(
            name=LONG_TITLE, authors=f"Jonathan Swift, {LONG_WORD}", description=LONG_WORD,
            tags=[self.tag, ProductTagFactory(name=LONG_WORD[:60], description=LONG_WORD)],
        )  # fmt: skip
        self.sold_out = ProductFactory(name="Candide", authors="Voltaire", stock=0, year=None)

    def assert_sound(self, *pages: tuple[str, str], script: str = "", broken: bool = False):
        """Each page, `(what it is, path)`, is as test_accessibility says; `script` runs first.

        `broken` pages have a status that the console complains of.
        """
        for name, path in pages:
            self.browser.set_width(320)
            self.browser.set_colours("light")
            self.browser.open(path)
            if script:
                self.browser.leave_by_script(script)
            self.assert_fits(name)
            self.assert_axe_finds_nothing(name)
            with self.subTest(name):
                errors = self.browser.console_errors()
                self.assertEqual([] if broken else errors, [])
                self.assertEqual(self.browser.foreign_requests(), [])

    def assert_fits(self, name: str):
        for width in (320, 390, 768):
            self.browser.set_width(width)
            with self.subTest(name, width=width):
                self.assertLessEqual(self.browser.sideways_scroll(), 0)

    def assert_axe_finds_nothing(self, name: str):
        """Two of the four: what axe sees of a width is not of a colour, nor the other way round."""
        for width, scheme in self.part_of(LOOKS):
            self.browser.set_width(width)
            self.browser.set_colours(scheme)
            with self.subTest(name, width=width, scheme=scheme):
                self.assertEqual(self.browser.axe_findings(), [])

    # --- Whose pages --------------------------------------------------------------------------

    def sign_in(self):
        user = UserFactory()
        self.browser.be(session_key=self.session_of(user))
        return user

    def move_first_line(self, order, status):
        first = order.lines.all()[0]
        move_order_lines(order_id=order.pk, line_ids=[first.pk], status=status)

    def confirm(self, user, method: str) -> None:
        """As if they had just done so: the next pages want it."""
        record = {"method": method, "at": time.time(), "reauthenticated": True}
        values = {AUTHENTICATION_METHODS_SESSION_KEY: [record]}
        values |= {f"{AUTHENTICATION_METHODS_SESSION_KEY}_user": str(user.pk)}
        self.browser.be(session_key=self.session_of(user, **values))

    def make_order(self, order):
        for product in (self.book, self.long):
            OrderLineFactory(order=order, product=product, tax_rate=Decimal("20.00"))
        order.refresh_from_db()
        order.status = order.Status(order.status)
        return order

    def fill_basket(self, basket):
        for product in (self.book, self.long):
            BasketLineFactory(basket=basket, product=product, price_seen=Decimal("7.00"))
        BasketLineFactory(basket=basket, product=self.sold_out)
        BasketLineFactory(basket=basket, product=ProductFactory(stock=2), quantity=5)
