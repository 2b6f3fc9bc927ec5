"""The page of an invoice: at whose doors it is, and what it says when there is none."""

import re
from unittest import mock

from django.test import TestCase, override_settings, tag
from django.urls import reverse

from main.actions.dropped_payments import revoke_payment
from main.actions.orders import cancel_order
from main.gateways.pdf import PdfUnavailable
from main.tests.support.factories import (
    DispatcherFactory,
    EmployeeFactory,
    OwnerFactory,
    UserFactory,
)
from main.tests.support.invoice_case import MIXED, NOON, SELLER, new_order, paid_order


@override_settings(SELLER=SELLER)
@tag("door")
class InvoicePageTests(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        cls.order = paid_order(*MIXED)
        cls.owner, cls.employee = OwnerFactory(), EmployeeFactory()
        cls.own = reverse("order_invoice", args=[cls.order.pk])

    def test_each_finds_the_invoice_at_their_own_door(self) -> None:
        doors = [
            (self.order.user, self.own),
            (self.owner, reverse("admin:invoice", args=[self.order.pk])),
            (
                self.employee,
                reverse("admin:invoice", args=[self.order.pk], current_app="central-office-admin"),
            ),
        ]
        self.assertEqual(
            [path.split("/")[1] for _, path in doors], ["orders", "admin", "office-admin"]
        )
        for user, path in doors:
            self.client.force_login(user)
            page = self.client.get(path)
            self.assertContains(page, "INV-2026-00001")
            self.assertIn("default-src 'none'", page["Content-Security-Policy"])
            self.assertIn("no-store", page["Cache-Control"])
            self.assertIn("private", page["Cache-Control"])
            self.assertEqual(self.client.post(path).status_code, 405)

    def test_its_headings_begin_with_its_own_and_its_figures_have_names(self) -> None:
        self.client.force_login(self.order.user)
        page = self.client.get(self.own).content.decode()
        self.assertEqual(re.findall(r"<h(\d)>([^<]*)", page), [("1", "Invoice")])
        named = re.findall(r'data-head="([^"]*)"', page)[:6]
        self.assertEqual(named, re.findall(r'role="columnheader"[^>]*>([^<]*)', page)[1:])

    def test_everybody_else_is_kept_out(self) -> None:
        staff = [f"/{site}/invoice/{self.order.pk}/" for site in ("admin", "office-admin")]
        for path in staff:
            self.assertRedirects(
                self.client.get(path), f"/login/?next={path}", fetch_redirect_response=False
            )
        self.assertEqual(self.client.get(self.own).status_code, 404)
        for user in (UserFactory(), DispatcherFactory(), self.order.user):
            self.client.force_login(user)
            for path in staff:
                self.assertEqual(self.client.get(path).status_code, 403)
            found = 200 if user == self.order.user else 404
            self.assertEqual(self.client.get(self.own).status_code, found)
        path = f"/dispatch-admin/invoice/{self.order.pk}/"
        self.client.force_login(self.owner)
        self.assertEqual(self.client.get(path).status_code, 404)

    def test_an_employee_who_may_not_read_invoices_does_not(self) -> None:
        self.employee.groups.first().permissions.remove(
            *self.employee.groups.first().permissions.filter(codename="view_invoice")
        )
        self.client.force_login(self.employee)
        path = f"/office-admin/invoice/{self.order.pk}/"
        self.assertEqual(self.client.get(path).status_code, 403)

    def test_a_guest_sees_the_invoice_of_the_session(self) -> None:
        order = paid_order(guest=True)
        path = reverse("order_invoice", args=[order.pk])
        self.assertEqual(self.client.get(path).status_code, 404)
        session = self.client.session
        session["guest_orders"] = [order.pk]
        session.save()
        self.assertContains(self.client.get(path), "INV-2026-00002")

    def test_before_the_payment_there_is_a_sentence(self) -> None:
        order = new_order(*MIXED, user=self.order.user)
        self.client.force_login(order.user)
        page = self.client.get(reverse("order_invoice", args=[order.pk]))
        self.assertContains(page, "it is issued when the order is paid", status_code=404)
        self.client.force_login(self.owner)
        page = self.client.get(reverse("admin:invoice", args=[order.pk]))
        self.assertContains(page, "it is issued when the order is paid", status_code=404)
        self.assertEqual(self.client.get("/admin/invoice/1/").status_code, 404)

    def test_an_invoice_that_was_taken_back_is_not_the_orders(self) -> None:
        order = paid_order()
        revoke_payment(order_id=order.pk)
        invoice, note = order.invoices.order_by("pk")
        self.client.force_login(order.user)
        page = self.client.get(f"/orders/{order.pk}/invoice/")
        self.assertContains(page, "a credit note cancelled its invoice", status_code=404)
        page = self.client.get(f"/orders/{order.pk}/invoice/?number={note.number}")
        self.assertContains(page, "No money is refunded for it.")
        page = self.client.get(f"/orders/{order.pk}/invoice/?number={invoice.number}")
        self.assertContains(page, invoice.number)

    def test_the_query_picks_another_document(self) -> None:
        cancel_order(order_id=self.order.pk, reason="Nobody there", at=NOON)
        self.client.force_login(self.order.user)
        self.assertContains(self.client.get(self.own), "<title>Invoice INV-2026-00001</title>")
        page = self.client.get(self.own, {"number": "CN-2026-00001"})
        for words in (
            "<title>Credit note CN-2026-00001</title>",
            "Invoice INV-2026-00001 of 14 March 2026",
            "Nobody there",
            "Total credited",
            "£48.51",
        ):
            self.assertContains(page, words)

    def test_odd_queries_are_answered_with_a_sentence(self) -> None:
        self.client.force_login(self.order.user)
        for number in ("CN-2026-00001", "INV-2026-1", "\x00", "1" * 500, "'"):
            page = self.client.get(self.own, {"number": number})
            self.assertContains(page, "has no document with this number", status_code=404)
        page = self.client.get(self.own, {"format": "docx"})
        self.assertContains(page, "as a page or as a PDF", status_code=404)

    def test_the_customer_keeps_the_pdf_and_the_staff_look_at_it(self) -> None:
        for user, path, disposition in (
            (self.order.user, self.own, "attachment"),
            (self.owner, f"/admin/invoice/{self.order.pk}/", "inline"),
        ):
            self.client.force_login(user)
            answer = self.client.get(path, {"format": "pdf"})
            self.assertEqual(answer["Content-Type"], "application/pdf")
            self.assertEqual(
                answer["Content-Disposition"], f'{disposition}; filename="INV-2026-00001.pdf"'
            )
            self.assertIn("no-store", answer["Cache-Control"])
            self.assertEqual(answer.content[:5], b"%PDF-")

    def test_without_its_libraries_the_shop_says_so_and_shows_the_page(self) -> None:
        self.client.force_login(self.order.user)
        # Not one that was printed before.
        self.enterContext(mock.patch("main.documents.first_print", lambda name, make: make()))
        broken = mock.patch("main.gateways.pdf._weasyprint", side_effect=PdfUnavailable("Sorry."))
        with broken, self.assertLogs("main.documents", "ERROR"):
            answer = self.client.get(self.own, {"format": "pdf"})
        self.assertContains(answer, "Sorry.", status_code=503)
        self.assertContains(answer, 'href="?number=INV-2026-00001"', status_code=503)
        with broken:
            self.assertEqual(self.client.get(self.own).status_code, 200)

    def test_what_was_typed_is_text(self) -> None:
        nasty = '<script>alert("1")</script>'
        order = paid_order((nasty, "1.00", "0", 1), billing_name=nasty, user=self.order.user)
        self.client.force_login(order.user)
        page = self.client.get(reverse("order_invoice", args=[order.pk]))
        self.assertNotContains(page, "<script")
        self.assertContains(page, "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;", count=2)

    def test_the_page_takes_the_same_few_queries_for_four_lines_and_for_sixty(self) -> None:
        long = paid_order(*MIXED * 15, user=self.order.user)
        self.client.force_login(self.order.user)
        for order in (self.order, long):
            with self.assertNumQueries(6):
                self.client.get(reverse("order_invoice", args=[order.pk]))
