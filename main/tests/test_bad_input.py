"""Every public address with input nobody means: a clear answer, never a 5xx, never a change."""

from collections.abc import Collection
from urllib.parse import quote

from django.db import connection
from django.test import tag
from django.urls import URLPattern, URLResolver, get_resolver

from main.tests.support.bad_input_case import BadInputTestCase
from main.tests.support.in_parts import InParts
from main.tests.support.odd_addresses import ELSEWHERE, NO_INPUT, PATHS, QUERIES
from main.tests.support.odd_input import FORMS
from main.tests.support.odd_values import ODD_VALUES, ON_POSTGRESQL, ON_SQLITE

# Whole numbers, as some people write them: taken where a number is wanted.
FOREIGN_DIGITS = ["٣", "１"]


@tag("door")
class BadInputTests(InParts, BadInputTestCase):
    """With some values that hurt each database most; all values: bin/prove odd_input."""

    parts = 2

    tried: Collection[str] = ON_SQLITE if connection.vendor == "sqlite" else ON_POSTGRESQL

    def of(self, values: Collection[str]) -> list[str]:
        return [value for value in values if value in self.tried]

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
                self.assertIn(self.post_form(form).status_code, (302, 303))
                self.assertEqual(self.changed, form.changes)

    def test_odd_fields(self) -> None:
        for form in FORMS:
            for name in form.fields:
                for value in self.part_of(self.of(form.values)):
                    with self.subTest(path=form.path, name=name, value=value[:40]):
                        response = self.post_form(form, odd=name, value=value)
                        self.assert_stays_here(response)
                        if self.changed and value in form.taken.get(name, ()):
                            self.assertEqual(self.changed, form.changes)
                        else:
                            self.assert_nothing_changed()

    def test_odd_query_strings(self) -> None:
        for visitor, path, names in QUERIES.values():
            for name in names:
                for value in self.part_of(self.of(ODD_VALUES)):
                    with self.subTest(path=path, name=name, value=value[:40]):
                        query = quote(value, errors="surrogatepass")
                        asked = f"{path.format(**self.cast)}?{name}={query}"
                        response = self.ask("GET", asked, visitor=visitor)
                        self.assert_stays_here(response)
                        self.assert_nothing_changed()

    def test_odd_values_in_the_path(self) -> None:
        for row in PATHS:
            for value in self.part_of(self.of(ODD_VALUES)):
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
