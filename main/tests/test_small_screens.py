"""What only a browser shows of a telephone and of paper: what is in sight, and what is legible."""

from base64 import b64decode
from io import BytesIO

from django.test import tag
from pypdf import PdfReader

from main.actions.conversations import post_message
from main.actions.payments import mark_order_paid
from main.models.participants import staff
from main.tests.support.browser import BrowserTestCase
from main.tests.support.factories import (
    DispatcherFactory,
    EmployeeFactory,
    OrderFactory,
    OrderLineFactory,
    ProductFactory,
    ProductImageFactory,
    ProductTagFactory,
    UserFactory,
)

SCREEN = 844
HEADER = 120
LARGE_TEXT = "document.documentElement.style.fontSize = '200%';"
EDGES = """
const [selector] = arguments;
const {top, bottom, height} = document.querySelector(selector).getBoundingClientRect();
return {top, bottom, height};
"""
# How many books stand on each plank of each shelf.
ROWS = """
return [...document.querySelectorAll('.shelf')].map((shelf) => {
  const rows = {};
  for (const book of shelf.children) {
    const {top} = book.getBoundingClientRect();
    rows[top] = (rows[top] ?? 0) + 1;
  }
  return Object.values(rows);
});
"""
# The palest text of the page on white, and how well it is seen (WCAG's contrast ratio).
PALEST = """
const part = (value) => {
  const share = value / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
};
const contrast = (colour) => {
  const [r, g, b] = colour.match(/[\\d.]+/g).map(Number);
  return 1.05 / (0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b) + 0.05);
};
const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
let palest = [21, ''];
while (texts.nextNode()) {
  const {parentElement: element, data} = texts.currentNode;
  if (!data.trim() || !element.checkVisibility({visibilityProperty: true})) continue;
  const found = contrast(getComputedStyle(element).color);
  if (found < palest[0]) palest = [found, `${element.outerHTML.slice(0, 120)}`];
}
return palest;
"""


class ScreenCase(BrowserTestCase):
    def run_script(self, script: str, *arguments):
        return self.browser.driver.execute_script(script, *arguments)

    def edges(self, selector: str) -> dict[str, float]:
        return self.run_script(EDGES, selector)


