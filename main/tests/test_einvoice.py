"""The electronic invoice: its schema, its sums, and that other software finds it in the PDF."""

import random
from decimal import ROUND_HALF_UP, Decimal
from io import BytesIO

from django.test import TestCase, override_settings, tag
from facturx import get_level, get_xml_from_pdf, xml_check_xsd
from lxml import etree
from pypdf import PdfReader

from main.actions.invoices import issue_invoice
from main.actions.order_lines import move_order_lines
from main.documents import invoice_pdf
from main.gateways.einvoice import einvoice_xml
from main.models import Invoice, OrderLine
from main.tests.support.factories import OrderFactory, ProductFactory
from main.tests.support.invoice_case import ARABIC, NOON, SELLER, invoice_of, paid_order

UNREGISTERED = SELLER | {"vat_id": "", "company_number": ""}
RAM = "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
PARTS = ("SpecifiedLineTradeSettlement", "ApplicableHeaderTradeSettlement")
CENT = Decimal("0.01")


class Xml:
    """Reads a document by paths of local names: `Node/Child`."""

    def __init__(self, content: bytes, root=None) -> None:
        self.root = etree.fromstring(content) if root is None else root

    def texts(self, path: str) -> list[str]:
        steps = [f"*[local-name()='{step}']" for step in path.split("/")]
        return self.root.xpath(f".//{'/'.join(steps)}//text()[normalize-space()]")

    def text(self, path: str) -> str:
        (text,) = self.texts(path)
        return text

    def amount(self, path: str) -> Decimal:
        return Decimal(self.text(path))

    def parts(self, name: str) -> list["Xml"]:
        return [Xml(b"", root) for root in self.root.iter(f"{{{RAM}}}{name}")]


