"""What the tests of the dispatch API share: a paid order, and asking as somebody."""

from http import HTTPStatus

from django.test import TestCase, tag

from main.actions.payments import mark_order_paid
from main.models import OrderLine, User
from main.tests.support.factories import (
    DispatcherFactory,
    OrderFactory,
    OrderLineFactory,
    ProductFactory,
)

NEW, PROCESSING, SENT, CANCELLED = OrderLine.Status
ORDERS, LINES = "/api/orders/", "/api/orderlines/"
PROBLEM = "application/problem+json"


@tag("door")
class DispatchTestCase(TestCase):
    """A paid order of Emma and Dracula, and one that is not paid."""

    @classmethod
    def setUpTestData(cls) -> None:
        cls.dispatcher = DispatcherFactory()
        cls.emma = ProductFactory(name="Emma", isbn="9780141439587", stock=5)
        cls.order = OrderFactory(guest=True, shipping_country="IE", shipping_zip_code="D02 AF30")
        cls.line = OrderLineFactory(order=cls.order, product=cls.emma, quantity=2)
        cls.other_line = OrderLineFactory(
            order=cls.order, product=ProductFactory(name="Dracula", isbn=None)
        )
        mark_order_paid(order_id=cls.order.pk)
        cls.unpaid = OrderFactory()
        cls.unpaid_line = OrderLineFactory(order=cls.unpaid)

    def as_(self, user: User) -> None:
        self.client.force_login(user)

    def get(self, path: str, *, status: int = HTTPStatus.OK) -> dict:
        response = self.client.get(path)
        self.assertEqual(response.status_code, status, response.content)
        return response.json()

    def ids(self, path: str) -> list[int]:
        return [row["id"] for row in self.get(path)["results"]]

    def set_status(self, line: OrderLine, status: object, *, method: str = "patch", **kwargs):
        send = getattr(self.client, method)
        return send(f"{LINES}{line.pk}/", {"status": status}, content_type="application/json")

    def assert_status(self, line: OrderLine, status: int) -> None:
        line.refresh_from_db()
        self.assertEqual(line.status, status)

    def assert_problem(self, response, *, status: int, detail: str, kind: str = "") -> None:
        self.assertEqual(response.status_code, status, response.content)
        self.assertEqual(response["Content-Type"], PROBLEM)
        problem = response.json()
        self.assertEqual(problem["status"], status)
        self.assertEqual(problem["detail"], detail)
        wanted = f"urn:booktime:problem:{kind}" if kind else "about:blank"
        self.assertEqual(problem["type"], wanted)
