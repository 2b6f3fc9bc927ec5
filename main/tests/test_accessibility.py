"""Every page as axe sees it, light on a phone or dark on a wide screen: nothing found.

On the way: no page scrolls sideways, complains in the console or asks anything of another host.
"""

import json
from uuid import uuid4

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.test import tag
from django.urls import reverse

from main.actions.conversations import post_message
from main.actions.dropped_payments import revoke_payment
from main.actions.payments import mark_order_paid
from main.models import OrderLine
from main.models.order_access import make_access_token
from main.models.participants import customer_of, staff
from main.tests.support.accessibility_case import LONG_TITLE, AccessibilityCase
from main.tests.support.checkout_case import ready_checkout
from main.tests.support.factories import (
    AddressFactory,
    BasketFactory,
    BasketLineFactory,
    EmployeeFactory,
    OrderFactory,
    ProductFactory,
)
from main.tests.support.paid_elsewhere import paid_elsewhere
from main.tests.support.soft_passkey import PASSKEY_OPTIONS, SoftPasskey
from main.views.visitor import BASKET_KEY, GUEST_ORDERS

SUBMIT = "document.querySelector('main form').submit()"  # past the browser's own checks
CHOOSE_NONE = (
    "for (const radio of document.querySelectorAll('[type=radio]')) radio.checked = false;"
)
FORGET_QUOTE = "document.querySelector('[name=quote]').value = 'of another window';"
# A picture without words, from elsewhere; text that cannot be read in the dark; too wide a page.
WRONG = """
const main = document.querySelector('main');
main.innerHTML += '<img src="http://elsewhere.example/a.png">';
main.innerHTML += '<p class="wrong">Dark text on whatever is behind it, and a long line.</p>';
const wrong = document.querySelector('.wrong').style;
wrong.color = '#17363d';
wrong.width = '3000px';
"""


