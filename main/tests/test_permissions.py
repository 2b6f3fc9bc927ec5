"""Every address of the site, taken from the URL resolver, as each kind of person: the matrix.

The table is in permissions.py. An address without a row fails, and so does a row without one.
"""

import re
from collections.abc import Iterator

from django.contrib import admin
from django.http import HttpResponse
from django.test import override_settings
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.views import APIView

from main.admin.sites import dispatch_site, office_site
from main.tests.support.permissions import API, KINDS, RIGHTS, Row, has_right, rows
from main.tests.support.permissions_case import PermissionTestCase, outcome_of

SITES = {"admin/": admin.site, "office-admin/": office_site, "dispatch-admin/": dispatch_site}
STAFF_DOORS = (*SITES, "customer-service/", "order-dashboard/")
STAFF = (*RIGHTS, "owner")
WRITERS = ("nobody", "other", *STAFF)
REFUSED = {"in", "403"}
NOT_FOR_YOU = REFUSED | {"404"}


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


def doors_to_write() -> Iterator[Row]:
    """What the table says of a POST to each page: its own row or, without one, that of GET."""
    posted = {row.route: row for row in rows() if row.method == "POST"}
    for row in rows():
        if row.method == "GET" and not row.route.startswith(API):
            yield posted.get(row.route, row)


# By session staff need no ticket: the session itself opens the socket.
TICKET = "mobile-api/orders/<int:order_id>/chat-ticket/"
BY_TOKEN = {(TICKET, kind): "201" for kind in KINDS if has_right(kind, "conversation.answer")}


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
            for kind in STAFF:
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
