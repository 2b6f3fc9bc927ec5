"""Orders for the office: found, moved many at once, and their invoices."""

from unittest import mock

from main.actions.orders import cancel_order
from main.models import Invoice, Order
from main.tests.support.factories import OrderFactory, OrderLineFactory
from main.tests.support.office_order_case import DONE, LINE, NEW, PAID, OfficeOrderTestCase


class OrderListTests(OfficeOrderTestCase):
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


class BulkTests(OfficeOrderTestCase):
    def test_orders_are_marked_paid_and_a_wrong_move_holds_up_no_other(self) -> None:
        second = OrderLineFactory().order
        cancel_order(order_id=self.order.pk, reason="Twice")
        said = self.run_action("mark_paid", self.order, second)
        number = self.order.number
        refusal = f"Order {number} is cancelled: it cannot become paid."
        self.assertEqual(said, ["Marked paid and invoiced: 1 order.", refusal])
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
        self.assertEqual(said, [f"Order {number} has no lines that could become processing."])

    def test_what_left_the_list_meanwhile_is_told(self) -> None:
        chosen = {"action": "mark_paid", "_selected_action": [self.order.pk, 123456789012]}
        response = self.client.post(f"{self.path}?status__exact=10", chosen)
        self.assertIn("1 of the orders is no longer here.", self.told(response))
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
            self.told(response), ["Select at most 200 orders at once, using their tick boxes."]
        )
        self.assertEqual(self.states()[0], NEW)


class InvoiceListTests(OfficeOrderTestCase):
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
