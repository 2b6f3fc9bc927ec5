"""Whatever an address or a form of the admin sites is given: never an error, nothing changed."""

import logging
from collections.abc import Iterator

from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.admin import AdminSite
from django.db import transaction
from django.test import RequestFactory

from main.actions.payments import mark_order_paid
from main.admin.sites import dispatch_site, office_site
from main.models import Address, Order, Product, ProductTag, User
from main.tests.support.admin_case import AdminTestCase
from main.tests.support.factories import (
    AddressFactory,
    BasketFactory,
    DispatcherFactory,
    EmployeeFactory,
    OrderLineFactory,
    ProductFactory,
    ProductTagFactory,
)
from main.tests.support.in_parts import InParts

NINES = "9" * 30
SITES: dict[str, AdminSite] = {
    "/admin/": admin.site,
    "/office-admin/": office_site,
    "/dispatch-admin/": dispatch_site,
}
ODD = ["abc", NINES, "["]
ODD_DATES = ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "x"]
# Of these the filters know nothing: they would fail, or tell of columns that are not shown.
NEVER_ASKED = {
    "status__regex": "(((", "status__range": "999", "status__in": NINES, "created_at__year": "-1",
    "created_at__regex": "[", "issued_at__year": "-1", "kind__regex": "[", "active__regex": "[",
    "groups__id__in": NINES, "groups__user__password__startswith": "a", "groups__name": "a",
    "user__email": "a", "type__regex": "[", "verified__regex": "[", "created_at__date": "x",
}  # fmt: skip
ALONE = ("tags", "count", "user", "groups", "user_permissions", "-stock", "_FORMS", "0-id")
EVERYWHERE = ["q", "o", "p", "_to_field"]


