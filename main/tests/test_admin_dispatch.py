"""The dispatchers' site: what is paid for is packed and sent; money and payers are not seen."""

from main.actions.order_lines import move_order_lines
from main.actions.payments import mark_order_paid
from main.models import Order, OrderLine
from main.tests.support.admin_case import AdminTestCase
from main.tests.support.factories import (
    DispatcherFactory,
    OrderChargeFactory,
    OrderFactory,
    OrderLineFactory,
    ProductFactory,
)

LINE = OrderLine.Status


class DispatchTestCase(AdminTestCase):
    works_as = DispatcherFactory
    path = "/dispatch-admin/main/order/"

    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        cls.order = OrderFactory(total="77.70", billing_name="Rich Uncle", billing_city="Bristol",
                                 shipping_name="Clara Whitlock")  # fmt: skip
        book = ProductFactory(name="Emma", stock=5, price="38.85")
        cls.line = OrderLineFactory(order=cls.order, product=book, quantity=2)
        cls.page = f"{cls.path}{cls.order.pk}/change/"
        mark_order_paid(order_id=cls.order.pk)

    def move(self, to: int, *, was: int = LINE.NEW, query: str = "", **fields):
        line = {f"line-{self.line.pk}": to, f"was-{self.line.pk}": was}
        path = f"{self.path}{self.order.pk}/lines/{query}"
        return self.client.post(path, line | fields)

    def state(self) -> int:
        self.line.refresh_from_db()
        return self.line.status


class SightTests(DispatchTestCase):
    def test_no_page_tells_money_payers_or_addresses_of_mail(self) -> None:
        for path in (self.path, self.page, f"{self.path}packing/", f"{self.path}?q=Clara"):
            page = self.client.get(path)
            self.assertContains(page, "Clara Whitlock")
            for secret in ("77.70", "38.85", "£", "Rich Uncle", "Bristol", self.order.email):
                self.assertNotContains(page, secret)

    def test_what_to_do_beside_the_books_is_told_without_its_price(self) -> None:
        OrderChargeFactory(order=self.order, kind="fee", name="Wrapping", unit_price="77.70")
        OrderChargeFactory(order=self.order, kind="discount", name="Old friends, 77.70 off")
        for path in (self.page, f"{self.path}packing/"):
            page = self.client.get(path)
            self.assertContains(page, "1 × Wrapping")
            self.assertNotContains(page, "77.70")

    def test_nor_does_the_search(self) -> None:
        self.assertEqual(self.found(f"q={self.order.number}"), [self.order])
        self.assertEqual(self.found(f"q={self.line.product.isbn}"), [self.order])
        self.assertEqual(self.found("q=whitlock"), [self.order])
        for term in (self.order.email, "rich+uncle", "bristol", "77.70"):
            self.assertEqual(self.found(f"q={term}"), [], term)
        for question in ("email__startswith=r", "total__gt=1", "billing_name=Rich+Uncle"):
            with self.assertLogs("django.security", "ERROR"):
                self.assertEqual(self.client.get(f"{self.path}?{question}").status_code, 400)

    def test_nor_the_history_nor_an_invoice(self) -> None:
        history = self.client.get(f"{self.path}{self.order.pk}/history/")
        invoice = self.client.get(f"/dispatch-admin/invoice/{self.order.pk}/")
        self.assertEqual((history.status_code, invoice.status_code), (403, 404))
        self.assertNotContains(self.client.get(self.page), "historylink")

    def test_unpaid_orders_are_not_there(self) -> None:
        unpaid = OrderLineFactory().order
        self.assertNotContains(self.client.get(f"{self.path}?work=all"), unpaid.number)
        page = self.client.get(f"{self.path}{unpaid.pk}/change/")
        self.assertRedirects(page, "/dispatch-admin/", fetch_redirect_response=False)
        moved = self.client.post(f"{self.path}{unpaid.pk}/lines/", {})
        self.assertEqual(moved.status_code, 404)

    def test_the_list_begins_with_what_is_to_be_sent(self) -> None:
        self.assertEqual(self.found(""), [self.order])
        self.assertEqual(self.found("work=done"), [])
        self.move(LINE.SENT)
        self.assertEqual(self.found(""), [])
        self.assertEqual(self.found("work=done"), [self.order])
        self.assertEqual(self.found("work=all"), [self.order])

    def test_a_parcel_has_the_label_that_its_post_wants(self) -> None:
        for country, place, label in [
            ("GB", ("London", "WC1E 6BT"), ["LONDON", "WC1E 6BT"]),
            ("DE", ("Weimar", "99423"), ["99423 WEIMAR", "GERMANY"]),
        ]:
            city, zip_code = place
            Order.objects.filter(pk=self.order.pk).update(
                shipping_country=country, shipping_city=city, shipping_zip_code=zip_code
            )
            lines = ["Clara Whitlock", "12 Gower Street", *label]
            written = "".join(f"<bdi>{line}</bdi><br>" for line in lines)
            for path in (self.page, f"{self.path}packing/"):
                page = self.client.get(path)
                self.assertContains(page, f'<address class="parcel">{written}</address>', html=True)

    def test_the_first_page_says_how_much_is_to_do(self) -> None:
        self.assertContains(self.client.get("/dispatch-admin/"), "1 order is to be sent.")
        self.move(LINE.SENT)
        self.assertContains(self.client.get("/dispatch-admin/"), "There is nothing to send.")

    def found(self, query: str) -> list[Order]:
        response = self.client.get(f"{self.path}?{query}")
        self.assertEqual(response.status_code, 200)
        return list(response.context["cl"].result_list)


