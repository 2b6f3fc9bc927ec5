"""Every public address with input nobody means: a clear answer, never a 5xx, never a change."""

from decimal import Decimal
from urllib.parse import quote

from django.apps import apps
from django.core.cache import cache
from django.test import TestCase, override_settings
from django.urls import URLPattern, URLResolver, get_resolver

from main.models.order_access import make_access_token
from main.tests.factories import (
    AddressFactory,
    BasketFactory,
    BasketLineFactory,
    OrderFactory,
    OrderLineFactory,
    ProductFactory,
    ProductTagFactory,
    UserFactory,
)

HUGE = "9" * 400
LONE_SURROGATE = "\ud800".encode("utf-8", "surrogatepass").decode("latin-1")
ODD_VALUES = [
    "", " ", "-1", "0", "1.5", "1e400", "NaN", "null", "[]", HUGE,
    str(2**63), str(-(2**63)), str(2**31), "漢字", "\u202e", "🦀" * 50,
    "a" * 20_000, "<script>alert(1)</script>", "' OR 1=1 --", "%00", "\x00", "\x1b[31m",
    "a\r\nB: c", "../../etc/passwd", "//evil.example", "javascript:alert(1)", LONE_SURROGATE,
]  # fmt: skip
# Whole numbers, as some people write them: taken where a number is wanted.
FOREIGN_DIGITS = ["٣", "１"]
METHODS = ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE"]
# Fields that some form of the shop reads, each sent with every odd value.
FIELDS = {
    "/add_to_basket/": ["product_id", "quantity"],
    "/basket/": ["remove", "update", "quantity_LINE", "quantity_"],
    "/order/address_select/": [
        "basket", "total", "email", "billing_address", "billing-name", "billing-country",
        "billing-zip_code",
    ],
    "/login/": ["login", "password", "next"],
    "/signup/": ["email", "password1", "password2", "next"],
    "/contact-us/": ["name", "email", "message"],
    "/address/create/": ["name", "address1", "city", "zip_code", "country", "next"],
}  # fmt: skip
QUERIES = {
    "/products/all/": ["page", "sort", "min_price", "max_price", "language", "in_stock"],
    "/search/": ["q", "page"],
    "/orders/": ["page"],
    "/login/": ["next"],
    "/signup/": ["next", "email"],
    "/address/create/": ["next"],
    "/sitemap-books.xml": ["p"],
}
# Whom to send an address's odd values as: whoever reaches most of its code.
SENT_AS = {
    "guest": {
        "/add_to_basket/", "/order/address_select/", "/login/", "/signup/", "/contact-us/",
        "/products/all/", "/search/", "/sitemap-books.xml",
    },
    "customer": {"/basket/", "/order/address_select/", "/address/create/", "/orders/"},
}  # fmt: skip
# Valid fields beside the odd one, so that it alone is wrong.
VALID = {
    "/add_to_basket/": {"product_id": "1", "quantity": "1"},
    "/contact-us/": {"name": "Ada", "email": "ada@booktime.example", "message": "Hello"},
}
# What pages may write merely by being looked at.
NOT_COUNTED = {"sessions.session"}


