"""Orders at the office's desk: found, paid, taken back, cancelled, sent, refunded, mended."""

from unittest import mock

from django.urls import reverse

from main.actions.order_lines import move_order_lines
from main.actions.orders import cancel_order, mark_order_paid
from main.models import Invoice, Order, OrderLine
from main.tests.admin_case import AdminTestCase
from main.tests.factories import EmployeeFactory, OrderFactory, OrderLineFactory, ProductFactory

NEW, PAID, DONE, CANCELLED = Order.Status
LINE = OrderLine.Status


class DeskTestCase(AdminTestCase):
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

    def run_action(self, name: str, *orders: Order) -> list[str]:
        chosen = {"action": name, "_selected_action": [order.pk for order in orders]}
        return self.told(self.client.post(self.path, chosen))


class OrderListTests(DeskTestCase):
    def found(self, query: str) -> list[Order]:
        response = self.client.get(f"{self.path}?{query}")
        self.assertEqual(response.status_code, 200)
        return list(response.context["cl"].result_list)

    def test_an_order_is_found_by_what_customers_know_of_it(self) -> None:
        OrderFactory(guest=True, billing_name="Someone Else", shipping_name="Someone Else")
        order = self.order
        for term in (order.number, order.pk, order.email, order.email[:8], "ada read",
                     self.book.isbn, f"{self.book.isbn[:3]}-{self.book.isbn[3:]}"):  # fmt: skip
            self.assertEqual(self.found(f"q={term}"), [order], term)
        self.assertEqual(self.found("q=no-such"), [])

    def test_the_list_is_narrowed_down_by_status(self) -> None:
        self.assertEqual(self.found("status__exact=10"), [self.order])
        self.assertEqual(self.found("status__exact=20"), [])
        self.assertEqual(self.client.get(f"{self.path}?status__exact=x").status_code, 302)

    def test_by_nothing_else(self) -> None:
        with self.assertLogs("django.security", "ERROR"):
            response = self.client.get(f"{self.path}?user__password__startswith=a")
        self.assertEqual(response.status_code, 400)


class BulkTests(DeskTestCase):
    def test_orders_are_marked_paid_and_a_wrong_move_holds_up_no_other(self) -> None:
        second = OrderLineFactory().order
        cancel_order(order_id=self.order.pk, reason="Twice")
        said = self.run_action("mark_paid", self.order, second)
        number = self.order.number
        refusal = f"Order {number} is cancelled: it cannot become paid."
        self.assertEqual(said, ["Marked paid, and billed: 1 order.", refusal])
        self.assertEqual([invoice.order for invoice in Invoice.objects.all()], [second])

    def test_an_order_is_billed_once_however_often_it_is_marked(self) -> None:
        self.run_action("mark_paid", self.order)
        said = self.run_action("mark_paid", self.order)
        self.assertEqual(said, [f"Order {self.order.number} is paid already."])
        self.assertEqual(Invoice.objects.count(), 1)

    def test_lines_are_sent_of_many_orders(self) -> None:
        self.pay()
        unpaid = OrderLineFactory().order
        said = self.run_action("mark_lines_sent", self.order, unpaid)
        self.assertEqual(said[0], "Lines sent: 1 order.")
        self.assertIn(f"Order {unpaid.number} is new:", said[1])
        self.assertEqual(self.states(), (DONE, [LINE.SENT, LINE.SENT]))

    def test_lines_that_are_gone_are_not_sent(self) -> None:
        self.pay()
        self.run_action("mark_lines_processing", self.order)
        self.assertEqual(self.states(), (PAID, [LINE.PROCESSING, LINE.PROCESSING]))
        said = self.run_action("mark_lines_processing", self.order)
        number = self.order.number
        self.assertEqual(said, [f"Order {number} has no line that could become processing."])

    def test_what_left_the_list_meanwhile_is_told(self) -> None:
        chosen = {"action": "mark_paid", "_selected_action": [self.order.pk, 123456789012]}
        response = self.client.post(f"{self.path}?status__exact=10", chosen)
        self.assertIn("1 of the orders is not here any more.", self.told(response))
        response = self.client.post(f"{self.path}?status__exact=10", chosen)
        self.assertIn(f"Order {self.order.number} is paid already.", self.told(response))

    def test_orders_without_an_invoice_are_told_beside_the_print(self) -> None:
        self.pay()
        unpaid = [OrderLineFactory().order.pk for _ in range(2)]
        for left_out, told in {
            (): [],
            (unpaid[0],): ["1 of the 2 orders has no invoice."],
            tuple(unpaid): ["2 of the 3 orders have no invoice."],
        }.items():
            chosen = {"action": "print_invoices", "_selected_action": [self.order.pk, *left_out]}
            with mock.patch("main.admin.invoices.invoices_pdf", return_value=b"%PDF"):
                response = self.client.post(self.path, chosen)
            self.assertEqual(response["Content-Type"], "application/pdf")
            self.assertEqual(self.told(response), told)

    def test_everything_there_is_is_not_moved_at_once(self) -> None:
        chosen = {"action": "mark_paid", "_selected_action": [self.order.pk], "select_across": "1"}
        response = self.client.post(self.path, chosen)
        self.assertEqual(
            self.told(response), ["Choose at most 200 orders at once, each by its tick."]
        )
        self.assertEqual(self.states()[0], NEW)


