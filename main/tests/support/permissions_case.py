"""The people of the matrix, what is theirs, and how each of them asks for an address."""

import logging
import re
from urllib.parse import unquote

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client, TestCase, tag

from main.actions.payments import mark_order_paid
from main.actions.tokens import give_token
from main.models import CannedReply, Order, User
from main.models.staff_roles import OFFICE, STAFF_ROLES, StaffRole
from main.tests.support.factories import (
    AddressFactory,
    BasketFactory,
    OrderFactory,
    OrderLineFactory,
    OwnerFactory,
    ProductFactory,
    ProductTagFactory,
    StaffFactory,
    UserFactory,
)
from main.tests.support.odd_input import RESET, VERIFY
from main.tests.support.permissions import API, Row

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


def outcome_of(answer: HttpResponse, path: str) -> str:
    """As the table writes it."""
    if answer.status_code != 302:
        return str(answer.status_code)
    return "in" if unquote(answer["Location"]) == f"/login/?next={unquote(path)}" else "on"


def _member_of(role: StaffRole) -> User:
    user = StaffFactory()
    user.groups.add(Group.objects.get(name=role.group))
    return user


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
            **{role.name: _member_of(role) for role in STAFF_ROLES},
            "owner": OwnerFactory(),
            "closed": _member_of(OFFICE),
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
