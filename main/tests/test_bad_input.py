"""Every public address with input nobody means: a clear answer, never a 5xx, never a change."""

from decimal import Decimal
from urllib.parse import quote, urlencode

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import TestCase, override_settings
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.http import url_has_allowed_host_and_scheme

from main.models.order_access import make_access_token
from main.tests.factories import (
    PASSWORD,
    AddressFactory,
    BasketFactory,
    BasketLineFactory,
    OrderFactory,
    OrderLineFactory,
    ProductFactory,
    ProductTagFactory,
    UserFactory,
)
from main.tests.odd_input import (
    BODIES,
    FORMS,
    HUGE,
    METHODS,
    NO_INPUT,
    ODD_VALUES,
    PATHS,
    QUERIES,
    FormRow,
)
from main.views.visitor import BASKET_KEY

# Whole numbers, as some people write them: taken where a number is wanted.
FOREIGN_DIGITS = ["٣", "１"]
# What pages may write merely by being looked at.
NOT_COUNTED = {"sessions.session"}
URLENCODED = "application/x-www-form-urlencoded"


# Hundreds of passwords are tried here: they need not be hashed slowly.
@override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])
class BadInputTests(TestCase):
    """Each request starts from the same state: what it wrote is looked at and taken back."""

    @classmethod
    def setUpTestData(cls) -> None:
        cls.user = UserFactory(password=make_password(PASSWORD))
        cls.tag = ProductTagFactory()
        cls.book = ProductFactory(tags=[cls.tag], price=Decimal("8.49"))
        cls.inactive = ProductFactory(active=False)
        cls.address = AddressFactory(user=cls.user)
        cls.other_address = AddressFactory()
        cls.order = OrderFactory(user=cls.user)
        OrderLineFactory(order=cls.order, product=cls.book)
        cls.other_order = OrderFactory()
        OrderLineFactory(order=cls.other_order)
        cls.basket = BasketFactory(user=cls.user)
        cls.line = BasketLineFactory(basket=cls.basket, product=cls.book, quantity=2)
        cls.guest_basket = BasketFactory(guest=True)
        BasketLineFactory(basket=cls.guest_basket, product=cls.book)
        cls.unproved = UserFactory(verified=False)

    def setUp(self) -> None:
        cache.clear()
        proof = EmailConfirmationHMAC(EmailAddress.objects.get(user=self.unproved))
        uid = user_pk_to_url_str(self.user)
        self.cast = {
            "address": self.address.pk,
            "basket": self.basket.pk,
            "book": self.book.pk,
            "email": self.user.email,
            "email_key": proof.key,
            "guest_basket": self.guest_basket.pk,
            "line": self.line.pk,
            "order": self.order.pk,
            "uid": uid,
        }
        self.cookies = {"guest": self.guest_cookies(), "customer": self.customer_cookies()}
        self.user.refresh_from_db()  # signing in is part of the key
        key = default_token_generator.make_token(self.user)
        self.client.cookies.clear()
        self.client.get(f"/account/password/reset/{uid}-{key}/")
        self.cookies["forgetful"] = self.client.cookies.output(header="", sep=";")
        self.before = self.everything()

    def guest_cookies(self) -> str:
        session = self.client.session
        session[BASKET_KEY] = self.guest_basket.guest_key
        session.save()
        return self.client.cookies.output(header="", sep=";")

    def customer_cookies(self) -> str:
        """Signed in, and asked for the password again, as one is before a change of account."""
        self.client.cookies.clear()
        self.client.force_login(self.user)
        self.client.post("/account/confirm/", {"password": PASSWORD})
        return self.client.cookies.output(header="", sep=";")

    def everything(self) -> dict[str, list]:
        """Every row of the shop's own tables."""
        return {
            model._meta.label: list(model.objects.order_by("pk").values())
            for model in apps.get_models()
            if model._meta.label_lower not in NOT_COUNTED
        }

    def ask(self, method: str, path: str, *, visitor: str = "", **kwargs) -> HttpResponse:
        """The answer; self.changed then names the tables that the request changed."""
        cache.clear()  # a throttle would hide what the page itself says
        writes = []

        def note(execute, sql, *args):
            if sql.startswith(("INSERT", "UPDATE", "DELETE")) and "django_session" not in sql:
                writes.append(sql)
            return execute(sql, *args)

        if visitor:
            self.client.cookies.clear()
            self.client.cookies.load(self.cookies[visitor])
        with transaction.atomic():
            with connection.execute_wrapper(note):
                response = self.client.generic(method, path, **kwargs)
            after = self.everything() if writes else self.before
            transaction.set_rollback(True)
        self.changed = {label for label in after if after[label] != self.before[label]}
        self.assertLess(response.status_code, 500)
        return response

    def post(self, path: str, fields: dict, *, visitor: str) -> HttpResponse:
        body = urlencode(fields, errors="surrogatepass")
        return self.ask("POST", path, visitor=visitor, data=body, content_type=URLENCODED)

    def post_form(self, form: FormRow, *, odd: str = "", value: str = "") -> HttpResponse:
        fields = dict(form.valid) | dict.fromkeys(odd.split(), value)
        filled = {
            name.format(**self.cast): text if name in odd.split() else text.format(**self.cast)
            for name, text in fields.items()
        }
        return self.post(form.path.format(**self.cast), filled, visitor=form.visitor)

    def assert_nothing_changed(self) -> None:
        self.assertEqual(self.changed, set())

    def test_every_address_has_a_row_or_a_reason(self) -> None:
        routes = _routes(get_resolver().url_patterns)
        in_path = {row.route for row in PATHS}
        rows = {form.route for form in FORMS} | QUERIES.keys() | in_path
        self.assertEqual(rows & NO_INPUT.keys(), set())
        self.assertEqual(rows | NO_INPUT.keys(), routes)
        self.assertEqual({route for route in routes if "<" in route}, in_path)

    def test_valid_fields_are_taken(self) -> None:
        """Otherwise the odd value would not be what is refused below."""
        for form in FORMS:
            with self.subTest(path=form.path, visitor=form.visitor):
                self.assertEqual(self.post_form(form).status_code, 302)
                self.assertEqual(self.changed, form.changes)

    def test_odd_fields(self) -> None:
        for form in FORMS:
            for name in form.fields:
                for value in form.values:
                    with self.subTest(path=form.path, name=name, value=value[:40]):
                        response = self.post_form(form, odd=name, value=value)
                        self.assert_stays_here(response)
                        if self.changed and value in form.taken.get(name, ()):
                            self.assertEqual(self.changed, form.changes)
                        else:
                            self.assert_nothing_changed()

    def assert_stays_here(self, response: HttpResponse) -> None:
        url = response.get("Location", "/")
        self.assertTrue(url_has_allowed_host_and_scheme(url, {"testserver"}), url)

    def test_odd_query_strings(self) -> None:
        for visitor, path, names in QUERIES.values():
            for name in names:
                for value in ODD_VALUES:
                    with self.subTest(path=path, name=name, value=value[:40]):
                        query = quote(value, errors="surrogatepass")
                        response = self.ask("GET", f"{path}?{name}={query}", visitor=visitor)
                        self.assert_stays_here(response)
                        self.assert_nothing_changed()

    def test_odd_values_in_the_path(self) -> None:
        for row in PATHS:
            for value in ODD_VALUES:
                with self.subTest(path=row.path, method=row.method, value=value[:40]):
                    odd = quote(value, safe="", errors="surrogatepass")
                    path = row.path.replace("{}", odd).replace("{uid}", self.cast["uid"])
                    self.assert_stays_here(self.ask(row.method, path, visitor=row.visitor))
                    self.assert_nothing_changed()

    def test_foreign_digits_are_numbers(self) -> None:
        for digit in FOREIGN_DIGITS:
            with self.subTest(digit=digit):
                fields = {"product_id": self.book.pk, "quantity": digit}
                answer = self.post("/add_to_basket/", fields, visitor="guest")
                self.assertEqual(answer.status_code, 302)
                self.assertEqual(self.ask("GET", f"/search/?q={quote(digit)}").status_code, 200)

    def test_wrong_methods(self) -> None:
        bare = {form.path for form in FORMS if form.is_bare}
        paths = {f"/{route}" for route in NO_INPUT} | {path for _, path, _ in QUERIES.values()}
        paths |= {form.path for form in FORMS}
        paths |= {self.book.get_absolute_url(), self.order.get_absolute_url(), "/media/a.png"}
        for visitor in ("guest", "customer"):
            for path in sorted(paths):
                for method in METHODS:
                    if method == "POST" and path in bare:
                        continue  # not wrong
                    with self.subTest(visitor=visitor, path=path, method=method):
                        self.ask(method, path.format(**self.cast), visitor=visitor)
                        self.assert_nothing_changed()

    def test_odd_bodies(self) -> None:
        for form in FORMS:
            for content_type, body in BODIES:
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
            f"/media/{quote('../../etc/passwd')}": 400,
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
        self.before = self.everything()
        own = {"basket": self.basket.pk, "total": "16.98"} | dict.fromkeys(
            ("billing_address", "shipping_address"), self.address.pk
        )
        sent = [
            ("/basket/", {f"quantity_{other_line.pk}": "9", "remove": str(other_line.pk)}),
            ("/add_to_basket/", {"product_id": self.inactive.pk, "quantity": "1"}),
            ("/order/address_select/", own | {"basket": other_line.basket_id}),
            ("/order/address_select/", own | {"billing_address": self.other_address.pk}),
            ("/order/address_select/", own | {"shipping_address": self.other_address.pk}),
        ]
        for path, fields in sent:
            with self.subTest(path=path, fields=fields):
                self.post(path, fields, visitor="customer")
                self.assert_nothing_changed()

    def test_stale_session_and_odd_cookies(self) -> None:
        for value in ("", "nonsense", "a" * 5000, "\x01", "ü"):
            for path in ("/", "/basket/", "/orders/", "/order/address_select/"):
                with self.subTest(value=value[:10], path=path):
                    self.client.cookies.clear()
                    for name in ("sessionid", "messages", "csrftoken"):
                        self.client.cookies[name] = value
                    self.ask("GET", path)
                    self.assert_nothing_changed()


def _routes(entries, prefix: str = "") -> set[str]:
    """Every pattern of the shop itself, as it is written."""
    found: set[str] = set()
    for entry in entries:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            found |= _routes(entry.url_patterns, route)
        elif isinstance(entry, URLPattern) and not route.startswith("admin/"):
            found.add(route)
    return found