class OrderMoveTests(DeskTestCase):
    def test_a_payment_is_marked_and_taken_back(self) -> None:
        self.assertEqual(self.move(PAID, NEW), [f"Order {self.order.number} is paid now."])
        self.assertEqual(self.move(NEW, PAID), [f"Order {self.order.number} is new now."])
        self.assertEqual(self.states()[0], NEW)
        kinds = [invoice.kind for invoice in Invoice.objects.order_by("pk")]
        self.assertEqual(kinds, ["invoice", "credit_note"])
        page = self.client.get(self.page)
        for invoice in Invoice.objects.all():
            self.assertContains(page, f"?number={invoice.number}&amp;format=pdf")

    def test_an_order_is_cancelled_with_its_reason(self) -> None:
        self.pay()
        self.assertEqual(
            self.move(CANCELLED, PAID),
            ["Say why: it stands on the credit note and in the history."],
        )
        self.assertEqual(self.states()[0], PAID)
        self.move(CANCELLED, PAID, reason="Ordered twice")
        self.assertEqual(self.states(), (CANCELLED, [LINE.CANCELLED, LINE.CANCELLED]))
        self.assertEqual(Invoice.objects.credit_notes().get().reason, "Ordered twice")
        self.book.refresh_from_db()
        self.assertEqual(self.book.stock, 9)

    def test_what_others_changed_meanwhile_is_looked_at_again(self) -> None:
        self.pay()
        said = self.move(CANCELLED, NEW, reason="Never paid")
        number = self.order.number
        self.assertEqual(said, [f"Order {number} is paid by now. Look again, then decide."])
        self.assertEqual(self.states()[0], PAID)

    def test_a_wrong_move_is_refused_with_its_sentence(self) -> None:
        self.pay()
        self.send_line(self.line)
        number = self.order.number
        for to, reason, sentence in (
            (NEW, "", f"A part of order {number} was sent: refund it instead."),
            (CANCELLED, "Why not", f"A part of order {number} was sent: it cannot be cancelled."),
            (PAID, "", f"Order {number} is paid already."),
            (DONE, "", "An order is done when its lines are."),
        ):
            self.assertEqual(self.move(to, PAID, reason=reason), [sentence])
        self.assertEqual(self.states(), (PAID, [LINE.SENT, LINE.NEW]))
        self.assertNotContains(self.client.get(self.page), "Undo the payment")

    def test_what_is_no_move_changes_nothing(self) -> None:
        for fields in ({}, {"to": "x", "was": "10"}, {"to": "20"}, {"to": "99", "was": "10"}):
            response = self.client.post(f"{self.path}{self.order.pk}/status/", fields)
            self.assertEqual(response.status_code, 302)
        self.assertEqual(self.states()[0], NEW)
        for key in ("123456789012", "x", "9" * 30):
            response = self.client.post(f"{self.path}{key}/status/", {"to": "20", "was": "10"})
            self.assertEqual(response.status_code, 404)
        page = self.client.get(f"{self.path}{self.order.pk}/status/")
        self.assertRedirects(page, self.page, fetch_redirect_response=False)


