"""Invoices on paper: what stands on which page, in which fonts, and what a page may not see."""

import os
import re
import subprocess
import sys
from io import BytesIO
from tempfile import NamedTemporaryFile
from unittest import mock, skipUnless

from django.conf import settings
from django.test import SimpleTestCase, TestCase, override_settings, tag
from pypdf import PdfReader

from main.actions.orders import cancel_order
from main.documents import invoice_pdf, invoices_pdf
from main.gateways.pdf import PdfUnavailable, make_pdf
from main.models import Invoice
from main.tests.support.factories import EmployeeFactory, OwnerFactory
from main.tests.support.invoice_case import (
    ARABIC,
    HAS_FONTS,
    JAPANESE,
    LONG_TITLE,
    SELLER,
    invoice_of,
    new_order,
    pages_of,
    paid_order,
)

WITH_FONTS = skipUnless(HAS_FONTS, "apt-get install fonts-noto-core fonts-noto-cjk")


def fonts_of(pdf: bytes) -> dict[str, bool]:
    """The names of the fonts, and whether each is inside the file."""
    found: dict[str, bool] = {}
    for page in PdfReader(BytesIO(pdf)).pages:
        for font in page["/Resources"]["/Font"].values():
            described = font["/DescendantFonts"][0]["/FontDescriptor"]
            found[font["/BaseFont"].partition("+")[2]] = "/FontFile2" in described or (
                "/FontFile3" in described
            )
    return found


@override_settings(SELLER=SELLER)
@tag("once")
class PageTests(TestCase):
    def test_a_small_invoice_is_one_page_that_says_everything(self) -> None:
        invoice = invoice_of(paid_order(("Middlemarch", "8.49", "0", 1), ("Map", "12.00", "20", 2)))
        (page,) = pages_of(invoice_pdf(invoice))
        for words in (
            "BookTime Ltd 3 Quire Court Bath BA1 1AA United Kingdom",
            "Company number 01234567",
            "VAT ID GB999999973",
            "Billed to Ada Reader 12 Gower Street London WC1E 6BT United Kingdom",
            f"Number {invoice.number}",
            "14 March 2026",
            invoice.order.number,
            "Map",
            "2 £12.00 £20.00 20% £4.00 £24.00",
            "Total £28.49 £4.00 £32.49",
            "Page 1 of 1",
        ):
            self.assertIn(words, page)

    def test_sixty_lines_take_their_pages_each_with_head_and_number(self) -> None:
        titles = [LONG_TITLE, "Middlemarch", "Jane Eyre", "Frankenstein", "The Odyssey", "Emma"]
        lines = [(f"{titles[n % 6]} [{n}]", "1.00", "0", 1) for n in range(60)]
        pages = pages_of(invoice_pdf(invoice_of(paid_order(*lines))))
        self.assertGreaterEqual(len(pages), 3)
        for number, page in enumerate(pages, start=1):
            self.assertIn(f"Page {number} of {len(pages)}", page)
            self.assertIn("Book Copies Price Net VAT rate VAT Total", page)
            self.assertIn("BookTime Ltd · INV-2026-00001", page)
        whole = " ".join(pages)
        self.assertEqual([n for n in range(60) if f"[{n}]" not in whole], [])
        self.assertIn("Total £60.00 £0.00 £60.00", pages[-1])

    def test_the_total_is_never_torn_from_the_last_line(self) -> None:
        invoice = invoice_of(paid_order(*[(f"Book [{n}]", "1.00", "0", 1) for n in range(15)]))
        lines = list(invoice.lines.all())
        splits = 0
        for count in (9, 11, 13, 15):
            with mock.patch.object(Invoice, "lines", mock.Mock(all=lambda n=count: lines[:n])):
                *_, last = pages = pages_of(invoices_pdf([invoice]))
            splits += len(pages) > 1
            self.assertIn(f"[{count - 1}]", last, count)
            self.assertIn("Total £15.00", last, count)
        self.assertTrue(0 < splits < 4, "Both kinds are to be seen: one page, and two.")

    def test_the_same_invoice_is_the_same_file(self) -> None:
        invoice = invoice_of(paid_order())
        self.assertEqual(invoice_pdf(invoice), invoice_pdf(invoice))

    @WITH_FONTS
    def test_titles_of_the_world_are_in_fonts_that_have_them(self) -> None:
        titles = [
            JAPANESE,
            ARABIC,
            "Война и мир",
            "गोदान",
            "춘향전",
            "Ὀδύσσεια",
            "מסעות",
            LONG_TITLE,
        ]
        invoice = invoice_of(paid_order(*[(title, "1.00", "0", 1) for title in titles]))
        pdf = invoice_pdf(invoice)
        fonts = fonts_of(pdf)
        self.assertTrue(all(fonts.values()), fonts)
        self.assertTrue(all(name.startswith("Noto-") for name in fonts), fonts)
        names = " ".join(fonts)
        for script in ("Sans", "Serif", "CJK-JP", "Arabic", "Devanagari", "Hebrew"):
            self.assertIn(script, names)
        whole = " ".join(pages_of(pdf))
        for title in (JAPANESE, "Война и мир", "춘향전", LONG_TITLE):
            self.assertIn(title, whole)
        # Letters from right to left come out in the order of their places.
        self.assertEqual(sorted(set(ARABIC) - set(whole)), [])

    def test_what_no_font_and_no_xml_has_does_no_harm(self) -> None:
        name = "Tab\tbell\x07, escape \x1b, \ufffe"
        invoice = invoice_of(paid_order((name, "1.00", "0", 1), billing_name="\x0b"))
        (page,) = pages_of(invoice_pdf(invoice))
        self.assertIn("Tab bell , escape ,", page)


