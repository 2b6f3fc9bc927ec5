"""Stories of people at the shop, in a real browser: the whole way from searching to the order."""

import re
from decimal import Decimal
from io import BytesIO

from django.core import mail
from django.test import override_settings, tag
from django.urls import reverse
from pypdf import PdfReader
from selenium.webdriver.common.keys import Keys

from main.actions.payments import mark_order_paid
from main.models import Order, OrderLine, Product, User
from main.tests.support.browser import BrowserTestCase
from main.tests.support.factories import (
    LONDON,
    PASSWORD,
    AddressFactory,
    BasketFactory,
    BasketLineFactory,
    DispatcherFactory,
    OrderFactory,
    OrderLineFactory,
    ProductFactory,
    ProductImageFactory,
    ProductTagFactory,
)
from main.tests.support.paid_elsewhere import paid_elsewhere


def link_in_mail(*, to: str, path: str) -> str:
    """The link of the last mail to this person, as a path of our own."""
    body = next(message.body for message in reversed(mail.outbox) if message.to == [to])
    return re.search(rf"https?://[^/\s]+({path}\S*)", body)[1]


@tag("e2e")
class FrontendTests(BrowserTestCase):
    def setUp(self):
        super().setUp()
        novels = ProductTagFactory(name="Novels", slug="novels")
        self.emma = ProductFactory(
            name="Emma", authors="Jane Austen", price=Decimal("8.49"), stock=3, tags=[novels]
        )
        ProductFactory(name="Moby-Dick", authors="Herman Melville", price=Decimal("11.00"))
        for view in ("cover", "back", "spread"):
            ProductImageFactory(product=self.emma, alt=f"The {view} of Emma")

    def test_a_newcomer_finds_a_book_opens_an_account_and_orders_it(self):
        self.search_and_open_emma()
        self.switch_pictures()
        self.add_two_to_the_basket()
        self.open_an_account("newcomer@booktime.example")
        self.order_as_customer()
        self.see_the_order(Order.objects.get(), email="newcomer@booktime.example")
        self.assertEqual(self.browser.console_errors(), [])
        self.assertEqual(self.browser.foreign_requests(), [])

    def test_a_guest_orders_without_javascript(self):
        with self.browser.without_javascript():
            self.search_and_open_emma()
            self.see_the_pictures_as_links()
            self.add_two_to_the_basket()
            self.order_as_guest("guest@booktime.example")
            order = Order.objects.get()
            self.see_the_order(order, email="guest@booktime.example")
            self.open_the_order_from_the_mail(order)

    def test_a_member_orders_with_one_click_and_is_led_to_where_they_pay(self):
        """The payment's page is on another host, to which the policy lets no form lead."""
        address = AddressFactory()
        basket = BasketFactory(user=address.user)
        BasketLineFactory(basket=basket, product=self.emma, quantity=2)
        self.browser.be(session_key=self.session_of(address.user))
        elsewhere = self.live_server_url.replace("localhost", "127.0.0.1") + "/about-us/"
        with paid_elsewhere(address=elsewhere):
            self.browser.open("/basket/")
            self.browser.follow("checkout")
            self.browser.find("[value='elsewhere']").click()
            self.place_the_order()
            self.browser.wait(lambda _: self.browser.driver.current_url == elsewhere)
        self.assertEqual(Order.objects.get().payments.get().state, "pending")

    @override_settings(STAFF_SECOND_FACTOR=False)
    def test_a_dispatcher_sends_a_paid_order_and_the_customer_gets_the_invoice(self):
        order = self.pay_an_order()
        self.sign_in_to_dispatch(DispatcherFactory())
        self.send_the_lines(order)
        self.assertEqual(self.browser.console_errors(), [])
        self.browser.be_nobody()
        self.browser.be(session_key=self.session_of(order.user))
        self.see_it_sent(order)
        self.download_the_invoice(order)
        self.assertEqual(self.browser.console_errors(), [])
        self.assertEqual(self.browser.foreign_requests(), [])

    # --- The steps --------------------------------------------------------------------------

    def search_and_open_emma(self):
        self.browser.open("/")
        self.browser.find("[type='search']").send_keys("jane austin", Keys.ENTER)
        self.browser.wait(lambda _: self.browser.path == "/search/")
        self.browser.follow("Emma")
        self.assertEqual(self.browser.find("h1").text, "Emma")
        self.assertIn("£8.49", self.browser.text)

    def switch_pictures(self):
        shown = lambda: self.browser.find(".image-box-stage img").get_attribute("alt")  # noqa: E731
        self.browser.wait(lambda _: self.browser.find_all(".image-box-thumbs button"))
        thumbs = self.browser.find_all(".image-box-thumbs button")
        self.assertEqual(shown(), "The cover of Emma")
        thumbs[1].click()
        self.assertEqual(shown(), "The back of Emma")
        thumbs[1].send_keys(Keys.ARROW_RIGHT)
        self.assertEqual(shown(), "The spread of Emma")
        said = self.browser.find(".image-box [role='status']").get_property("textContent")
        self.assertEqual(said, "Picture 3 of 3")

    def see_the_pictures_as_links(self):
        links = self.browser.find_all(".image-box-thumbs a")
        self.assertEqual(len(links), 3)
        for picture in self.browser.find_all(".image-box img"):
            self.assertGreater(int(picture.get_property("naturalWidth")), 0)

    def add_two_to_the_basket(self):
        self.browser.fill(quantity="2")
        self.browser.press("form[action='/add_to_basket/'] [type='submit']")
        self.assertEqual(self.browser.path, "/basket/")
        self.assertIn("Emma", self.browser.text)
        self.assertIn("£16.98", self.browser.text)

    def open_an_account(self, email: str):
        self.browser.open(reverse("signup"))
        self.browser.fill(email=email, password1=PASSWORD, password2=PASSWORD)
        self.browser.press("main form button")
        self.assertFalse(User.objects.get(email=email).emailaddress_set.get().verified)
        self.browser.open(link_in_mail(to=email, path="/account/email/verify/"))
        self.browser.press("main form button")
        self.assertTrue(User.objects.get(email=email).emailaddress_set.get().verified)
        if self.browser.path == reverse("login"):
            self.browser.fill(login=email, password=PASSWORD)
            self.browser.press("main form button")

    def order_as_customer(self):
        self.browser.open("/basket/")
        self.assertIn("£16.98", self.browser.text)
        self.browser.follow("checkout")
        self.assertEqual(self.browser.path, reverse("address_select"))
        self.browser.follow("Add an address")
        self.browser.fill(**LONDON)
        self.browser.press("main form button")
        self.place_the_order()

    def order_as_guest(self, email: str):
        self.browser.follow("checkout")
        billing = {f"billing-{name}": text for name, text in LONDON.items()}
        self.browser.fill(email=email, **billing)
        self.browser.press("main form .btn-primary")
        self.place_the_order()

    def place_the_order(self):
        self.assertEqual(self.browser.path, reverse("checkout_review"))
        for text in ("2 × Emma", "£16.98", LONDON["address1"], "Bank transfer"):
            self.assertIn(text, self.browser.text)
        self.browser.press("main form .btn-primary")

    def see_the_order(self, order: Order, *, email: str):
        self.assertEqual(self.browser.path, reverse("checkout_done"))
        self.assertIn(order.number, self.browser.text)
        self.assertEqual((order.total, order.email), (Decimal("16.98"), email))
        self.emma.refresh_from_db()
        self.assertEqual(self.emma.stock, 1)
        self.browser.follow("order page")
        self.assertEqual(self.browser.path, order.get_absolute_url())
        for text in ("Emma", "£16.98", LONDON["address1"]):
            self.assertIn(text, self.browser.text)

    def open_the_order_from_the_mail(self, order: Order):
        """On another device: nothing but the mail is known there."""
        link = link_in_mail(to=order.email, path="/orders/open/")
        self.browser.be_nobody()
        self.browser.open(order.get_absolute_url())
        self.assertNotIn(order.number, self.browser.text)
        self.browser.open(link)
        self.assertEqual(self.browser.path, order.get_absolute_url())
        self.assertIn(order.number, self.browser.text)

    def pay_an_order(self) -> Order:
        order = OrderFactory(total=Decimal("19.49"))
        for product in Product.objects.order_by("name"):
            OrderLineFactory(order=order, product=product)
        return mark_order_paid(order_id=order.pk)

    def sign_in_to_dispatch(self, user: User):
        self.browser.open("/dispatch-admin/")
        self.browser.fill(login=user.email, password=PASSWORD)
        self.browser.press("main form[action='/login/'] button")
        self.assertEqual(self.browser.path, "/dispatch-admin/")

    def send_the_lines(self, order: Order):
        self.browser.follow("Orders")
        self.browser.follow(order.number)
        self.assertNotIn("£", self.browser.text)
        for line in order.lines.all():
            self.browser.fill(**{f"line-{line.pk}": str(OrderLine.Status.SENT.value)})
        self.browser.press("#lines form button")
        order.refresh_from_db()
        self.assertEqual(order.status, Order.Status.DONE)

    def see_it_sent(self, order: Order):
        self.browser.open(link_in_mail(to=order.email, path="/orders/"))
        self.assertEqual(self.browser.path, order.get_absolute_url())
        self.assertIn("Everything is on its way to you", self.browser.text)
        states = [badge.text for badge in self.browser.find_all(".lines .badge")]
        self.assertEqual(states, ["sent", "sent"])

    def download_the_invoice(self, order: Order):
        number = order.invoices.get().number
        file = self.browser.download(number)
        self.assertEqual(file[:5], b"%PDF-")
        text = "".join(page.extract_text() for page in PdfReader(BytesIO(file)).pages)
        for word in (number, order.number, "Emma", "Moby-Dick", "£19.49"):
            self.assertIn(word, text)
