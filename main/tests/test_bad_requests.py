"""Every public address asked in ways nobody means: methods, bodies, others' ids, cookies."""

from urllib.parse import quote

from django.test import tag

from main.models.order_access import make_access_token
from main.tests.support.bad_input_case import BadInputTestCase
from main.tests.support.checkout_case import ready_checkout
from main.tests.support.factories import BasketLineFactory
from main.tests.support.in_parts import InParts
from main.tests.support.odd_addresses import NO_INPUT, QUERIES
from main.tests.support.odd_input import FORMS
from main.tests.support.odd_values import BODIES, HUGE, METHODS


class BadRequestTests(InParts, BadInputTestCase):
    """Of wrong methods and odd bodies a part, the next page the next; all: bin/prove odd_input."""

    parts = 4

    @tag("once")
    def test_wrong_methods(self) -> None:
        bare = {form.path for form in FORMS if form.is_bare}
        paths = {f"/{route}" for route in NO_INPUT} | {path for _, path, _ in QUERIES.values()}
        paths |= {form.path for form in FORMS}
        paths |= {self.book.get_absolute_url(), self.order.get_absolute_url(), "/media/a.png"}
        for visitor in ("guest", "customer"):
            for path in sorted(paths):
                for method in self.part_of(METHODS):
                    if method == "POST" and path in bare:
                        continue  # not wrong
                    with self.subTest(visitor=visitor, path=path, method=method):
                        self.ask(method, path.format(**self.cast), visitor=visitor)
                        self.assert_nothing_changed()

    @tag("once")
    def test_odd_bodies(self) -> None:
        for form in FORMS:
            for content_type, body in self.part_of(BODIES):
                with self.subTest(visitor=form.visitor, path=form.path, body=body[:30]):
                    sent = {"data": body, "content_type": content_type}
                    path = form.path.format(**self.cast)
                    self.ask("POST", path, visitor=form.visitor, **sent)
                    if not form.is_bare:
                        self.assert_nothing_changed()

    def test_foreign_stale_and_missing_ids(self) -> None:
        big = 2**63
        expected = {
            f"/orders/{self.other_order.pk}/": 404,
            f"/orders/{self.other_order.pk}/again/": 404,
            f"/orders/{big}/": 404,
            "/orders/-1/": 404,
            f"/orders/open/{make_access_token(self.other_order.pk)}x/": 404,
            f"/orders/open/{make_access_token(big)}/": 404,
            f"/address/{self.other_address.pk}/": 404,
            f"/address/{self.other_address.pk}/delete/": 404,
            f"/address/{HUGE}/delete/": 404,
            f"/product/{self.inactive.slug}/": 404,
            "/product/nothing/": 404,
            f"/media/{quote('../../etc/passwd')}": 404,
            "/media/": 404,
            "/%00": 404,
            "/漢字/": 404,
        }
        for path, status in expected.items():
            with self.subTest(path=path[:60]):
                method = "POST" if path.endswith(("again/", "delete/")) else "GET"
                answer = self.ask(method, path, visitor="customer")
                self.assertEqual(answer.status_code, status)
                self.assert_nothing_changed()

    def test_lines_and_addresses_of_others_in_forms(self) -> None:
        other_line = BasketLineFactory(quantity=3)
        others = ready_checkout(other_line.basket)
        theirs = {"checkout": others.pk, "quote": others.offered.key}
        self.before = self.everything()
        own = dict.fromkeys(("billing_address", "shipping_address"), self.address.pk)
        sent = [
            ("/basket/", {f"quantity_{other_line.pk}": "9", "remove": str(other_line.pk)}),
            ("/add_to_basket/", {"product_id": self.inactive.pk, "quantity": "1"}),
            ("/order/review/", theirs),
            ("/order/address_select/", own | {"billing_address": self.other_address.pk}),
            ("/order/address_select/", own | {"shipping_address": self.other_address.pk}),
        ]
        for path, fields in sent:
            with self.subTest(path=path, fields=fields):
                self.post(path, fields, visitor="customer")
                self.assert_nothing_changed()

    def test_stale_session_and_odd_cookies(self) -> None:
        for value in ("", "nonsense", "a" * 5000, "\x01", "ü"):
            for path in ("/", "/basket/", "/orders/", "/order/address_select/", "/order/review/"):
                with self.subTest(value=value[:10], path=path):
                    self.client.cookies.clear()
                    for name in ("sessionid", "messages", "csrftoken"):
                        self.client.cookies[name] = value
                    self.ask("GET", path)
                    self.assert_nothing_changed()
