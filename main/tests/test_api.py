"""The dispatch API: paid orders and their lines, for dispatch and the office."""

from datetime import timedelta

from django.core.cache import cache
from django.db import connection
from django.test import override_settings, tag
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from main.actions.tokens import give_token
from main.models import Order, User
from main.tests.support.dispatch_case import CANCELLED, LINES, NEW, ORDERS, SENT, DispatchTestCase
from main.tests.support.factories import (
    EmployeeFactory,
    OrderChargeFactory,
    OrderFactory,
    OrderLineFactory,
    OwnerFactory,
    StaffFactory,
    UserFactory,
)

# Whatever a dispatcher must not see is recognised by these.
SECRETS = ["billing", "guest", "@", "price", "total", "8.49", "tax", "currency", "£", "GBP"]


@tag("door")
class ReadingTests(DispatchTestCase):
    def setUp(self) -> None:
        cache.clear()  # of other tests' requests
        self.as_(self.dispatcher)

    def test_an_order_is_where_to_send_what(self) -> None:
        found = self.get(f"{ORDERS}{self.order.pk}/")
        self.assertEqual(parse_datetime(found.pop("placed_at")), self.order.created_at)
        lines = found.pop("lines")
        self.assertEqual([line["name"] for line in lines], ["Emma", "Dracula"])
        self.assertEqual(
            found,
            {
                "id": self.order.pk,
                "number": self.order.number,
                "status": 20,
                "shipping_name": "Ada Reader",
                "shipping_address1": "12 Gower Street",
                "shipping_address2": "",
                "shipping_city": "London",
                "shipping_zip_code": "D02 AF30",
                "shipping_country": "IE",
                "shipping_country_name": "Ireland",
            },
        )

    def test_what_is_done_beside_the_books_is_told_without_its_price(self) -> None:
        OrderChargeFactory(order=self.order, unit_price="77.70")
        OrderChargeFactory(
            order=self.order, kind="fee", code="wrapping", name="Wrapping", quantity=2
        )
        OrderChargeFactory(order=self.order, kind="discount", unit_price="-1.00")
        OrderChargeFactory(order=self.order, kind="gift_card", unit_price="-1.00")
        OrderChargeFactory(order=self.order, name="Cancelled", status=40)
        for found in (self.get(f"{ORDERS}{self.order.pk}/"), self.get(ORDERS)["results"][0]):
            self.assertEqual(
                found["services"],
                [
                    {"code": "post", "name": "Delivery by post", "quantity": 1},
                    {"code": "wrapping", "name": "Wrapping", "quantity": 2},
                ],
            )
            self.assertNotIn("77.70", str(found))

    def test_a_line_is_what_to_pack_and_what_may_become_of_it(self) -> None:
        emma = {
            "id": self.line.pk,
            "order": self.order.pk,
            "isbn": "9780141439587",
            "name": "Emma",
            "quantity": 2,
            "status": 10,
            "next_statuses": [20, 30, 40],
        }
        self.assertEqual(self.get(f"{LINES}{self.line.pk}/"), emma)
        self.assertEqual(self.get(f"{ORDERS}{self.order.pk}/")["lines"][0], emma)
        self.assertEqual(self.get(LINES)["results"][1], emma)
        self.assertIsNone(self.get(f"{LINES}{self.other_line.pk}/")["isbn"])

    def test_no_price_no_email_and_no_billing_address_is_told(self) -> None:
        for path in (ORDERS, LINES, f"{ORDERS}{self.order.pk}/", f"{LINES}{self.line.pk}/"):
            text = self.client.get(path).content.decode()
            self.assertIn("Emma", text)
            self.assertEqual([word for word in SECRETS if word in text], [], path)

    def test_only_paid_and_done_orders_are_there(self) -> None:
        done = OrderFactory(status=Order.Status.DONE)
        cancelled = OrderFactory(status=Order.Status.CANCELLED)
        line = OrderLineFactory(order=cancelled, status=CANCELLED)
        self.assertEqual(self.ids(ORDERS), [done.pk, self.order.pk])
        self.assertEqual(self.ids(LINES), [self.other_line.pk, self.line.pk])
        for pk in (self.unpaid.pk, cancelled.pk, 999_999_999_999, 10**400):
            self.get(f"{ORDERS}{pk}/", status=404)
        for pk in (self.unpaid_line.pk, line.pk, 0, 2**63, 10**400):
            self.get(f"{LINES}{pk}/", status=404)

    def test_lists_are_filtered_by_order_and_status(self) -> None:
        done = OrderFactory(status=Order.Status.DONE)
        sent = OrderLineFactory(order=done, status=SENT)
        expected = {
            f"{ORDERS}?order={self.order.pk}": [self.order.pk],
            f"{ORDERS}?order={self.unpaid.pk}": [],
            f"{ORDERS}?status=20": [self.order.pk],
            f"{ORDERS}?status=30": [done.pk],
            f"{ORDERS}?status=20&status=30": [done.pk, self.order.pk],
            f"{ORDERS}?status=30&order={self.order.pk}": [],
            f"{LINES}?order={done.pk}": [sent.pk],
            f"{LINES}?order={self.unpaid.pk}": [],
            f"{LINES}?status=10": [self.other_line.pk, self.line.pk],
            f"{LINES}?status=30&status=20": [sent.pk],
            f"{LINES}?status=40": [],
        }
        for path, ids in expected.items():
            with self.subTest(path):
                self.assertEqual(self.ids(path), ids)

    def test_a_filter_that_is_not_valid_is_refused(self) -> None:
        order = "The id of an order is a number of twelve digits."
        for path, field, words in [
            (f"{ORDERS}?order=abc", "order", order),
            (f"{ORDERS}?order=", "order", order),
            (f"{ORDERS}?order={'9' * 5000}", "order", order),
            (f"{LINES}?order=-1", "order", order),
            (f"{LINES}?order=%00", "order", order),
            (f"{LINES}?order=٣٣٣٣٣٣٣٣٣٣٣٣", "order", order),
            (f"{ORDERS}?status=10", "status", "Choose from 20, 30."),
            (f"{LINES}?status=", "status", "Choose from 10, 20, 30, 40."),
            (f"{LINES}?status=10&status=x", "status", "Choose from 10, 20, 30, 40."),
        ]:
            with self.subTest(path[:60]):
                response = self.client.get(path)
                details = {"detail": f"{field}: {words}", "kind": "fields_invalid"}
                self.assert_problem(response, status=400, **details)
                self.assertEqual(response.json()["errors"], {field: [words]})

    def test_pages_follow_each_other_and_lead_back(self) -> None:
        start = timezone.now() - timedelta(days=1)
        orders = OrderFactory.create_batch(119, status=Order.Status.PAID, user=UserFactory())
        for number, order in enumerate(orders):  # some at the same moment
            at = start + timedelta(minutes=number // 7)
            Order.objects.filter(pk=order.pk).update(created_at=at)
        wanted = list(Order.objects.paid().newest_first().values_list("pk", flat=True))
        pages, url = [], f"{ORDERS}?status=20"
        while url:
            page = self.get(url)
            pages.append([row["id"] for row in page["results"]])
            last, url = page, page["next"]
        self.assertEqual([len(ids) for ids in pages], [50, 50, 20])
        self.assertEqual([pk for ids in pages for pk in ids], wanted)
        self.assertEqual(self.ids(last["previous"]), pages[1])
        self.assertTrue(last["previous"].startswith("http://testserver/api/orders/?"))
        cursor = last["previous"].partition("cursor=")[2].partition("&")[0]
        for path in (
            f"{LINES}?cursor={cursor}",
            f"{ORDERS}?cursor=cD0lMDA%3D",
            f"{ORDERS}?cursor=",
        ):
            response = self.client.get(path)
            self.assert_problem(response, status=404, detail="There is no such page of this list.")

    def test_as_many_queries_for_one_as_for_fifty(self) -> None:
        paths = [ORDERS, LINES, f"{ORDERS}?status=20", f"{LINES}?status=10"]
        few = [self.count_queries(path) for path in paths]
        for _ in range(49):
            order = OrderFactory(status=Order.Status.PAID, user=self.dispatcher)
            OrderLineFactory.create_batch(2, order=order)
        self.assertEqual([self.count_queries(path) for path in paths], few)
        # Session, user, groups, the rows; for orders their lines and charges; refund permissions.
        self.assertLessEqual(max(few), 8)

    def count_queries(self, path: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            self.get(path)
        return len(queries)


@tag("door")
class WhoMayTests(DispatchTestCase):
    def setUp(self) -> None:
        cache.clear()  # of other tests' requests

    def test_dispatch_and_office_and_nobody_else(self) -> None:
        paths = (ORDERS, LINES, f"{ORDERS}{self.order.pk}/", f"{LINES}{self.line.pk}/")
        owner_of_order = UserFactory()
        Order.objects.filter(pk=self.order.pk).update(user=owner_of_order)
        for user, status in [
            (self.dispatcher, 200),
            (EmployeeFactory(), 200),
            (OwnerFactory(), 200),
            (UserFactory(), 403),
            (owner_of_order, 403),
            (StaffFactory(), 403),
        ]:
            for path in paths:
                self.as_(user)
                response = self.client.get(path)
                self.assertEqual(response.status_code, status, path)
                if status == 403:
                    words = "Only dispatch and the office may do this."
                    self.assert_problem(response, status=403, detail=words)

    def test_nobody_is_asked_to_sign_in_and_told_how(self) -> None:
        for method in ("get", "head", "options", "patch", "put"):
            response = getattr(self.client, method)(f"{LINES}{self.line.pk}/")
            self.assertEqual((response.status_code, response["WWW-Authenticate"]), (401, "Token"))
        words = "Authentication credentials were not provided."
        self.assert_problem(self.client.get(ORDERS), status=401, detail=words)

    def test_rights_end_at_once(self) -> None:
        self.as_(self.dispatcher)
        token = {"Authorization": f"Token {give_token(user=self.dispatcher)}"}
        self.dispatcher.groups.clear()
        self.assertEqual(self.client.get(ORDERS).status_code, 403)
        self.client.logout()
        self.assertEqual(self.client.get(ORDERS, headers=token).status_code, 403)
        User.objects.filter(pk=self.dispatcher.pk).update(is_active=False)
        self.assertEqual(self.client.get(ORDERS, headers=token).status_code, 401)

    @override_settings(STAFF_SECOND_FACTOR=True)
    def test_a_password_alone_is_not_enough_where_a_second_factor_is_asked_for(self) -> None:
        self.as_(self.dispatcher)
        words = "Staff must sign in with a second factor each working day, and to get a token."
        why = {"detail": words, "kind": "staff_proof_missing"}
        self.assert_problem(self.client.get(ORDERS), status=403, **why)
        self.assert_problem(self.set_status(self.line, SENT), status=403, **why)
        self.assert_status(self.line, NEW)
        self.client.logout()
        token = {"Authorization": f"Token {give_token(user=self.dispatcher)}"}
        self.assert_problem(self.client.get(ORDERS, headers=token), status=403, **why)

    def test_a_session_writes_with_the_csrf_token_only(self) -> None:
        client = self.client_class(enforce_csrf_checks=True)
        client.force_login(self.dispatcher)
        path, sent = f"{LINES}{self.line.pk}/", {"status": 30}
        response = client.patch(path, sent, content_type="application/json")
        self.assertEqual(response.status_code, 403)
        self.assertIn("CSRF", response.json()["detail"])
        self.assert_status(self.line, NEW)
        client.cookies["csrftoken"] = "c" * 32
        headers = {"X-CSRFToken": "c" * 32}
        response = client.patch(path, sent, content_type="application/json", headers=headers)
        self.assertEqual(response.status_code, 200)
        token = {"Authorization": f"Token {give_token(user=self.dispatcher)}"}
        client.logout()
        response = client.patch(
            path, {"status": 20}, content_type="application/json", headers=token
        )
        self.assertEqual(response.status_code, 200)
