"""Every public address with input nobody means: a clear answer, never a 5xx, never a change."""

import json
from collections.abc import Collection
from decimal import Decimal
from itertools import count
from urllib.parse import quote, urlencode

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client, TestCase, override_settings
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.http import url_has_allowed_host_and_scheme

from main.actions.orders import mark_order_paid
from main.models.order_access import make_access_token
from main.tests.factories import (
    PASSWORD,
    AddressFactory,
    BasketFactory,
    BasketLineFactory,
    EmployeeFactory,
    OrderFactory,
    OrderLineFactory,
    ProductFactory,
    ProductTagFactory,
    UserFactory,
)
from main.tests.odd_input import (
    BODIES,
    ELSEWHERE,
    FEW_VALUES,
    FORMS,
    HUGE,
    METHODS,
    NO_INPUT,
    ODD_VALUES,
    PATHS,
    QUERIES,
    FormRow,
)
from main.tests.soft_passkey import PASSKEY_OPTIONS, SoftPasskey
from main.tests.test_second_factor import code_of
from main.views.visitor import BASKET_KEY

# Whole numbers, as some people write them: taken where a number is wanted.
FOREIGN_DIGITS = ["٣", "１"]
# What pages may write merely by being looked at.
NOT_COUNTED = {"sessions.session"}
URLENCODED = "application/x-www-form-urlencoded"


# Each field has the few values that hurt most, and of the others a third, the next field the next.
_TURNS = count()


def _fewer(values: Collection[str]) -> Collection[str]:
    """On PostgreSQL what a database may stumble over; on SQLite, which answers faster, more."""
    is_asked_at_length = connection.vendor == "sqlite"
    turn = next(_TURNS) % 3
    return [
        value
        for number, value in enumerate(values)
        if value in FEW_VALUES or (is_asked_at_length and number % 3 == turn)
    ]


# Hundreds of passwords are tried here: they need not be hashed slowly.
@override_settings(
    PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    ACCOUNT_REAUTHENTICATION_TIMEOUT=3600,
)
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
        mark_order_paid(order_id=cls.order.pk)
        cls.unproved = UserFactory(verified=False)
        cls.employee = EmployeeFactory()
        cls.guarded = UserFactory(password=make_password(PASSWORD))
        TOTP.activate(cls.guarded, generate_totp_secret())
        cls.codes = RecoveryCodes.activate(cls.guarded).generate_codes()
        made = json.loads(SoftPasskey().answer_to_creation(PASSKEY_OPTIONS))
        cls.passkey = WebAuthn.add(cls.guarded, "Telephone", made).instance
        cache.clear()
        cls.sign_everyone_in()

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
            "passkey": self.passkey.pk,
            "recovery_code": self.codes[1],
            "uid": uid,
        }
        # The code of the app that the customer is setting up.
        self.cast["app_code"] = code_of(self.app_secret)
        self.before = self.everything()

    @classmethod
    def sign_everyone_in(cls) -> None:
        cls.cookies: dict[str, str] = {}
        client = Client()
        session = client.session
        session[BASKET_KEY] = cls.guest_basket.guest_key
        session.save()
        cls.keep(client, "guest")
        # Asked for the password again, as one is before a change of account.
        client.force_login(cls.user)
        client.post("/account/confirm/", {"password": PASSWORD})
        client.get("/account/security/app/")
        cls.app_secret = client.session["mfa.totp.secret"]
        cls.keep(client, "customer")
        # With second factors, confirmed by one just now, the codes seen.
        client.force_login(cls.guarded)
        client.post("/account/security/confirm/", {"code": cls.codes[0]})
        client.get("/account/security/codes/")
        cls.keep(client, "guarded")
        # The password said, and not yet the code.
        client.post("/login/", {"login": cls.guarded.email, "password": PASSWORD})
        cls.keep(client, "halfway")
        client.force_login(cls.employee)
        cls.keep(client, "staff")
        cls.user.refresh_from_db()  # signing in is part of the key
        key = default_token_generator.make_token(cls.user)
        client.get(f"/account/password/reset/{user_pk_to_url_str(cls.user)}-{key}/")
        cls.keep(client, "forgetful")

    @classmethod
    def keep(cls, client: Client, visitor: str) -> None:
        """The browser's cookies, and a new browser for whoever comes next."""
        cls.cookies[visitor] = client.cookies.output(header="", sep=";")
        client.cookies.clear()

    def everything(self, *, written: str = "") -> dict[str, list]:
        """Every row of the shop's own tables, or of those that the SQL names.

        The history tells of the same rows again.
        """
        return {
            model._meta.label: list(model.objects.order_by("pk").values())
            for model in apps.get_models()
            if model._meta.label_lower not in NOT_COUNTED and not hasattr(model, "history_date")
            if not written or f'"{model._meta.db_table}"' in written
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
            after = self.everything(written="\n".join(writes)) if writes else {}
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
                for value in _fewer(form.values):
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
                for value in _fewer(ODD_VALUES):
                    with self.subTest(path=path, name=name, value=value[:40]):
                        query = quote(value, errors="surrogatepass")
                        asked = f"{path.format(**self.cast)}?{name}={query}"
                        response = self.ask("GET", asked, visitor=visitor)
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
        elif isinstance(entry, URLPattern) and not route.startswith(ELSEWHERE):
            found.add(route)
    return found