class LineMoveTests(DeskTestCase):
    def test_lines_go_where_they_were_chosen_to(self) -> None:
        self.pay()
        response = self.move_lines({self.line: LINE.SENT, self.other: LINE.PROCESSING})
        self.assertRedirects(response, self.page, fetch_redirect_response=False)
        number = self.order.number
        self.assertEqual(
            self.told(response),
            [f"1 line of order {number}: now processing.", f"1 line of order {number}: now sent."],
        )
        self.assertEqual(self.states(), (PAID, [LINE.SENT, LINE.PROCESSING]))

    def test_a_refund_wants_a_reason_and_what_was_chosen_stays(self) -> None:
        self.pay()
        self.send_line(self.line)
        choice, was = {self.line: LINE.CANCELLED}, {self.line: LINE.SENT}
        response = self.move_lines(choice, was=was)
        self.assertContains(response, "Say why: it stands on the credit note and in the history.")
        self.assertContains(response, '<option value="40" selected>came back: refund</option>')
        self.assertEqual(self.states(), (PAID, [LINE.SENT, LINE.NEW]))
        self.move_lines(choice, was=was, reason="Torn cover")
        self.assertEqual(self.states(), (PAID, [LINE.CANCELLED, LINE.NEW]))
        note = Invoice.objects.credit_notes().get()
        self.assertEqual((note.reason, note.gross), ("Torn cover", self.line.total))

    def test_a_line_that_others_moved_meanwhile_is_left_alone(self) -> None:
        self.pay()
        self.send_line(self.line)
        response = self.move_lines({self.line: LINE.PROCESSING, self.other: LINE.SENT})
        self.assertEqual(
            self.told(response),
            [
                f"1 line of order {self.order.number}: now sent.",
                "“Emma” is sent by now: it was left alone.",
            ],
        )
        self.assertEqual(self.states(), (DONE, [LINE.SENT, LINE.SENT]))

    def test_a_wrong_move_is_refused_with_its_sentence(self) -> None:
        response = self.move_lines({self.line: LINE.SENT})
        sentence = f"Order {self.order.number} is new: “Emma” cannot become sent."
        self.assertEqual(self.told(response), [sentence])
        self.assertEqual(self.states(), (NEW, [LINE.NEW, LINE.NEW]))

    def test_only_allowed_moves_are_offered(self) -> None:
        page = self.client.get(self.page)
        self.assertContains(page, '<option value="40">cancel</option>', count=2)
        self.assertNotContains(page, '<option value="30"')
        self.pay()
        self.assertContains(self.client.get(self.page), '<option value="30">sent</option>', 2)