class SendingTests(DispatchTestCase):
    def test_a_line_is_sent_and_taken_back(self) -> None:
        self.move(LINE.SENT)
        self.assertEqual(self.state(), LINE.SENT)
        self.move(LINE.PROCESSING, was=LINE.SENT)
        self.assertEqual(self.state(), LINE.PROCESSING)

    def test_a_copy_that_is_missing_is_cancelled_with_a_reason(self) -> None:
        self.assertContains(self.move(LINE.CANCELLED), "Please give a reason")
        self.assertEqual(self.state(), LINE.NEW)
        self.move(LINE.CANCELLED, reason="Not on the shelf")
        self.assertEqual(self.state(), LINE.CANCELLED)
        self.assertEqual(self.order.invoices.last().reason, "Not on the shelf")

    def test_what_was_sent_is_refunded_by_the_office(self) -> None:
        self.told(self.move(LINE.SENT))
        response = self.move(LINE.CANCELLED, was=LINE.SENT, reason="Came back")
        self.assertRedirects(response, self.page, fetch_redirect_response=False)
        self.assertEqual(self.told(response), ["Only the office can take back what was sent."])
        self.assertEqual((self.state(), self.order.invoices.count()), (LINE.SENT, 1))
        self.assertNotContains(self.client.get(self.page), "came back: refund")

    def test_many_are_sent_at_once(self) -> None:
        chosen = {"action": "mark_lines_sent", "_selected_action": [self.order.pk]}
        self.assertEqual(self.told(self.client.post(self.path, chosen)), ["Lines sent: 1 order."])
        self.assertEqual(self.state(), LINE.SENT)

    def test_nothing_else_of_an_order_is_changed(self) -> None:
        fields = {"shipping_name": "X", "email": "x@y.example"}
        self.assertEqual(self.client.post(self.page, fields).status_code, 403)
        for action in ("mark_paid", "delete_selected", "print_invoices"):
            chosen = {"action": action, "_selected_action": [self.order.pk]}
            self.assertEqual(
                self.told(self.client.post(self.path, chosen)), ["No action selected."]
            )
        status = self.client.post(f"{self.path}{self.order.pk}/status/", {"to": "10", "was": "20"})
        self.assertNotEqual(status.status_code, 200)
        self.order.refresh_from_db()
        self.assertEqual((self.order.shipping_name, self.order.status), ("Clara Whitlock", 20))


class PackingTests(DispatchTestCase):
    def test_an_order_is_sent_with_one_press(self) -> None:
        missing = OrderLineFactory(order=self.order)
        fields = self.open(f"{self.path}packing/")
        self.assertEqual(fields[f"line-{self.line.pk}"], ["30"])
        response = self.client.post(
            f"{self.path}{self.order.pk}/lines/?from=packing",
            {name: value for name, value in fields.items() if name != f"line-{missing.pk}"},
        )
        self.assertRedirects(response, f"{self.path}packing/")
        missing.refresh_from_db()
        self.assertEqual((self.state(), missing.status), (LINE.SENT, LINE.NEW))

    def test_one_of_two_copies_is_sent_and_the_other_stays_to_be_packed(self) -> None:
        fields = self.open(f"{self.path}packing/")
        self.assertEqual(fields[f"copies-{self.line.pk}"], ["2"])
        path = f"{self.path}{self.order.pk}/lines/?from=packing"
        for _ in range(2):  # sent twice, it is done once
            self.client.post(path, fields | {f"copies-{self.line.pk}": "1"})
        self.assertEqual(
            list(self.order.lines.values_list("quantity", "status")),
            [(1, LINE.NEW), (1, LINE.SENT)],
        )
        page = self.client.get(f"{self.path}packing/")
        self.assertContains(page, "<b>1 ×</b> Emma", count=2)
        self.assertEqual(page.context["to_fetch"], [(self.line.product, 1)])
        self.assertNotContains(page, "£")

    def test_what_to_fetch_is_counted_book_by_book(self) -> None:
        second = OrderLineFactory(product=self.line.product, quantity=3).order
        mark_order_paid(order_id=second.pk)
        page = self.client.get(f"{self.path}packing/")
        self.assertEqual(page.context["to_fetch"], [(self.line.product, 5)])
        move_order_lines(order_id=self.order.pk, line_ids=[self.line.pk], status=LINE.SENT)
        page = self.client.get(f"{self.path}packing/")
        self.assertEqual(page.context["to_fetch"], [(self.line.product, 3)])
