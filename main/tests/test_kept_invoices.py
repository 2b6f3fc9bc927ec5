"""An invoice that was printed is kept, and given again as it was."""

from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

from django.core.files.storage import storages
from django.test import TestCase, override_settings, tag
from django.urls import reverse

from main.actions.orders import cancel_order
from main.gateways.files import FilesUnavailable, stored_files
from main.models import Invoice
from main.tests.support.invoice_case import invoice_of, paid_order

PRINT = "main.documents.invoice_pdf"


@tag("once")
class KeptInvoiceTests(TestCase):
    def setUp(self) -> None:
        folder = Path(self.enterContext(TemporaryDirectory()))
        self.enterContext(override_settings(PRIVATE_MEDIA_ROOT=folder))
        self.order = paid_order()
        self.client.force_login(self.order.user)

    def ask(self, pdf: bytes, **query: str) -> tuple[bytes, bool]:
        """What is given when a printer would print this; and whether it was asked to."""
        path = reverse("order_invoice", args=[self.order.pk])
        with mock.patch(PRINT, return_value=pdf) as printer:
            answer = self.client.get(path, {"format": "pdf"} | query)
        self.assertEqual(answer["Content-Type"], "application/pdf")
        return answer.content, printer.called

    def kept(self) -> list[str]:
        return sorted(name for name, _ in stored_files(storages["default"]))

    def test_the_first_print_is_what_is_given_from_then_on(self) -> None:
        self.assertEqual(self.ask(b"%PDF-first %%EOF\n"), (b"%PDF-first %%EOF\n", True))
        self.assertEqual(self.ask(b"%PDF-later %%EOF\n"), (b"%PDF-first %%EOF\n", False))
        (name,) = self.kept()
        self.assertRegex(name, r"^invoices/2026/INV-2026-00001-[0-9a-f]{12}\.pdf$")

    def test_each_document_is_kept_by_itself(self) -> None:
        cancel_order(order_id=self.order.pk)
        note = Invoice.objects.credit_notes().get()
        self.ask(b"%PDF-invoice %%EOF")
        self.assertEqual(self.ask(b"%PDF-note %%EOF", number=note.number)[0], b"%PDF-note %%EOF")
        self.assertEqual(len(self.kept()), 2)

    def test_a_number_that_is_given_again_is_another_document(self) -> None:
        """As after a restore, when the print of the time that was lost is still there."""
        self.ask(b"%PDF-somebody else's %%EOF")
        number = invoice_of(self.order).number
        self.order = paid_order(user=self.order.user)
        with mock.patch.object(Invoice, "number", number):
            self.assertEqual(self.ask(b"%PDF-mine %%EOF"), (b"%PDF-mine %%EOF", True))
        self.assertEqual(len(self.kept()), 2)

    def test_half_a_print_is_printed_anew(self) -> None:
        self.ask(b"%PDF-cut off")
        self.assertEqual(self.ask(b"%PDF-whole %%EOF"), (b"%PDF-whole %%EOF", True))
        self.assertEqual(self.ask(b"%PDF-later %%EOF"), (b"%PDF-whole %%EOF", False))

    def test_whoever_prints_at_the_same_time_gets_the_same(self) -> None:
        def meanwhile(invoice: Invoice) -> bytes:
            self.assertEqual(self.ask(b"%PDF-first %%EOF")[0], b"%PDF-first %%EOF")
            return b"%PDF-second %%EOF"

        path = reverse("order_invoice", args=[self.order.pk])
        with mock.patch(PRINT, side_effect=meanwhile):
            answer = self.client.get(path, {"format": "pdf"})
        self.assertEqual((answer.content, len(self.kept())), (b"%PDF-first %%EOF", 1))

    def test_files_that_are_away_stop_no_invoice(self) -> None:
        for broken in ("open", "save"):
            for error in (FilesUnavailable("Away."), PermissionError("No.")):
                failing = mock.patch.object(storages["default"], broken, side_effect=error)
                with failing, self.assertLogs("main.gateways.kept_pdfs", "ERROR") as logs:
                    self.assertEqual(self.ask(b"%PDF-now %%EOF"), (b"%PDF-now %%EOF", True))
                self.assertEqual(len(logs.output), 1)
        self.assertEqual(self.kept(), [])