@tag("e2e")
class AccessibilityTests(AccessibilityCase):
    """Every page by one of the two looks in turn; by both: bin/prove accessibility."""

    parts = 2

    def test_the_catalogue(self):
        ProductFactory.create_batch(30)
        self.assert_sound(
            ("home", "/"),
            ("all books", "/products/all/?page=2"),
            ("a subject", "/products/voyages/"),
            ("a filtered list", "/products/all/?sort=price&min_price=5&in_stock=on&language=eng"),
            ("a list without books", "/products/all/?min_price=900"),
            ("books found", "/search/?q=austen"),
            ("books that come close", "/search/?q=emmma"),
            ("nothing found", "/search/?q=xyzzyplugh"),
            ("an empty search", "/search/?q="),
            ("a book", self.book.get_absolute_url()),
            ("a book without pictures", self.long.get_absolute_url()),
            ("a book sold out", self.sold_out.get_absolute_url()),
        )
        mistyped = ("a filter mistyped", "/products/all/?min_price=cheap")
        not_found = ("not found", "/product/no-such-book/")
        self.assert_sound(mistyped, not_found, broken=True)

    def test_pages_of_the_house(self):
        self.assert_sound(("about us", "/about-us/"), ("contact", "/contact-us/"))
        self.assert_sound(("contact, mistaken", "/contact-us/"), script=SUBMIT)

    def test_the_basket(self):
        self.assert_sound(("an empty basket", "/basket/"))
        self.fill_basket(BasketFactory(guest=True, guest_key="reader"))
        self.browser.be(session_key=self.session_of(None, **{BASKET_KEY: "reader"}))
        self.assert_sound(("a basket with warnings", "/basket/"))

    def test_checkout_as_a_guest(self):
        basket = BasketFactory(guest=True, guest_key="reader")
        BasketLineFactory(basket=basket, product=self.book)
        self.browser.be(session_key=self.session_of(None, **{BASKET_KEY: "reader"}))
        self.assert_sound(("guest checkout", reverse("address_select")))
        mistaken = ("guest checkout, mistaken", reverse("address_select"))
        self.assert_sound(mistaken, script=SUBMIT, broken=True)
        ready_checkout(basket)
        self.assert_sound(("a guest's order before it is placed", reverse("checkout_review")))
        self.assert_refused_soundly()

    def assert_refused_soundly(self):
        """The button is pressed on a page that another window has overtaken."""
        refused = ("an order that is refused", reverse("checkout_review"))
        self.assert_sound(refused, script=FORGET_QUOTE + SUBMIT, broken=True)

    def test_a_guests_order(self):
        order = self.make_order(OrderFactory(guest=True))
        values = {GUEST_ORDERS: [order.pk], "last_order": order.pk}
        self.browser.be(session_key=self.session_of(None, **values))
        self.assert_sound(
            ("thanks", reverse("checkout_done")),
            ("the order", order.get_absolute_url()),
            ("the order, from the mail", reverse("order_open", args=[make_access_token(order.pk)])),
        )

    def test_checkout_signed_in(self):
        user = self.sign_in()
        BasketLineFactory(basket=BasketFactory(user=user), product=self.book)
        self.assert_sound(("checkout without an address", reverse("address_select")))
        AddressFactory.create_batch(2, user=user)
        self.assert_sound(("checkout with addresses", reverse("address_select")))
        mistaken = ("checkout, mistaken", reverse("address_select"))
        self.assert_sound(mistaken, script=CHOOSE_NONE + SUBMIT, broken=True)
        ready_checkout(user.baskets.get())
        with paid_elsewhere():
            self.assert_sound(("an order with two ways to pay", reverse("checkout_review")))

    def test_orders(self):
        user = self.sign_in()
        self.assert_sound(("no orders", "/orders/"))
        orders = [
            self.make_order(OrderFactory(user=user, status=code)) for code in (10, 20, 30, 40)
        ]
        self.assert_sound(
            ("orders", "/orders/"),
            *((f"an order {order.status.label}", order.get_absolute_url()) for order in orders),
        )

    def test_a_conversation(self):
        user = self.sign_in()
        order = self.make_order(OrderFactory(user=user))
        path = reverse("order_conversation", args=[order.pk])
        self.assert_sound(("nothing said yet", path))
        for author in (customer_of(order, user), staff(EmployeeFactory(first_name="Olive"))):
            for text in (LONG_TITLE * 3, "One.\nTwo.", "w" * 300):
                post_message(order_id=order.pk, cid=uuid4(), text=text, author=author)
        self.assert_sound(
            ("a conversation", path),
            ("the conversation on the order's page", order.get_absolute_url()),
            ("what was said before", f"{path}?before=6"),
        )

    def test_orders_after_the_payment(self):
        user = self.sign_in()
        partly, refunded, mistaken = (self.make_order(OrderFactory(user=user)) for _ in "123")
        for order in (partly, refunded, mistaken):
            mark_order_paid(order_id=order.pk)
        self.move_first_line(partly, OrderLine.Status.SENT)
        self.move_first_line(refunded, OrderLine.Status.CANCELLED)
        revoke_payment(order_id=mistaken.pk)
        self.assert_sound(
            ("orders in all states", "/orders/"),
            ("an order partly sent, with its invoice", partly.get_absolute_url()),
            ("an order with a credit note", refunded.get_absolute_url()),
            ("an order not paid after all", mistaken.get_absolute_url()),
            ("an invoice", reverse("order_invoice", args=[partly.pk])),
        )
        unpaid = self.make_order(OrderFactory(user=user))
        no_invoice = ("no invoice yet", reverse("order_invoice", args=[unpaid.pk]))
        self.assert_sound(no_invoice, broken=True)

    def test_addresses(self):
        user = self.sign_in()
        self.assert_sound(("no addresses", reverse("address_list")))
        address = AddressFactory(user=user)
        self.assert_sound(
            ("addresses", reverse("address_list")),
            ("a new address", reverse("address_create")),
            ("an address", address.get_absolute_url()),
            ("deleting an address", reverse("address_delete", args=[address.pk])),
        )
        self.assert_sound(("a new address, mistaken", reverse("address_create")), script=SUBMIT)

    def test_signing_up_and_in(self):
        self.assert_sound(
            ("signing up", reverse("signup")),
            ("signing in", reverse("login")),
            ("a forgotten password", reverse("account_reset_password")),
            ("a mail on its way", reverse("account_email_verification_sent")),
            ("a new password on its way", reverse("account_reset_password_done")),
            ("a new password set", reverse("account_reset_password_from_key_done")),
            ("an old link", reverse("account_confirm_email", args=["no-such-key"])),
            ("an old link to a password", "/account/password/reset/1-no-such-key/"),
            ("an inactive account", reverse("account_inactive")),
        )
        for name in ("signup", "login", "account_reset_password"):
            self.assert_sound((f"{name}, mistaken", reverse(name)), script=SUBMIT)

    def test_the_account(self):
        self.sign_in()
        self.assert_sound(
            ("e-mail addresses", reverse("account_email")),
            ("changing the password", reverse("account_change_password")),
            ("signing out", reverse("logout")),
        )
        path = reverse("account_change_password")
        self.assert_sound(("changing the password, mistaken", path), script=SUBMIT)

    def test_the_security_of_an_account(self):
        user = self.sign_in()
        self.confirm(user, "password")
        self.assert_sound(
            ("no second factor", reverse("mfa_index")),
            ("an app to set up", reverse("mfa_activate_totp")),
            ("a passkey to add", reverse("mfa_add_webauthn")),
        )
        TOTP.activate(user, generate_totp_secret())
        RecoveryCodes.activate(user)
        made = json.loads(SoftPasskey().answer_to_creation(PASSKEY_OPTIONS))
        passkey = WebAuthn.add(user, "Telephone", made).instance
        self.assert_sound(
            ("second factors", reverse("mfa_index")),
            ("recovery codes", reverse("mfa_view_recovery_codes")),
            ("a passkey to rename", reverse("mfa_edit_webauthn", args=[passkey.pk])),
            ("a passkey to remove", reverse("mfa_remove_webauthn", args=[passkey.pk])),
            ("confirming by code", reverse("mfa_reauthenticate")),
            ("confirming by passkey", reverse("mfa_reauthenticate_webauthn")),
        )
        self.assert_sound(("a page of the staff", "/office-admin/"), broken=True)

    def test_what_is_wrong_is_found(self):
        """The negative control: axe, both widths and both schemes do look."""
        self.browser.open("/about-us/")
        self.browser.driver.execute_script(WRONG)
        found = {}
        for scheme in ("light", "dark"):
            self.browser.set_colours(scheme)
            found[scheme] = " ".join(self.browser.axe_findings())
            self.assertIn("image-alt", found[scheme])
        self.assertNotIn("color-contrast", found["light"])
        self.assertIn("color-contrast", found["dark"])
        self.assertGreater(self.browser.sideways_scroll(), 0)
        self.assertIn("elsewhere.example", " ".join(self.browser.console_errors()))
        self.assertEqual({*self.browser.foreign_requests()}, {"http://elsewhere.example/a.png"})
