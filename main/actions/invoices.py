"""Billing: an invoice when an order is paid, a credit note when some of it is taken back."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from main.models import Invoice, InvoiceLine, InvoiceSeries, InvoiceVat, Order, OrderLine
from main.models.invoice_parties import customer, seller
from main.models.money import contained_vat

SERIES = {Invoice.Kind.INVOICE: "INV", Invoice.Kind.CREDIT_NOTE: "CN"}


@dataclass(frozen=True, slots=True)
class _Amounts:
    """What one line costs; net and VAT make up gross."""

    net: Decimal
    vat: Decimal
    gross: Decimal


@transaction.atomic
def issue_invoice(*, order: Order, at: datetime | None = None) -> Invoice:
    """Bill the lines that are not cancelled, as of `at`, or now.

    The order's row must be held by the caller.
    """
    lines = list(order.lines.live().select_related("product"))
    invoice = _write(Invoice.Kind.INVOICE, order=order, at=at, customer=customer(order))
    _write_lines(
        invoice,
        [
            _invoice_line(invoice, line, amounts)
            for line, amounts in zip(lines, _amounts(lines), strict=True)
        ],
    )
    return invoice


@transaction.atomic
def issue_credit_note(
    *,
    order: Order,
    order_lines: Iterable[OrderLine],
    reason: str,
    is_refund: bool = True,
    at: datetime | None = None,
) -> Invoice | None:
    """Take back what was billed for these lines; None when nothing of it was, or not any more.

    Unless `is_refund`, no money goes back: the note mends what the paper said.
    The amounts are the invoice's own, so both together come to nothing, to the cent. The order's
    row must be held by the caller.
    """
    billed = _billed_lines(order, order_lines)
    if not billed:
        return None
    invoice = billed[0].invoice
    note = _write(
        Invoice.Kind.CREDIT_NOTE,
        order=order,
        at=at,
        customer=invoice.customer,
        corrects=invoice,
        reason=reason,
        is_refund=is_refund,
    )
    _write_lines(note, [_credit_line(note, line) for line in billed])
    return note


def _billed_lines(order: Order, order_lines: Iterable[OrderLine]) -> list[InvoiceLine]:
    """Of the invoice that stands: the lines that no credit note has taken back yet."""
    invoice = order.invoices.invoices().newest_first().first()
    if invoice is None:
        return []
    credited = InvoiceLine.objects.filter(invoice__corrects=invoice).values("order_line")
    lines = invoice.lines.filter(order_line__in=[line.pk for line in order_lines])
    return list(lines.exclude(order_line__in=credited).select_related("invoice"))


def _write(kind: Invoice.Kind, *, order: Order, at: datetime | None, **fields: Any) -> Invoice:
    """The document's head, unsaved: its sums are known when its lines are."""
    return Invoice(
        kind=kind,
        order=order,
        issued_at=at or timezone.now(),
        seller=seller(),
        currency=order.currency,
        **fields,
    )


def _write_lines(invoice: Invoice, lines: Sequence[InvoiceLine]) -> None:
    """Save the document with its next number. The number is taken last: it is what all wait for."""
    invoice.net = sum((line.net for line in lines), Decimal("0.00"))
    invoice.vat = sum((line.vat for line in lines), Decimal("0.00"))
    invoice.gross = sum((line.gross for line in lines), Decimal("0.00"))
    _take_number(invoice)
    invoice.save()
    InvoiceLine.objects.bulk_create(lines)
    InvoiceVat.objects.bulk_create(_vat_lines(invoice, lines))


def _take_number(invoice: Invoice) -> None:
    year = timezone.localdate(invoice.issued_at).year
    name = f"{SERIES[Invoice.Kind(invoice.kind)]}-{year}"
    InvoiceSeries.objects.get_or_create(name=name)
    series = InvoiceSeries.objects.locked().get(name=name)
    series.last_number += 1
    series.save(update_fields=["last_number"])
    invoice.series, invoice.sequence = series, series.last_number


def _vat_lines(invoice: Invoice, lines: Iterable[InvoiceLine]) -> list[InvoiceVat]:
    by_rate: dict[Decimal, list[InvoiceLine]] = defaultdict(list)
    for line in lines:
        by_rate[line.tax_rate].append(line)
    return [
        InvoiceVat(
            invoice=invoice,
            kind=invoice.kind,
            issued_on=timezone.localdate(invoice.issued_at),
            rate=rate,
            net=sum(line.net for line in by_rate[rate]),
            vat=sum(line.vat for line in by_rate[rate]),
            gross=sum(line.gross for line in by_rate[rate]),
        )
        for rate in sorted(by_rate)
    ]


def _amounts(lines: Iterable[OrderLine]) -> list[_Amounts]:
    """VAT is rounded once a rate, on the sum; each line has its share, so that the cents add up."""
    gross: dict[Decimal, Decimal] = defaultdict(Decimal)
    amounts = []
    for line in lines:
        before = contained_vat(gross=gross[line.tax_rate], rate=line.tax_rate)
        gross[line.tax_rate] += line.total
        vat = contained_vat(gross=gross[line.tax_rate], rate=line.tax_rate) - before
        amounts.append(_Amounts(net=line.total - vat, vat=vat, gross=line.total))
    return amounts


def _invoice_line(invoice: Invoice, line: OrderLine, amounts: _Amounts) -> InvoiceLine:
    return InvoiceLine(
        invoice=invoice,
        order_line=line,
        name=line.name,
        isbn=line.product.isbn or "",
        quantity=line.quantity,
        unit_price=line.unit_price,
        tax_rate=line.tax_rate,
        net=amounts.net,
        vat=amounts.vat,
        gross=amounts.gross,
    )


def _credit_line(note: Invoice, billed: InvoiceLine) -> InvoiceLine:
    same = ("name", "isbn", "quantity", "unit_price", "tax_rate", "net", "vat", "gross")
    fields = {name: getattr(billed, name) for name in same}
    return InvoiceLine(invoice=note, order_line_id=billed.order_line_id, **fields)