# Thousands of passwords are tried here: they need not be hashed slowly.
@override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])
class BadInputTests(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        cls.user = UserFactory()
        cls.tag = ProductTagFactory()
        cls.book = ProductFactory(tags=[cls.tag], price=Decimal("8.49"))
        cls.inactive = ProductFactory(active=False)
        cls.other_address = AddressFactory()
        cls.other_order = OrderFactory()
        OrderLineFactory(order=cls.other_order)
        cls.basket = BasketFactory(user=cls.user)
        cls.line = BasketLineFactory(basket=cls.basket, product=cls.book, quantity=2)

    def setUp(self) -> None:
        cache.clear()
        self.before = self.everything()

    def everything(self) -> dict[str, list]:
        """Every row of the shop's own tables."""
        return {
            model._meta.label: list(model.objects.order_by("pk").values())
            for model in apps.get_models()
            if model._meta.label_lower not in NOT_COUNTED
        }

    def send(self, method: str, path: str, **kwargs) -> int:
        cache.clear()  # a throttle would hide what the page itself says
        response = self.client.generic(method, path, **kwargs)
        self.assertLess(response.status_code, 500, f"{method} {path[:200]}")
        return response.status_code

    def post(self, path: str, fields: dict) -> int:
        cache.clear()
        response = self.client.post(path, fields)
        self.assertLess(response.status_code, 500, f"{path} {str(fields)[:200]}")
        return response.status_code

    def test_every_address_is_sent_as_somebody(self) -> None:
        self.assertEqual(SENT_AS["guest"] | SENT_AS["customer"], FIELDS.keys() | QUERIES.keys())

    def assert_nothing_changed(self) -> None:
        after = self.everything()
        for label, rows in self.before.items():
            self.assertEqual(after[label], rows, label)

    def visitors(self):
        """Each case as a guest and as a signed-in customer."""
        self.client.logout()
        yield "guest"
        self.client.force_login(self.user)
        self.before = self.everything()
        yield "customer"

    def test_odd_query_strings(self) -> None:
        for visitor in self.visitors():
            for path in SENT_AS[visitor] & QUERIES.keys():
                for name in QUERIES[path]:
                    for value in ODD_VALUES:
                        with self.subTest(visitor=visitor, path=path, name=name, value=value[:40]):
                            self.send("GET", f"{path}?{name}={quote(value)}")
            self.assert_nothing_changed()

    def test_odd_fields(self) -> None:
        for visitor in self.visitors():
            for path in SENT_AS[visitor] & FIELDS.keys():
                for name in FIELDS[path]:
                    for value in ODD_VALUES:
                        if (name, value) == ("quantity_LINE", "0"):
                            continue  # this is how a line is removed
                        with self.subTest(visitor=visitor, path=path, name=name, value=value[:40]):
                            self.post(path, self.odd_fields(path, name, value))
            self.assert_nothing_changed()

    def odd_fields(self, path: str, name: str, value: str) -> dict[str, str]:
        fields = VALID.get(path, {}) | {name.replace("LINE", str(self.line.pk)): value}
        if path == "/add_to_basket/" and name == "quantity":
            fields["product_id"] = str(self.book.pk)
        return fields

    def test_foreign_digits_are_numbers(self) -> None:
        for digit in FOREIGN_DIGITS:
            with self.subTest(digit=digit):
                fields = {"product_id": self.book.pk, "quantity": digit}
                self.assertEqual(self.post("/add_to_basket/", fields), 302)
                self.assertEqual(self.send("GET", f"/search/?q={quote(digit)}"), 200)

    def test_wrong_methods(self) -> None:
        for visitor in self.visitors():
            for path in self.known_paths():
                for method in METHODS:
                    with self.subTest(visitor=visitor, path=path, method=method):
                        self.send(method, path)
            self.assert_nothing_changed()

    def test_odd_bodies(self) -> None:
        bodies = [
            ("application/json", b'{"product_id": 1'),
            ("application/json", b"[1, 2]"),
            ("application/x-www-form-urlencoded", b"\xff\xfe=%ff&=&&&=%"),
            ("application/x-www-form-urlencoded", b"a=1&" * 2000),
            ("multipart/form-data", b"no boundary"),
            ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: nonsense\r\n\r\n"),
            ("text/plain; charset=nonsense", b"hello"),
            ("", b""),
        ]
        for visitor in self.visitors():
            for path in SENT_AS[visitor] & FIELDS.keys():
                for content_type, body in bodies:
                    with self.subTest(visitor=visitor, path=path, body=body[:30]):
                        self.send("POST", path, data=body, content_type=content_type)
            self.assert_nothing_changed()

    def test_foreign_stale_and_missing_ids(self) -> None:
        big = 2**63
        expected = {
            f"/orders/{self.other_order.pk}/": 404,
            f"/orders/{self.other_order.pk}/again/": 404,
            f"/orders/{big}/": 404,
            f"/orders/{HUGE}/": 404,
            "/orders/-1/": 404,
            "/orders/one/": 404,
            f"/orders/open/{make_access_token(self.other_order.pk)}x/": 404,
            f"/orders/open/{make_access_token(1)}/": 404,
            f"/orders/open/{HUGE}/": 404,
            f"/address/{self.other_address.pk}/": 404,
            f"/address/{self.other_address.pk}/delete/": 404,
            f"/address/{big}/": 404,
            f"/address/{HUGE}/delete/": 404,
            f"/product/{self.inactive.slug}/": 404,
            "/product/nothing/": 404,
            f"/product/{'a' * 5000}/": 404,
            "/products/nothing/": 404,
            f"/media/{quote('../../etc/passwd')}": 400,
            "/media/": 404,
            "/media/%00": 404,
            "/sitemap-nothing.xml": 404,
            "/%00": 404,
            "/漢字/": 404,
        }
        self.client.force_login(self.user)
        self.before = self.everything()
        for path, status in expected.items():
            with self.subTest(path=path[:60]):
                method = "POST" if path.endswith(("again/", "delete/")) else "GET"
                self.assertEqual(self.send(method, path), status)
        self.assert_nothing_changed()

    def test_lines_and_addresses_of_others_in_forms(self) -> None:
        other_line = BasketLineFactory(quantity=3)
        self.client.force_login(self.user)
        self.before = self.everything()
        self.post("/basket/", {f"quantity_{other_line.pk}": "9", "remove": str(other_line.pk)})
        checkout = {
            "basket": other_line.basket_id,
            "total": "8.49",
            "billing_address": self.other_address.pk,
            "shipping_address": self.other_address.pk,
        }
        self.post("/order/address_select/", checkout)
        self.post("/add_to_basket/", {"product_id": self.inactive.pk, "quantity": "1"})
        self.assert_nothing_changed()

    def test_stale_session_and_odd_cookies(self) -> None:
        for value in ("", "nonsense", "a" * 5000, "\x01", "ü"):
            for path in ("/", "/basket/", "/orders/", "/order/address_select/"):
                with self.subTest(value=value[:10], path=path):
                    self.client.cookies.clear()
                    self.client.cookies["sessionid"] = value
                    self.client.cookies["messages"] = value
                    self.client.cookies["csrftoken"] = value
                    self.send("GET", path)
        self.assert_nothing_changed()

    def known_paths(self) -> list[str]:
        """Every address of the shop that takes no argument, and one of each that does."""
        found = [
            self.book.get_absolute_url(),
            self.tag.get_absolute_url(),
            self.other_order.get_absolute_url(),
            f"/address/{self.other_address.pk}/",
        ]
        for pattern in _patterns(get_resolver().url_patterns):
            if "<" not in pattern and "(" not in pattern and not pattern.startswith("admin"):
                found.append(f"/{pattern}")
        return found


def _patterns(entries, prefix: str = "") -> list[str]:
    found: list[str] = []
    for entry in entries:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            found += _patterns(entry.url_patterns, route)
        elif isinstance(entry, URLPattern):
            found.append(route)
    return found