class OddInputTestCase(InParts, AdminTestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        cls.people = dict(zip(SITES, [cls.staff, EmployeeFactory(), DispatcherFactory()],
                              strict=True))  # fmt: skip
        cls.book = ProductFactory(tags=[ProductTagFactory()], stock=5)
        cls.order = OrderLineFactory(product=cls.book).order
        mark_order_paid(order_id=OrderLineFactory(product=cls.book).order_id)
        cls.address = AddressFactory()
        BasketFactory()
        Authenticator.objects.create(user=cls.staff, type="totp", data={})

    def setUp(self) -> None:
        super().setUp()
        self.client.raise_request_exception = False
        logging.disable(logging.CRITICAL)
        self.addCleanup(logging.disable, logging.NOTSET)


class OddAddressTests(OddInputTestCase):
    """With a third of what can be asked; all of it: bin/prove odd_input."""

    parts = 3

    def lists(self) -> Iterator[tuple[str, list[str]]]:
        """Every list of every site, with what its filters expect in the address."""
        for prefix, site in SITES.items():
            request = RequestFactory().get("/")
            request.user = self.people[prefix]
            self.client.force_login(request.user)
            for model, model_admin in site._registry.items():
                changelist = model_admin.get_changelist_instance(request)
                names = [name for each in changelist.filter_specs
                         for name in each.expected_parameters()]  # fmt: skip
                yield f"{prefix}{model._meta.app_label}/{model._meta.model_name}/", names

    def answers(self, path: str, asked: list[tuple[str, str]]) -> dict[tuple, int]:
        found = {}
        for name, value in asked:
            with transaction.atomic():
                found[path, name, value] = self.client.get(path, {name: value}).status_code
                transaction.set_rollback(True)
        return found

    def test_no_list_fails_whatever_is_asked(self) -> None:
        for path, names in self.lists():
            asked = [
                (name, value)
                for name in names
                for value in (ODD_DATES if name.endswith(("__gte", "__lt")) else ODD)
            ]
            asked = self.part_of(asked + [(name, NINES) for name in EVERYWHERE])
            failed = {key: code for key, code in self.answers(path, asked).items() if code >= 500}
            self.assertEqual(failed, {})

    def test_what_no_filter_asks_is_refused(self) -> None:
        request = RequestFactory().get("/")
        for path, _ in self.lists():
            self.assertEqual(self.client.get(path, {"status__regex": "((("}).status_code, 400)
        for model_admin in (each for site in SITES.values() for each in site._registry.values()):
            asked = {
                name: model_admin.lookup_allowed(name, value, request)
                for name, value in NEVER_ASKED.items()
            }
            self.assertEqual({name for name, is_allowed in asked.items() if is_allowed}, set())

    def test_a_character_that_no_text_has_is_refused(self) -> None:
        for path, names in self.lists():
            for name in [*names[:1], "q"]:
                self.assertEqual(self.client.get(path, {name: "a\x00"}).status_code, 400)

    def test_a_refused_address_is_answered_in_words(self) -> None:
        answer = self.client.get("/admin/main/product/", {"active__regex": "["})
        self.assertContains(answer, "Nothing was changed.", status_code=400)

    def test_what_is_completed_is_what_a_form_asks_for(self) -> None:
        path = "/admin/autocomplete/"
        known = {"app_label": "main", "model_name": "product", "field_name": "tags"}
        answer = self.client.get(path, known | {"term": "Shelf"})
        self.assertEqual(len(answer.json()["results"]), 1)
        for changes, code in [
            ({"term": "a\x00"}, 400), ({"page": NINES}, 404), ({"page": "x"}, 404),
            ({"field_name": "images"}, 403), ({"field_name": "\x00"}, 400),
            ({"model_name": "order", "field_name": "user"}, 403), ({"app_label": ""}, 403),
        ]:  # fmt: skip
            self.assertEqual(self.client.get(path, known | changes).status_code, code, changes)


class OddFormTests(OddInputTestCase):
    """With a third of the values; all: bin/prove odd_input."""

    parts = 3
    odd = ["\x00", NINES, "NaN"]

    def rows(self) -> list:
        return [
            *(list(model.objects.order_by("pk").values()) for model in
              (Address, Order, Product, ProductTag, User)),
            *(sorted(each.values_list("pk", flat=True)) for each in
              (self.book.tags, self.staff.groups, self.staff.user_permissions)),
        ]  # fmt: skip

    def assert_withstood(self, path: str, extra: tuple[str, ...] = ()) -> None:
        """Its keys and counts each alone, all its fields at once; `extra` are keys left empty."""
        fields = self.open(path)
        names = {*fields, *extra} - {"csrfmiddlewaretoken", "images-TOTAL_FORMS"}
        alone = {name for name in names if name.endswith(ALONE)} | set(extra)
        before = self.rows()
        odd = [({name: value}, value) for name in sorted(alone) for value in ("abc", NINES)]
        odd += [(dict.fromkeys(names, value), value) for value in self.odd]
        odd += [(dict.fromkeys(names - alone, value), value) for value in self.odd]
        for changes, value in self.part_of(odd):
            with self.subTest(path=path, names=[*changes][:2], value=value), transaction.atomic():
                response = self.send(path, fields, **changes)
                self.assertLess(response.status_code, 500)
                if response.status_code != 302:
                    self.assertEqual(self.rows(), before)
                transaction.set_rollback(True)

    def test_a_books_form(self) -> None:
        self.assert_withstood(f"/admin/main/product/{self.book.pk}/change/")
        self.odd = []
        self.assert_withstood("/admin/main/product/add/", ("tags",))

    def test_a_subjects_form(self) -> None:
        self.assert_withstood("/admin/main/producttag/add/")

    def test_a_users_form(self) -> None:
        extra = ("groups", "user_permissions")
        self.assert_withstood(f"/admin/main/user/{self.staff.pk}/change/", extra)
        self.odd = ["\x00"]
        self.assert_withstood("/admin/main/user/add/")

    def test_an_addresss_form(self) -> None:
        self.assert_withstood(f"/admin/main/address/{self.address.pk}/change/")
        self.assert_withstood("/admin/main/address/add/", ("user",))

    def test_at_the_office(self) -> None:
        self.odd = ["\x00"]
        self.client.force_login(self.people["/office-admin/"])
        self.assert_withstood(f"/office-admin/main/order/{self.order.pk}/change/")
        self.assert_withstood("/office-admin/main/address/add/", ("user",))

    def test_at_the_dispatch_there_is_none(self) -> None:
        self.client.force_login(self.people["/dispatch-admin/"])
        for row in (f"product/{self.book.pk}", f"order/{self.order.pk}"):
            response = self.client.post(f"/dispatch-admin/main/{row}/change/", {"tags": "abc"})
            self.assertEqual(response.status_code, 403)

    def test_what_is_no_key_is_refused_in_words(self) -> None:
        path = f"/admin/main/product/{self.book.pk}/change/"
        response = self.send(path, self.open(path), tags=["abc"])
        self.assert_refused(response, "tags", "“abc” is not a valid value.")
        self.assertContains(self.send(path, self.open(path), tags=[NINES]), "is not a valid value")
        self.assertEqual(self.book.tags.count(), 1)
