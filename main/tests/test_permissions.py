"""Every address of the site, taken from the URL resolver, as each kind of person: the matrix.

The table is in permissions.py. An address without a row fails, and so does a row without one.
"""

import logging
import re
from collections.abc import Iterator
from urllib.parse import unquote

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client, TestCase, override_settings, tag
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.views import APIView

from main.actions.orders import mark_order_paid
from main.actions.tokens import give_token
from main.admin.sites import dispatch_site, office_site
from main.models import CannedReply, Order, User
from main.tests.factories import (
    AddressFactory,
    BasketFactory,
    DispatcherFactory,
    EmployeeFactory,
    OrderFactory,
    OrderLineFactory,
    OwnerFactory,
    ProductFactory,
    ProductTagFactory,
    StaffFactory,
    UserFactory,
)
from main.tests.odd_input import RESET, VERIFY
from main.tests.permissions import Row, rows

SITES = {"admin/": admin.site, "office-admin/": office_site, "dispatch-admin/": dispatch_site}
STAFF_DOORS = (*SITES, "customer-service/", "order-dashboard/")
API = ("api/", "mobile-api/", "^(?:mobile-)?api")
WRITERS = ("nobody", "other", "dispatch", "office", "owner")
REFUSED = {"in", "403"}
NOT_FOR_YOU = REFUSED | {"404"}
# What is sent to the forms of the admin: enough of each to be taken, if it were allowed.
SENT = {
    "_save": "1", "post": "yes", "name": "Changed", "slug": "changed", "price": "1.00",
    "stock": "1", "status": "30", "reason": "x", "email": "x@booktime.example",
    "password1": "four-brave-otters", "password2": "four-brave-otters", "is_active": "",
    "action": "delete_selected", "_selected_action": "1",
}  # fmt: skip
TO_API, JSON = {"status": 20, "text": "Hello", "upto": 1}, "application/json"
KEY = {"idempotency-key": "6f1f6f0e-5c3c-4a55-9f0b-0c9b9a4d7b11"}
QUERIES = {"autocomplete/": "?app_label=main&model_name=product&field_name=tags"}
# Addresses whose arguments are in a regular expression.
REGEX = {
    VERIFY: "account/email/verify/key/",
    RESET: "account/password/reset/1-key/",
    r"^(?:mobile-)?api(?:/[\s\S]*)?$": "api/nothing/",
}


