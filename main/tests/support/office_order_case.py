"""What the tests of the office's orders share: an order, and its buttons."""

from main.actions.order_lines import move_order_lines
from main.actions.payments import mark_order_paid
from main.models import Order, OrderLine
from main.tests.support.admin_case import AdminTestCase
from main.tests.support.factories import (
    EmployeeFactory,
    OrderFactory,
    OrderLineFactory,
    ProductFactory,
)

NEW, PAID, DONE, CANCELLED = Order.Status
LINE = OrderLine.Status


class OfficeOrderTestCase(AdminTestCase):
    works_as = EmployeeFactory
    path = "/office-admin/main/order/"

    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        cls.book = ProductFactory(name="Emma", stock=7)
        cls.order = OrderFactory(total="25.47")
        cls.line = OrderLineFactory(order=cls.order, product=cls.book, quantity=2)
        cls.other = OrderLineFactory(order=cls.order, quantity=1)
        cls.page = f"{cls.path}{cls.order.pk}/change/"

    def pay(self) -> None:
        mark_order_paid(order_id=self.order.pk)

    def send_line(self, line: OrderLine) -> None:
        move_order_lines(order_id=self.order.pk, line_ids=[line.pk], status=LINE.SENT)

    def states(self) -> tuple[int, list[int]]:
        self.order.refresh_from_db()
        return self.order.status, [line.status for line in self.order.lines.all()]

    def move(self, to: int, was: int, **fields) -> list[str]:
        """Press one of the buttons beside the order; what the page says then."""
        path = f"{self.path}{self.order.pk}/status/"
        response = self.client.post(path, {"to": to, "was": was} | fields)
        self.assertRedirects(response, self.page, fetch_redirect_response=False)
        return self.told(response)

    def move_lines(self, to: dict[OrderLine, int], *, was: dict | None = None, **fields):
        lines = {f"line-{line.pk}": status for line, status in to.items()}
        seen = {f"was-{line.pk}": (was or {}).get(line, LINE.NEW) for line in to}
        return self.client.post(f"{self.path}{self.order.pk}/lines/", lines | seen | fields)

    def move_copies(self, line: OrderLine, to: int, copies: object, **fields):
        """As the page sends it: with the number of copies that it showed."""
        of = fields.pop("of", line.quantity)
        chosen = {f"copies-{line.pk}": copies, f"of-{line.pk}": of}
        return self.move_lines({line: to}, **chosen | fields)

    def run_action(self, name: str, *orders: Order) -> list[str]:
        chosen = {"action": name, "_selected_action": [order.pk for order in orders]}
        return self.told(self.client.post(self.path, chosen))
