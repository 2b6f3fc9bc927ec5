"""An invoice as data: UN/CEFACT Cross Industry Invoice in the profile EN 16931 (Factur-X, ZUGFeRD).

BT and BG are the standard's names of its terms and groups, BR of its rules.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone
from drafthorse.models.accounting import ApplicableTradeTax, CategoryTradeTax, TradeAllowanceCharge
from drafthorse.models.document import Document
from drafthorse.models.note import IncludedNote
from drafthorse.models.payment import PaymentTerms
from drafthorse.models.tradelines import LineItem

from main.gateways.einvoice_parties import (
    write_delivery,
    write_party,
    write_period,
    write_seller,
    xml_text,
)
from main.models import ChargeKind, Invoice, InvoiceLine, InvoiceVat
from main.models.invoice_parties import Seller
from main.wording import documents

FILE_NAME = "factur-x.xml"
CONFORMANCE_LEVEL = "EN 16931"
GUIDELINE = "urn:cen.eu:en16931:2017"
# UNTDID 1001, UN/ECE Recommendation 20, ISO 6523.
INVOICE, CREDIT_NOTE, PIECE, GTIN = "380", "381", "H87", "0160"
# VAT categories: standard rate, zero rated, and outside VAT (the seller is not registered).
STANDARD, ZERO_RATED, OUTSIDE = "S", "Z", "O"


def einvoice_xml(invoice: Invoice) -> bytes:
    """The invoice as XML, from its own rows; its lines and VAT are each read once."""
    document = Document()
    document.context.guideline_parameter.id = GUIDELINE
    _write_head(document, invoice)
    seller: Seller = invoice.seller
    write_seller(document.trade.agreement.seller, seller)
    write_party(document.trade.agreement.buyer, invoice.customer)
    document.trade.agreement.seller_order.issuer_assigned_id = invoice.order.number
    document.trade.agreement.buyer_order.issuer_assigned_id = invoice.order.number
    write_delivery(document.trade.delivery, invoice)
    lines, charges = _lines_and_charges(invoice)
    for number, line in enumerate(lines, start=1):
        document.trade.items.add(_line(line, number=number, seller=seller))
    _write_settlement(document.trade.settlement, invoice, charges)
    # The tests validate it against the schema; printing does not.
    return document.serialize(schema=None)


def _lines_and_charges(invoice: Invoice) -> tuple[list[InvoiceLine], list[InvoiceLine]]:
    """Books are lines (BG-25); discounts and other charges are separate (BG-20, BG-21).

    Without a book the charges become the lines: a document has at least one (BR-16).
    """
    lines = list(invoice.lines.all())
    books = [line for line in lines if line.kind == ChargeKind.BOOK]
    return (books, [line for line in lines if line not in books]) if books else (lines, [])


def _write_head(document: Document, invoice: Invoice) -> None:
    document.header.id = invoice.number
    document.header.type_code = CREDIT_NOTE if invoice.is_credit_note else INVOICE
    document.header.issue_date_time = timezone.localdate(invoice.issued_at)
    for sentence in _notes(invoice):
        document.header.notes.add(_note(sentence))


def _notes(invoice: Invoice) -> Iterable[str]:
    if invoice.is_credit_note:
        return [documents.reason_note(xml_text(invoice.reason))] if invoice.reason else []
    return [documents.PAID_IN_FULL]


def _note(sentence: str) -> IncludedNote:
    note = IncludedNote()
    note.content = sentence
    return note


def _line(line: InvoiceLine, *, number: int, seller: Seller) -> LineItem:
    item = LineItem()
    item.document.line_id = str(number)
    if line.isbn:
        item.product.global_id = (GTIN, line.isbn)  # an ISBN-13 is a GTIN
    item.product.name = xml_text(line.name)
    # A price is never negative (BR-27): discounts have a negative quantity instead.
    sign = -1 if line.net < 0 else 1
    item.agreement.net.amount = abs(line.unit_net)
    item.delivery.billed_quantity = (sign * line.quantity, PIECE)
    _write_tax(item.settlement.trade_tax, rate=line.tax_rate, seller=seller)
    item.settlement.monetary_summation.total_amount = line.net
    return item


def _write_settlement(settlement: Any, invoice: Invoice, charges: Sequence[InvoiceLine]) -> None:
    settlement.currency_code = invoice.currency
    if not invoice.sent_on:
        write_period(settlement.period, invoice)
    for charge in charges:
        settlement.allowance_charge.add(_allowance_or_charge(charge, seller=invoice.seller))
    for vat in invoice.vat_lines.all():
        settlement.trade_tax.add(_vat_breakdown(vat, seller=invoice.seller))
    if invoice.is_refund:
        terms = PaymentTerms()  # BR-CO-25: an amount due needs payment terms
        terms.description = documents.REFUNDED
        settlement.terms.add(terms)
    _write_sums(settlement.monetary_summation, invoice, charges)
    if invoice.corrects:
        reference = settlement.invoice_referenced_document
        reference.issuer_assigned_id = invoice.corrects.number
        reference.issue_date_time = timezone.localdate(invoice.corrects.issued_at)


def _vat_breakdown(vat: InvoiceVat, *, seller: Seller) -> ApplicableTradeTax:
    tax = ApplicableTradeTax()
    _write_tax(tax, rate=vat.rate, seller=seller)
    tax.basis_amount = vat.net
    tax.calculated_amount = vat.vat
    # Also outside VAT (BR-DE-14), where lines and charges must not name a rate (BR-O-05).
    tax.rate_applicable_percent = vat.rate
    if _category(vat.rate, seller) == OUTSIDE:
        tax.exemption_reason = documents.OUTSIDE_VAT
    return tax


def _write_tax(
    tax: ApplicableTradeTax | CategoryTradeTax, *, rate: Decimal, seller: Seller
) -> None:
    category = _category(rate, seller)
    tax.type_code = "VAT"
    tax.category_code = category
    if category != OUTSIDE:
        tax.rate_applicable_percent = rate


def _category(rate: Decimal, seller: Seller) -> str:
    if rate:
        return STANDARD
    return ZERO_RATED if seller["vat_id"] else OUTSIDE


def _allowance_or_charge(line: InvoiceLine, *, seller: Seller) -> TradeAllowanceCharge:
    part = TradeAllowanceCharge()
    part.indicator = line.net >= 0
    part.actual_amount = abs(line.net)
    part.reason = xml_text(line.name)
    tax = CategoryTradeTax()
    _write_tax(tax, rate=line.tax_rate, seller=seller)
    part.trade_tax.add(tax)
    return part


def _write_sums(sums: Any, invoice: Invoice, charges: Sequence[InvoiceLine]) -> None:
    paid = Decimal("0.00") if invoice.is_refund else invoice.gross
    charged = sum((line.net for line in charges if line.net >= 0), Decimal("0.00"))
    allowed = -sum((line.net for line in charges if line.net < 0), Decimal("0.00"))
    sums.line_total = invoice.net - charged + allowed
    sums.charge_total, sums.allowance_total = charged, allowed
    sums.tax_basis_total = invoice.net
    sums.tax_total = (invoice.vat, invoice.currency)
    sums.grand_total = invoice.gross
    sums.prepaid_total = paid
    sums.due_amount = invoice.gross - paid