@tag("once")
class StackTests(TestCase):
    """Many orders chosen in an admin site, printed in one go."""

    path = "/office-admin/main/order/"

    def choose(self, *orders, path: str = path, **changes):
        chosen = {"action": "print_invoices", "_selected_action": [each.pk for each in orders]}
        return self.client.post(path, chosen | changes, follow=True)

    def test_all_their_documents_come_as_one_pdf_each_numbered_for_itself(self) -> None:
        long = paid_order(*[(f"Book [{n}]", "1.00", "0", 1) for n in range(24)])
        short, unpaid = paid_order(), new_order(("Emma", "1.00", "0", 1))
        cancel_order(order_id=short.pk, at=short.invoices.get().issued_at)
        self.client.force_login(EmployeeFactory())
        answer = self.choose(unpaid, short, long)
        self.assertEqual(answer["Content-Type"], "application/pdf")
        self.assertIn("no-store", answer["Cache-Control"])
        numbered = re.compile(r"((?:INV|CN)-2026-\d+) Page (\d of \d)")
        self.assertEqual(
            [numbered.search(page).groups() for page in pages_of(answer.content)],
            [
                ("INV-2026-00001", "1 of 2"),
                ("INV-2026-00001", "2 of 2"),
                ("INV-2026-00002", "1 of 1"),
                ("CN-2026-00001", "1 of 1"),
            ],
        )
        self.client.force_login(OwnerFactory())
        answer = self.choose(short, path="/admin/main/order/")
        self.assertEqual(len(pages_of(answer.content)), 2)

    def test_it_takes_few_queries_however_many_there_are(self) -> None:
        orders = [paid_order() for _ in range(6)]
        invoices = Invoice.objects.for_rendering().filter(order__in=orders)
        with self.assertNumQueries(3):
            invoices_pdf(invoices)

    def test_there_is_a_sentence_when_there_is_nothing_or_too_much_to_print(self) -> None:
        self.client.force_login(EmployeeFactory())
        unpaid, paid = new_order(("Emma", "1.00", "0", 1)), paid_order()
        self.assertContains(self.choose(unpaid), "None of these orders has been paid")
        with mock.patch("main.admin.invoices.MOST_ORDERS", 1):
            self.assertContains(self.choose(unpaid, paid), "Choose at most 1 orders")
        with mock.patch("main.admin.invoices.MOST_LINES", 0):
            self.assertContains(self.choose(paid), "more than 0 lines")
        broken = mock.patch("main.gateways.pdf._weasyprint", side_effect=PdfUnavailable("Sorry."))
        with broken, self.assertLogs("main.admin.invoices", "ERROR"):
            self.assertContains(self.choose(paid), "Sorry.")


@tag("once")
class PrinterTests(SimpleTestCase):
    """What a page may see, and what happens where there is no printer."""

    def test_a_page_sees_our_static_files_and_nothing_else(self) -> None:
        from main.gateways.pdf_weasyprint import BASE_URL, OwnStaticFiles

        fetch = OwnStaticFiles().fetch
        sheet = fetch(f"{BASE_URL}static/invoice.css")
        self.assertEqual(sheet.content_type, "text/css")
        self.assertIn(b"@page", sheet.read())
        for url in (
            "file:///etc/hostname",
            "http://127.0.0.1/static/invoice.css",
            f"{BASE_URL}media/secret.png",
            f"{BASE_URL}static/../manage.py",
            f"{BASE_URL}static//etc/hostname",
            f"{BASE_URL}static/",
            f"{BASE_URL}static/missing.css",
            "data:text/css,p{}",
        ):
            with self.subTest(url), self.assertRaises(Exception):  # noqa: B017 - any refusal will do
                fetch(url)

    def test_a_page_that_asks_for_more_is_printed_without_it(self) -> None:
        page = f'<img src="file://{settings.BASE_DIR}/main/static/favicon.svg"><p>Good evening</p>'
        with self.assertLogs("weasyprint", "ERROR"):
            pdf = make_pdf([page + '<link rel="attachment" href="file:///etc/hostname">'])
        self.assertEqual(pages_of(pdf), ["Good evening"])
        self.assertEqual(list(PdfReader(BytesIO(pdf)).attachments), [])

    def test_a_machine_without_fonts_or_libraries_is_not_brought_down(self) -> None:
        """Without any font Pango would end the process, and the shop with it."""
        program = (
            "import sys, django; django.setup()\n"
            "from main.gateways.pdf import PdfUnavailable, make_pdf\n"
            "for module in ('', 'weasyprint'):\n"
            "    sys.modules |= {module: None} if module else {}\n"
            "    try: make_pdf(['<p>x</p>'])\n"
            "    except PdfUnavailable as error: print(type(error.__cause__).__name__)\n"
        )
        environment = os.environ | {"DJANGO_SETTINGS_MODULE": "booktime.settings"}
        with NamedTemporaryFile("w") as file:
            file.write("<fontconfig><dir>/nowhere</dir></fontconfig>")
            file.flush()
            done = subprocess.run(
                [sys.executable, "-c", program],
                cwd=settings.BASE_DIR,
                env=environment | {"FONTCONFIG_FILE": file.name},
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
        self.assertEqual(done.stdout.split(), ["UserWarning", "ModuleNotFoundError"], done.stderr)
