"""The dispatch API: a line's next state, the one thing that is written there."""

from decimal import Decimal
from unittest import mock

from django.core.cache import cache
from django.test import tag
from rest_framework.generics import GenericAPIView

from main.actions.order_lines import move_order_lines
from main.models import Invoice, Order, OrderLine
from main.tests.support.dispatch_case import (
    CANCELLED,
    LINES,
    NEW,
    ORDERS,
    PROCESSING,
    SENT,
    DispatchTestCase,
)
from main.tests.support.factories import EmployeeFactory


@tag("door")
class MovingTests(DispatchTestCase):
    def setUp(self) -> None:
        cache.clear()  # of other tests' requests
        self.as_(self.dispatcher)

    def test_a_line_is_packed_and_sent_and_the_order_follows(self) -> None:
        response = self.set_status(self.line, PROCESSING)
        self.assertEqual(response.status_code, 200)
        self.assertEqual(response.json()["status"], 20)
        self.assertEqual(response.json()["next_statuses"], [10, 30, 40])
        self.assertEqual(self.set_status(self.line, SENT, method="put").json()["status"], 30)
        self.assert_status(self.line, SENT)
        self.assert_order(Order.Status.PAID)
        self.set_status(self.other_line, SENT)
        self.assert_order(Order.Status.DONE)

    def test_the_history_says_who_it_was(self) -> None:
        self.set_status(self.line, SENT)
        self.assertEqual(self.line.history.latest().history_user, self.dispatcher)

    def test_the_same_status_again_changes_nothing(self) -> None:
        self.set_status(self.line, SENT)
        before = self.line.history.count()
        response = self.set_status(self.line, SENT)
        self.assertEqual((response.status_code, response.json()["status"]), (200, 30))
        self.assertEqual(self.line.history.count(), before)

    def test_a_wrong_move_is_refused_with_the_reason(self) -> None:
        self.set_status(self.line, SENT)
        response = self.set_status(self.line, NEW)
        words = "“Emma” is sent: it cannot become new."
        self.assert_problem(response, status=409, detail=words, kind="move_refused")
        self.assert_status(self.line, SENT)
        self.assert_order(Order.Status.PAID)

    def test_a_missing_copy_is_cancelled_and_credited(self) -> None:
        response = self.set_status(self.line, CANCELLED)
        self.assertEqual((response.status_code, response.json()["next_statuses"]), (200, []))
        self.emma.refresh_from_db()
        self.assertEqual(self.emma.stock, 7)
        note = Invoice.objects.get(kind=Invoice.Kind.CREDIT_NOTE)
        self.assertEqual(note.gross, Decimal("16.98"))

    def test_the_last_line_may_be_cancelled_though_the_order_is_gone_then(self) -> None:
        self.set_status(self.other_line, CANCELLED)
        response = self.set_status(self.line, CANCELLED)
        self.assertEqual((response.status_code, response.json()["status"]), (200, 40))
        self.assert_order(Order.Status.CANCELLED)
        self.get(f"{LINES}{self.line.pk}/", status=404)

    def test_dispatch_cannot_take_back_what_was_sent_and_the_office_can(self) -> None:
        self.set_status(self.line, SENT)
        self.assertEqual(self.get(f"{LINES}{self.line.pk}/")["next_statuses"], [20])
        response = self.set_status(self.line, CANCELLED)
        words = "Only the office can take back what was sent."
        self.assert_problem(response, status=403, detail=words)
        self.assert_status(self.line, SENT)
        self.assertFalse(Invoice.objects.filter(kind=Invoice.Kind.CREDIT_NOTE).exists())
        self.as_(EmployeeFactory())
        self.assertEqual(self.get(f"{LINES}{self.line.pk}/")["next_statuses"], [20, 40])
        self.assertEqual(self.set_status(self.line, CANCELLED).status_code, 200)
        note = Invoice.objects.get(kind=Invoice.Kind.CREDIT_NOTE)
        self.assertEqual(note.gross, Decimal("16.98"))

    def test_lines_of_orders_that_are_not_paid_cannot_be_moved(self) -> None:
        for status in (SENT, CANCELLED):
            self.assertEqual(self.set_status(self.unpaid_line, status).status_code, 404)
        self.assert_status(self.unpaid_line, NEW)

    def test_what_happens_meanwhile_counts(self) -> None:
        """Between reading the line and holding its order others may be quicker."""

        def sent(view) -> OrderLine:
            line = GenericAPIView.get_object(view)
            move_order_lines(order_id=self.order.pk, line_ids=[line.pk], status=SENT)
            return line

        def unpaid(view) -> OrderLine:
            line = GenericAPIView.get_object(view)
            Order.objects.filter(pk=self.order.pk).update(status=Order.Status.NEW)
            return line

        for meanwhile, line, status in [(sent, self.line, 403), (unpaid, self.other_line, 404)]:
            before = line.status
            with mock.patch("main.api.orderlines.OrderLineView.get_object", meanwhile, create=True):
                self.assertEqual(self.set_status(line, CANCELLED).status_code, status)
            self.assert_status(line, SENT if meanwhile is sent else before)

    def test_nothing_but_the_status_is_written(self) -> None:
        before = OrderLine.objects.filter(pk=self.line.pk).values().get()
        whole = self.get(f"{LINES}{self.line.pk}/")
        whole |= {
            "status": 20,
            "quantity": 99,
            "order": self.unpaid.pk,
            "name": "X",
            "unit_price": 1,
        }
        path = f"{LINES}{self.line.pk}/"
        response = self.client.put(path, whole, content_type="application/json")
        self.assertEqual(response.status_code, 200)
        after = OrderLine.objects.filter(pk=self.line.pk).values().get()
        self.assertEqual(after, before | {"status": 20})

    def test_a_form_is_read_too(self) -> None:
        path, form = f"{LINES}{self.line.pk}/", "application/x-www-form-urlencoded"
        self.assertEqual(self.client.patch(path, "status=30", content_type=form).status_code, 200)
        self.assert_status(self.line, SENT)

    def test_a_status_that_is_none_is_refused(self) -> None:
        wrong = "Choose one of 10, 20, 30, 40."
        odd = [99, "30", "sent", True, 30.5, [30], {"status": 30}, "\ud800", "\x00", 10**400, ""]
        for status in odd:
            with self.subTest(repr(status)[:30]):
                response = self.set_status(self.line, status)
                self.assertEqual(response.status_code, 400)
                self.assertEqual(response.json()["errors"], {"status": [wrong]})
        response = self.set_status(self.line, None)
        self.assertEqual(response.json()["errors"], {"status": ["This field may not be null."]})
        for method in ("patch", "put"):
            send = getattr(self.client, method)
            response = send(f"{LINES}{self.line.pk}/", {}, content_type="application/json")
            self.assertEqual(response.json()["errors"], {"status": ["This field is required."]})
        self.assert_status(self.line, NEW)

    def test_lines_are_neither_made_nor_deleted(self) -> None:
        for method, path in [
            ("post", LINES), ("delete", LINES), ("delete", f"{LINES}{self.line.pk}/"),
            ("post", ORDERS), ("patch", f"{ORDERS}{self.order.pk}/"),
            ("put", f"{ORDERS}{self.order.pk}/"), ("delete", f"{ORDERS}{self.order.pk}/"),
        ]:  # fmt: skip
            with self.subTest(method=method, path=path):
                response = getattr(self.client, method)(path, {}, content_type="application/json")
                self.assertEqual(response.status_code, 405)
                self.assertIn("GET", response["Allow"])
        self.assertEqual((Order.objects.count(), OrderLine.objects.count()), (2, 3))

    def assert_order(self, status: Order.Status) -> None:
        self.order.refresh_from_db()
        self.assertEqual(self.order.status, status)