@tag("e2e")
class FirstScreenTests(ScreenCase):
    """The shop on a telephone of 390 by 844 points."""

    def setUp(self):
        super().setUp()
        tags = [ProductTagFactory(name=f"Subject of books {n}") for n in range(12)]
        self.book, *_ = ProductFactory.create_batch(6, tags=tags)
        for view in ("cover", "back"):
            ProductImageFactory(product=self.book, alt=view)
        self.browser.set_width(390, height=SCREEN)

    def test_books_and_the_button_are_in_sight_below_a_low_header(self):
        for path, selector in (
            ("/", ".book"),
            ("/products/all/", ".book"),
            (self.book.get_absolute_url(), ".buy .btn"),
        ):
            self.browser.open(path)
            with self.subTest(path):
                self.assertLessEqual(self.edges(".site-header")["height"], HEADER)
                self.assertLessEqual(self.edges(selector)["bottom"], SCREEN)
            self.run_script(LARGE_TEXT)
            with self.subTest(path, text="large"):
                self.assertLessEqual(self.edges(".site-header")["height"], HEADER)
                sight = "bottom" if selector == ".buy .btn" else "top"
                self.assertLessEqual(self.edges(selector)[sight], SCREEN)
                self.assertLessEqual(self.browser.sideways_scroll(), 0)

    def test_menu_and_search_open_in_place_without_javascript(self):
        with self.browser.without_javascript():
            self.browser.open("/about-us/")
            for switch, part in ((".fold-menu", ".site-nav"), (".fold-search", ".site-search")):
                with self.subTest(switch):
                    self.assertFalse(self.browser.find(part).is_displayed())
                    self.browser.find(f"{switch} summary").click()
                    self.assertTrue(self.browser.find(part).is_displayed())
            # One of them at a time.
            self.assertFalse(self.browser.find(".site-nav").is_displayed())
            self.assertEqual(self.browser.path, "/about-us/")

    def test_subjects_and_filters_wait_behind_their_switches(self):
        self.browser.open("/products/all/")
        for part in (".subjects", ".filters"):
            self.assertFalse(self.browser.find(part).is_displayed())
        self.browser.open("/#subjects")
        self.assertTrue(self.browser.find(".contents ol").is_displayed())

    def test_shelves_fill_their_rows(self):
        for width, row in ((390, 2), (768, 3), (1440, 6)):
            self.browser.set_width(width)
            self.browser.open("/")
            with self.subTest(width=width):
                new, *_ = self.run_script(ROWS)
                self.assertEqual(new, [row] * (6 // row))

    def test_an_unread_reply_is_in_sight_and_the_header_still_low(self):
        order = OrderFactory(user=UserFactory())
        OrderLineFactory(order=order, product=self.book)
        reply = {"cid": "6f1c1b0e-4a0f-4a52-9a52-3f1d5b8a7a11", "text": "It is on its way."}
        post_message(order_id=order.pk, author=staff(EmployeeFactory()), **reply)
        self.browser.be(session_key=self.session_of(order.user))
        for script in ("", LARGE_TEXT.replace("200%", "150%"), LARGE_TEXT):
            self.browser.open("/orders/")
            self.run_script(script)
            self.assertEqual(self.browser.find(".header-news").text.split()[0], "New")
            self.assertLessEqual(self.edges(".site-header")["height"], HEADER)
            self.assertLessEqual(self.browser.sideways_scroll(), 0)


@tag("e2e")
class PaperTests(ScreenCase):
    """Printed by a browser whose screen is dark."""

    def setUp(self):
        super().setUp()
        self.order = OrderLineFactory(product=ProductFactory(name="w" * 200)).order
        mark_order_paid(order_id=self.order.pk)

    def assert_dark_on_white(self, path: str):
        self.browser.set_colours("dark", medium="print")
        self.browser.open(path)
        with self.subTest(path):
            contrast, text = self.run_script(PALEST)
            self.assertGreaterEqual(contrast, 4.5, text)

    def printed(self) -> str:
        pdf = self.browser.driver.execute_cdp_cmd("Page.printToPDF", {})["data"]
        return "".join(page.extract_text() for page in PdfReader(BytesIO(b64decode(pdf))).pages)

    def test_the_shop_is_dark_on_white(self):
        self.browser.be(session_key=self.session_of(self.order.user))
        for path in ("/products/all/", self.order.get_absolute_url(), "/orders/", "/nothing/"):
            self.assert_dark_on_white(path)

    def test_the_staffs_pages_are_dark_on_white_and_open_what_is_closed(self):
        self.browser.be(session_key=self.session_of(EmployeeFactory()))
        self.assert_dark_on_white(f"/office-admin/main/order/{self.order.pk}/change/")
        self.assert_dark_on_white("/office-admin/main/product/")
        self.assertIn("STOCK ACTIVE", self.printed())
        self.browser.be(session_key=self.session_of(DispatcherFactory()))
        self.assert_dark_on_white("/dispatch-admin/main/order/packing/")
        printed = self.printed()
        self.assertIn("COPIES BOOK AUTHORS ISBN-13", printed)
        self.assertIn(self.order.lines.get().product.isbn, printed)

    def test_what_is_pale_is_found(self):
        """The negative control: by screen the same text is pale on white."""
        self.browser.set_colours("dark")
        self.browser.open("/about-us/")
        self.assertLess(self.run_script(PALEST)[0], 3)


@tag("e2e")
class LongWordTests(ScreenCase):
    """For the shop's own pages, test_accessibility looks at each."""

    def test_no_word_makes_a_page_for_dispatch_wider_than_a_phone(self):
        word = "w" * 110
        order = OrderFactory(shipping_name=word, shipping_address1=word, billing_name=word)
        OrderLineFactory(order=order, product=ProductFactory(name=word, authors=word))
        mark_order_paid(order_id=order.pk)
        self.browser.be(session_key=self.session_of(DispatcherFactory()))
        self.browser.set_width(320)
        for path in ("order/packing/", "order/", f"order/{order.pk}/change/"):
            self.browser.open(f"/dispatch-admin/main/{path}")
            with self.subTest(path):
                self.assertEqual(self.browser.sideways_scroll(), 0)