def addresses(entries=None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in get_resolver().url_patterns if entries is None else entries:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from addresses(entry.url_patterns, route)
        else:
            yield _readable(route), entry


def _readable(route: str) -> str:
    """The two regular expressions of an admin site, by what they stand for."""
    return re.sub(r"\^?\(\?P<(app_label|url)>.*\)(/?)\$", r"<\1>\2", route)


def methods(pattern: URLPattern) -> set[str]:
    """Those that want a row: all that a view of the API has; of a page, reading it.

    Whether a page wants one for POST is asked of the page itself, below.
    """
    view = getattr(pattern.callback, "cls", None)
    if view and issubclass(view, APIView):
        return {name.upper() for name in view.http_method_names if hasattr(view, name)} - {
            "OPTIONS"
        }
    return {"GET"}


def _session_of(user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.session.session_key


@tag("once")
class PermissionTestCase(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        cls.people = {
            "buyer": UserFactory(),
            "other": UserFactory(),
            "dispatch": DispatcherFactory(),
            "office": EmployeeFactory(),
            "owner": OwnerFactory(),
            "closed": EmployeeFactory(),
            "flagged": StaffFactory(),
        }
        buyer = cls.people["buyer"]
        product = ProductFactory(tags=[ProductTagFactory(slug="novels")], slug="emma")
        cls.order = OrderFactory(user=buyer)
        cls.line = OrderLineFactory(order=cls.order, product=product)
        mark_order_paid(order_id=cls.order.pk)
        cls.address = AddressFactory(user=buyer)
        BasketFactory(user=buyer)
        CannedReply.objects.create(name="Thanks", text="Thank you.")
        TOTP.activate(buyer, generate_totp_secret())
        cls.tokens = {kind: give_token(user=user) for kind, user in cls.people.items()}
        cls.sessions = {kind: _session_of(user) for kind, user in cls.people.items()}
        User.objects.filter(pk=cls.people["closed"].pk).update(is_active=False)

    def setUp(self) -> None:
        # Thousands are refused here, and each would be written down with its traceback.
        logging.disable(logging.ERROR)
        self.addCleanup(logging.disable, logging.NOTSET)

    def path_of(self, route: str) -> str:
        """The address with something of the buyer's in it."""
        for regex, path in REGEX.items():
            route = route.replace(regex, path)
        fillings = {
            "path:content_type_id": ContentType.objects.get_for_model(Order).pk,
            "path:object_id": self.object_of(route),
            "int:order_id": self.order.pk,
            "int:line_id": self.line.pk,
            "int:pk": self.address.pk,
            "slug:tag": "novels",
            "slug:slug": "emma",
            "str:token": "nonsense",
            "path:path": "nothing.png",
            "id": self.people["buyer"].pk,
            "app_label": "main",
            "url": "nothing/",
            "section": "books",
        }
        path = re.sub(r"<([\w:]+)>", lambda found: str(fillings[found[1]]), route)
        return f"/{path}{self.query_of(route)}"

    def query_of(self, route: str) -> str:
        return next((query for end, query in QUERIES.items() if route.endswith(end)), "")

    def object_of(self, route: str) -> object:
        """An object of the model whose admin this is; the buyer's, where it is anybody's."""
        parts = route.split("/")
        if len(parts) < 3 or "object_id" not in route or parts[1] == "r":
            return self.order.pk
        model = apps.get_model(parts[1], parts[2])
        if model is User:
            return self.people["buyer"].pk
        return model._default_manager.order_by("pk").first().pk

    def ask(self, kind: str, row: Row, path: str, **how) -> HttpResponse:
        """The answer; what it wrote is taken back, and noted in self.written."""
        cache.clear()  # the throttles remember there
        self.written: list[str] = []

        def note(execute, sql, *args):
            if sql.startswith(("INSERT", "UPDATE", "DELETE")) and "django_session" not in sql:
                self.written.append(sql)
            return execute(sql, *args)

        if row.method != "GET":
            is_api = row.route.startswith(API)
            how |= {"data": TO_API, "content_type": JSON} if is_api else {"data": SENT}
            how["headers"] = KEY | how.get("headers", {})
        self.become(kind)
        with transaction.atomic(), connection.execute_wrapper(note):
            answer = getattr(self.client, row.method.lower())(path, **how)
            transaction.set_rollback(True)
        return answer

    def become(self, kind: str) -> None:
        self.client.cookies.clear()
        if kind != "nobody":
            self.client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[kind]


def doors_to_write() -> Iterator[Row]:
    """What the table says of a POST to each page: its own row or, without one, that of GET."""
    posted = {row.route: row for row in rows() if row.method == "POST"}
    for row in rows():
        if row.method == "GET" and not row.route.startswith(API):
            yield posted.get(row.route, row)


def outcome_of(answer: HttpResponse, path: str) -> str:
    if answer.status_code != 302:
        return str(answer.status_code)
    return "in" if unquote(answer["Location"]) == f"/login/?next={unquote(path)}" else "on"


# By session staff need no ticket: the session itself opens the socket.
TICKET = "mobile-api/orders/<int:order_id>/chat-ticket/"
BY_TOKEN = {(TICKET, "office"): "201", (TICKET, "owner"): "201"}


class MatrixTests(PermissionTestCase):
    def test_every_address_has_a_row_for_each_of_its_methods(self) -> None:
        wanted = {(method, route) for route, view in addresses() for method in methods(view)}
        written = [(row.method, row.route) for row in rows()]
        self.assertEqual(wanted - set(written), set(), "These want a row in permissions.py.")
        gone = {route for _, route in written} - {route for _, route in wanted}
        self.assertEqual(gone, set(), "These are no addresses any more.")
        self.assertEqual(len(written), len(set(written)))

    def test_everyone_gets_what_the_table_says(self) -> None:
        for row in rows():
            path = self.path_of(row.route)
            for kind, expected in row.outcomes.items():
                with self.subTest(method=row.method, path=path, kind=kind):
                    answer = self.ask(kind, row, path)
                    self.assertEqual(outcome_of(answer, path), expected)
                    self.assert_of_its_site(row, answer)

    def assert_of_its_site(self, row: Row, answer: HttpResponse) -> None:
        """Who is let in sees that site, and not another under its address."""
        is_page = answer.get("Content-Type", "").startswith("text/html")
        for prefix, site in SITES.items():
            if row.route.startswith(prefix) and answer.status_code == 200 and is_page:
                named = {
                    each.site_header
                    for each in SITES.values()
                    if each.site_header in answer.content.decode()
                }
                self.assertEqual(named - {site.site_header}, set())
                if "/invoice/<int" not in row.route:  # a document of the shop's, not of a site
                    self.assertEqual(named, {site.site_header})

    def test_who_is_refused_writes_nothing_either(self) -> None:
        """At every page, with what its form would want: a POST has the door of its GET or a row."""
        for row in doors_to_write():
            path, post = self.path_of(row.route), Row("POST", row.route, {})
            asked = {kind: row.outcomes[kind] for kind in WRITERS if kind in row.outcomes}
            refused = {kind: each for kind, each in asked.items() if each in NOT_FOR_YOU}
            for kind, expected in refused.items():
                with self.subTest(path=path, kind=kind):
                    answer = self.ask(kind, post, path)
                    self.assertIn(outcome_of(answer, path), (expected, "405"))
                    self.assertEqual(self.written, [])
            if row.method == "GET" and not refused:
                with self.subTest(path=path):
                    answer = self.ask("buyer", post, path)
                    wants = "It takes a POST, and its GET refuses nobody: it wants a row for POST."
                    self.assertEqual(answer.status_code, 405, wants)

    def test_a_token_opens_what_a_session_does(self) -> None:
        for row in rows():
            path = self.path_of(row.route)
            if not row.route.startswith(API) or len(set(row.outcomes.values())) == 1:
                continue
            for kind, token in self.tokens.items():
                with self.subTest(method=row.method, path=path, kind=kind):
                    answer = self.ask(
                        "nobody", row, path, headers={"authorization": f"Token {token}"}
                    )
                    expected = BY_TOKEN.get((row.route, kind), row.outcomes[kind])
                    self.assertEqual(outcome_of(answer, path), expected)

    def test_a_token_is_revoked_by_who_has_it(self) -> None:
        row = Row("DELETE", "mobile-api/auth/", {})
        for kind, token in self.tokens.items():
            with self.subTest(kind):
                answer = self.ask(
                    "nobody", row, "/mobile-api/auth/", headers={"authorization": f"Token {token}"}
                )
                self.assertEqual(answer.status_code, 401 if kind == "closed" else 204)

    @override_settings(STAFF_SECOND_FACTOR=True)
    def test_without_a_second_factor_no_door_of_the_staff_opens(self) -> None:
        for row in rows():
            path = self.path_of(row.route)
            for kind in ("dispatch", "office", "owner"):
                let_in = row.outcomes.get(kind) not in REFUSED
                if not (let_in and row.route.startswith((*STAFF_DOORS, "api/order"))):
                    continue
                if row.route.endswith("/login/"):
                    continue
                with self.subTest(method=row.method, path=path, kind=kind):
                    answer = self.ask(kind, row, path)
                    if row.route.startswith("api/"):
                        self.assertEqual(answer.status_code, 403)
                    else:
                        self.assertIn("/account/security/?next=", answer["Location"])
                    self.assertEqual(self.written, [])

    def test_no_autocompletion_tells_the_office_who_the_customers_are(self) -> None:
        query = "?app_label=main&model_name=address&field_name=user&term=reader"
        for prefix, kind, status in [
            ("admin/", "owner", 200),
            ("office-admin/", "office", 403),
            ("dispatch-admin/", "dispatch", 403),
        ]:
            self.become(kind)
            answer = self.client.get(f"/{prefix}autocomplete/{query}")
            self.assertEqual(answer.status_code, status)