@override_settings(SELLER=SELLER)
@tag("once")
class DocumentTests(TestCase):
    def read(self, invoice: Invoice) -> Xml:
        content = einvoice_xml(invoice)
        self.assertTrue(xml_check_xsd(content, flavor="factur-x", level="en16931"))
        return Xml(content)

    def test_an_invoice_says_who_bills_whom_for_what(self) -> None:
        order = paid_order(("Middlemarch", "8.49", "0", 2), (ARABIC, "12.00", "20", 1))
        invoice = invoice_of(order)
        xml = self.read(invoice)
        self.assertEqual(get_level(xml.root, "factur-x"), "en16931")
        isbn = invoice.lines.all()[0].isbn
        for path, texts in {
            "ExchangedDocument/ID": [invoice.number],
            "ExchangedDocument/TypeCode": ["380"],
            "ExchangedDocument/IssueDateTime": ["20260314"],
            "SellerTradeParty/Name": ["BookTime Ltd"],
            "SellerTradeParty/SpecifiedLegalOrganization/ID": ["01234567"],
            "SellerTradeParty/SpecifiedTaxRegistration/ID": ["GB999999973"],
            "SellerTradeParty/PostalTradeAddress/CountryID": ["GB"],
            "BuyerTradeParty/Name": ["Ada Reader"],
            "BuyerTradeParty/PostalTradeAddress/PostcodeCode": ["WC1E 6BT"],
            "BuyerTradeParty/URIUniversalCommunication/URIID": [order.email],
            "BuyerOrderReferencedDocument/IssuerAssignedID": [order.number],
            "InvoiceReferencedDocument/IssuerAssignedID": [],
            "InvoiceCurrencyCode": ["GBP"],
            "SpecifiedTradeProduct/Name": ["Middlemarch", ARABIC],
            "SpecifiedTradeProduct/GlobalID": [isbn, invoice.lines.all()[1].isbn],
            "BilledQuantity": ["2", "1"],
            "NetPriceProductTradePrice/ChargeAmount": ["8.4900", "10.0000"],
            "SpecifiedLineTradeSettlement/ApplicableTradeTax/CategoryCode": ["Z", "S"],
            "ApplicableHeaderTradeSettlement/ApplicableTradeTax/CategoryCode": ["Z", "S"],
            "GrandTotalAmount": ["28.98"],
            "TotalPrepaidAmount": ["28.98"],
            "DuePayableAmount": ["0.00"],
        }.items():
            self.assertEqual(xml.texts(path), texts, path)

    def test_a_credit_note_names_the_invoice_that_it_corrects(self) -> None:
        order = paid_order(("Middlemarch", "8.49", "0", 2), ("A map", "12.00", "20", 1))
        line = order.lines.last()
        move_order_lines(
            order_id=order.pk, line_ids=[line.pk], status=OrderLine.Status.CANCELLED, reason="Wet"
        )
        xml = self.read(Invoice.objects.for_rendering().get(kind=Invoice.Kind.CREDIT_NOTE))
        for path, texts in {
            "ExchangedDocument/TypeCode": ["381"],
            "ExchangedDocument/IncludedNote/Content": ["Reason: Wet"],
            "InvoiceReferencedDocument/IssuerAssignedID": ["INV-2026-00001"],
            "InvoiceReferencedDocument/FormattedIssueDateTime": ["20260314"],
            "SpecifiedTradePaymentTerms/Description": ["The amount paid is refunded."],
            "GrandTotalAmount": ["12.00"],
            "DuePayableAmount": ["12.00"],
        }.items():
            self.assertEqual(xml.texts(path), texts, path)

    @override_settings(SELLER=UNREGISTERED)
    def test_a_seller_without_a_vat_number_is_outside_of_vat(self) -> None:
        xml = self.read(invoice_of(paid_order()))
        self.assertEqual(xml.texts("ApplicableTradeTax/CategoryCode"), ["O", "O"])
        line, breakdown = (f"{part}/ApplicableTradeTax/RateApplicablePercent" for part in PARTS)
        self.assertEqual(xml.texts(line), [])  # BR-O-05
        self.assertEqual(xml.texts(breakdown), ["0.00"])  # BR-DE-14
        self.assertEqual(xml.text("ApplicableTradeTax/ExemptionReason"), "Not subject to VAT")
        self.assertEqual(xml.text("SellerTradeParty/ID"), SELLER["email"])

    def test_a_country_without_a_code_of_iso_has_that_of_the_standard(self) -> None:
        place = {"billing_city": "Prishtinë", "billing_zip_code": "10000", "billing_country": "XK"}
        invoice = invoice_of(paid_order(**place))
        self.assertEqual(
            self.read(invoice).texts("BuyerTradeParty/PostalTradeAddress/CountryID"), ["1A"]
        )
        kept = (invoice.customer["country"], invoice.customer["country_name"])
        self.assertEqual(kept, ("XK", "Kosovo"))

    def test_what_xml_cannot_hold_is_a_space(self) -> None:
        odd = "Bell\x07 & <b>bold</b> \ufffe\x0b"
        xml = self.read(invoice_of(paid_order((odd, "1.00", "0", 1), billing_name=odd)))
        for path in ("SpecifiedTradeProduct/Name", "BuyerTradeParty/Name"):
            self.assertEqual(xml.text(path), "Bell  & <b>bold</b>   ")