class AddressTests(DeskTestCase):
    def test_a_parcel_address_is_mended_until_it_is_on_its_way(self) -> None:
        self.pay()
        self.send_well(self.page, self.open(self.page), shipping_zip_code="wc1e  7hx")
        self.order.refresh_from_db()
        self.assertEqual(self.order.shipping_zip_code, "WC1E 7HX")
        self.assertEqual(self.order.status, PAID)
        self.assertEqual(self.order.invoices.count(), 1)

    def test_a_bill_with_a_wrong_name_is_written_anew(self) -> None:
        self.pay()
        self.send_line(self.line)
        self.send_line(self.other)
        fields = self.open(self.page)
        self.assertNotIn("shipping_name", fields)
        self.send_well(self.page, fields, billing_name="Ada Reader Ltd")
        invoice, note, anew = self.order.invoices.order_by("pk")
        self.assertEqual((note.corrects, note.is_refund), (invoice, False))
        self.assertEqual(note.reason, "Billing address corrected")
        self.assertEqual(note.gross, invoice.gross)
        self.assertEqual(invoice.customer["name"], "Ada Reader")
        self.assertEqual(anew.customer["name"], "Ada Reader Ltd")
        self.assertEqual((anew.gross, anew.is_credit_note), (invoice.gross, False))

    def test_the_bill_of_a_cancelled_order_stays(self) -> None:
        self.pay()
        cancel_order(order_id=self.order.pk)
        self.assertNotIn("billing_name", self.open(self.page))
        self.send(self.page, {"billing_name": "Somebody"})
        self.order.refresh_from_db()
        self.assertEqual(self.order.billing_name, "Ada Reader")
        self.assertEqual(self.order.invoices.count(), 2)

    def test_a_wrong_postcode_is_refused(self) -> None:
        response = self.send(self.page, self.open(self.page), shipping_zip_code="75001")
        error = "“75001” is not a postcode of this country (one looks like EC1Y 8SY)."
        self.assert_refused(response, "shipping_zip_code", error)
        self.order.refresh_from_db()
        self.assertEqual(self.order.shipping_zip_code, "WC1E 6BT")

    def test_two_who_mend_at_once_hear_of_each_other(self) -> None:
        fields = self.open(self.page)
        Order.objects.filter(pk=self.order.pk).update(shipping_city="Bath", billing_city="Leeds")
        response = self.send(self.page, fields, shipping_city="York")
        error = "It was changed to “Bath” meanwhile. Open the page anew."
        self.assert_refused(response, "shipping_city", error)
        self.send_well(self.page, fields, shipping_name="Ada R.")
        self.order.refresh_from_db()
        kept = (self.order.shipping_city, self.order.billing_city, self.order.shipping_name)
        self.assertEqual(kept, ("Bath", "Leeds", "Ada R."))

    def test_what_was_sent_meanwhile_goes_where_it_went(self) -> None:
        self.pay()
        fields = self.open(self.page)
        self.send_line(self.line)
        self.send_line(self.other)
        response = self.send(self.page, fields, shipping_city="York")
        sentence = f"Order {self.order.number} is done by now: its address stays as it was."
        self.assertEqual(self.told(response)[-1], sentence)
        self.order.refresh_from_db()
        self.assertEqual(self.order.shipping_city, "London")

    def test_what_was_agreed_is_changed_by_nobody(self) -> None:
        before = Order.objects.values().get()
        lines = list(OrderLine.objects.values())
        forged = {"user": "", "email": "x@y.example", "total": "0.01", "status": "20",
                  "lines-0-unit_price": "0.01", "currency": "EUR"}  # fmt: skip
        self.send_well(self.page, self.open(self.page), **forged)
        self.assertEqual((Order.objects.values().get(), [*OrderLine.objects.values()]),
                         (before, lines))  # fmt: skip

    def test_no_order_is_added_or_deleted(self) -> None:
        self.assertEqual(self.client.get(f"{self.path}add/").status_code, 403)
        path = reverse("central-office-admin:main_order_delete", args=[self.order.pk])
        self.assertEqual(self.client.post(path, {"post": "yes"}).status_code, 403)
        self.run_action("delete_selected", self.order)
        self.assertTrue(Order.objects.exists())


class InvoiceListTests(DeskTestCase):
    def test_a_document_is_found_by_its_number_or_its_orders(self) -> None:
        self.pay()
        invoice = Invoice.objects.get()
        for term in (invoice.number, invoice.number.lower(), self.order.number, self.order.pk):
            page = self.client.get(f"/office-admin/main/invoice/?q={term}")
            self.assertEqual(list(page.context["cl"].result_list), [invoice], term)
            self.assertContains(page, f"/office-admin/invoice/{self.order.pk}/")
        page = self.client.get("/office-admin/main/invoice/?q=INV-2026-99999")
        self.assertEqual(list(page.context["cl"].result_list), [])

    def test_an_invoice_is_only_looked_at(self) -> None:
        self.pay()
        path = f"/office-admin/main/invoice/{Invoice.objects.get().pk}/"
        self.assertEqual(self.client.post(f"{path}change/", {"gross": "1"}).status_code, 403)
        self.assertEqual(self.client.post(f"{path}delete/", {"post": "yes"}).status_code, 403)