@override_settings(SELLER=SELLER)
@tag("once")
class ArithmeticTests(TestCase):
    """The standard's rules about sums, over orders of chance with up to four rates."""

    orders = 12

    def test_sums_add_up_whatever_is_bought(self) -> None:
        chance = random.Random(16931)
        books = ProductFactory.create_batch(12)
        for number in range(self.orders):
            order = OrderFactory()
            rates = chance.sample(["0", "5", "5.5", "9.5", "20", "25"], chance.randint(1, 4))
            OrderLine.objects.bulk_create(
                OrderLine(
                    order=order,
                    product=book,
                    name=book.name,
                    unit_price=Decimal(chance.randint(1, 9999)) / 100,
                    tax_rate=Decimal(chance.choice(rates)),
                    quantity=chance.choice([1, 1, 2, 3, 7, 99]),
                )
                for book in chance.sample(books, chance.randint(1, 12))
            )
            issue_invoice(order=order, at=NOON)
            with self.subTest(number):
                self.check(Xml(einvoice_xml(invoice_of(order))), order.charged)

    def check(self, xml: Xml, agreed: Decimal) -> None:
        lines = xml.parts("IncludedSupplyChainTradeLineItem")
        breakdown = [part for part in xml.parts("ApplicableTradeTax") if part.texts("BasisAmount")]
        (sums,) = xml.parts("SpecifiedTradeSettlementHeaderMonetarySummation")
        gross, net = sums.amount("GrandTotalAmount"), sums.amount("TaxBasisTotalAmount")
        self.assertEqual(gross, agreed)  # to the cent
        for line in lines:
            exact = line.amount("BilledQuantity") * line.amount("ChargeAmount")
            self.assertEqual(exact.quantize(CENT, ROUND_HALF_UP), line.amount("LineTotalAmount"))
        by_line = sum(line.amount("LineTotalAmount") for line in lines)
        self.assertEqual(sums.amount("LineTotalAmount"), by_line)  # BR-CO-10
        self.assertEqual(net, by_line)  # BR-CO-13: there are no charges and no allowances
        vat = sum(part.amount("CalculatedAmount") for part in breakdown)
        self.assertEqual(sums.amount("TaxTotalAmount"), vat)  # BR-CO-14
        self.assertEqual(gross, net + vat)  # BR-CO-15
        due = gross - sums.amount("TotalPrepaidAmount")
        self.assertEqual(sums.amount("DuePayableAmount"), due)  # BR-CO-16
        for part in breakdown:
            self.check_rate(part, lines)

    def check_rate(self, part: Xml, lines: list[Xml]) -> None:
        rate, basis = part.amount("RateApplicablePercent"), part.amount("BasisAmount")
        of_this = [line for line in lines if line.amount("RateApplicablePercent") == rate]
        self.assertEqual(basis, sum(line.amount("LineTotalAmount") for line in of_this))  # BR-S-08
        # BR-CO-17. Prices hold the VAT, so it is rounded on the gross sum: a cent beside at most.
        off = part.amount("CalculatedAmount") - basis * rate / 100
        self.assertLessEqual(abs(off), CENT)


@tag("once")
class EmbeddedTests(TestCase):
    def test_the_field_s_own_library_finds_the_invoice_in_the_pdf(self) -> None:
        invoice = invoice_of(paid_order(("Middlemarch", "8.49", "0", 2)))
        pdf = invoice_pdf(invoice)
        name, content = get_xml_from_pdf(pdf, check_xsd=True)
        self.assertEqual((name, content), ("factur-x.xml", einvoice_xml(invoice)))

    def test_the_pdf_is_of_the_kind_that_is_kept_and_says_what_it_carries(self) -> None:
        reader = PdfReader(BytesIO(invoice_pdf(invoice_of(paid_order()))))
        catalog = reader.root_object
        (file,) = catalog["/AF"]
        self.assertEqual(file.get_object()["/AFRelationship"], "/Alternative")
        self.assertEqual(file.get_object()["/EF"]["/F"]["/Subtype"], "/text/xml")
        self.assertEqual(catalog["/OutputIntents"][0]["/S"], "/GTS_PDFA1")
        self.assertIn("/StructTreeRoot", catalog)
        self.assertEqual(reader.metadata.title, "Invoice INV-2026-00001")
        described = catalog["/Metadata"].get_data()
        self.assertEqual(described.count(b"<rdf:RDF"), 1)
        meta = Xml(described)
        (level,) = meta.texts("ConformanceLevel")
        self.assertEqual(level, "EN 16931")
        self.assertEqual(meta.texts("DocumentFileName"), ["factur-x.xml"])
        self.assertEqual(len(meta.texts("Seq/li/name")), 4)
        part = meta.root.xpath("string(.//@*[local-name()='part'])")
        letter = meta.root.xpath("string(.//@*[local-name()='conformance'])")
        self.assertEqual((part, letter), ("3", "U"))
