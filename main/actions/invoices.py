"""Billing: an invoice when an order is paid, a credit note when some of it is credited."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from django.db import transaction
from django.utils import timezone

from main.models import (
    ChargeKind,
    Invoice,
    InvoiceLine,
    InvoiceSeries,
    InvoiceVat,
    Order,
    OrderCharge,
    OrderLine,
    add_up,
)
from main.models.charges import Amounts
from main.models.invoice_parties import customer, recipient, seller
from main.models.order_lines import OrderItem
from main.reports.dispatch import sent_on

_Key = tuple[type[OrderItem], int]  # identifies a row of an order

SERIES = {Invoice.Kind.INVOICE: "INV", Invoice.Kind.CREDIT_NOTE: "CN"}


@transaction.atomic
def issue_invoice(*, order: Order, at: datetime | None = None) -> Invoice:
    """Bill what is not cancelled of the order, as of `at` (default: now).

    The caller must have locked the order's row.
    """
    lines = list(order.lines.live().select_related("product"))
    charges = list(order.charges.live())
    shares = add_up([*lines, *charges]).shares
    parties = {"customer": customer(order), "recipient": recipient(order)}
    invoice = _head(Invoice.Kind.INVOICE, order=order, at=at, **parties)
    billed = [
        *(_line(invoice, line, order_line=line, isbn=line.product.isbn or "") for line in lines),
        *(_line(invoice, charge, order_charge=charge) for charge in charges),
    ]
    for line, share in zip(billed, shares, strict=True):
        _set_amounts(line, share)
    _write(invoice, billed)
    return invoice


@transaction.atomic
def issue_credit_note(
    *,
    order: Order,
    items: Iterable[OrderItem],
    reason: str,
    is_refund: bool = True,
    at: datetime | None = None,
) -> Invoice | None:
    """Credit what was billed for these lines and charges; None if nothing is left to credit.

    Unless `is_refund`, no money goes back: the note only corrects the invoice. Amounts are shares
    of the invoice's own, so all its credit notes add up to it, to the cent. The caller must have
    locked the order's row.
    """
    invoice = order.invoices.invoices().newest_first().first()
    taken_back = _taken_back(invoice, items) if invoice else []
    if not invoice or not taken_back:
        return None
    note = _head(
        Invoice.Kind.CREDIT_NOTE,
        order=order,
        at=at,
        customer=invoice.customer,
        recipient=invoice.recipient or recipient(order),
        corrects=invoice,
        reason=reason,
        is_refund=is_refund,
    )
    before = _copies_credited(invoice)
    _write(note, [_credit_line(note, line, n, before[_key(line)]) for line, n in taken_back])
    return note


# --- What is credited -------------------------------------------------------------------------


def _taken_back(invoice: Invoice, items: Iterable[OrderItem]) -> list[tuple[InvoiceLine, int]]:
    """The invoice's lines, with how many of their uncredited copies these items are."""
    billed = {_key(line): line for line in invoice.lines.all()}
    wanted: Counter[_Key] = Counter()
    for item in items:
        if key := _billed_key(item, billed):
            wanted[key] += item.quantity
    credited = _copies_credited(invoice)
    left = {key: billed[key].quantity - credited[key] for key in wanted}
    return [
        (line, copies)
        for key, line in billed.items()
        if (copies := min(wanted[key], left.get(key, 0))) > 0
    ]


def _billed_key(item: OrderItem, billed: Mapping[_Key, InvoiceLine]) -> _Key | None:
    """Copies that moved to a row of their own were billed with their original row."""
    row: OrderItem | None = item
    while row is not None and (type(row), row.pk) not in billed:
        row = row.split_from
    return (type(row), row.pk) if row is not None else None


def _copies_credited(invoice: Invoice) -> Counter[_Key]:
    copies: Counter[_Key] = Counter()
    for line in InvoiceLine.objects.filter(invoice__corrects=invoice):
        copies[_key(line)] += line.quantity
    return copies


def _key(line: InvoiceLine) -> _Key:
    """The row of the order that an invoice's line is about."""
    if line.order_charge_id:
        return OrderCharge, line.order_charge_id
    return OrderLine, cast("int", line.order_line_id)


def _credit_line(note: Invoice, billed: InvoiceLine, copies: int, before: int) -> InvoiceLine:
    """Rounds on all copies credited so far, so that several notes add up to the cent."""
    whole, of = billed.amounts, billed.quantity
    amounts = whole.part(before + copies, of=of).less(whole.part(before, of=of))
    same = ("kind", "name", "isbn", "unit_price", "tax_rate", "order_line_id", "order_charge_id")
    fields = {name: getattr(billed, name) for name in same}
    return _set_amounts(InvoiceLine(invoice=note, quantity=copies, **fields), amounts)


# --- Writing ----------------------------------------------------------------------------------


def _head(kind: Invoice.Kind, *, order: Order, at: datetime | None, **fields: Any) -> Invoice:
    """The document without lines and sums, unsaved."""
    return Invoice(
        kind=kind,
        order=order,
        issued_at=at or timezone.now(),
        seller=seller(),
        sent_on=sent_on(order),
        currency=order.currency,
        **fields,
    )


def _line(invoice: Invoice, item: OrderLine | OrderCharge, **fields: Any) -> InvoiceLine:
    return InvoiceLine(
        invoice=invoice,
        kind=ChargeKind(item.kind),
        name=item.name,
        quantity=item.quantity,
        unit_price=item.unit_price,
        tax_rate=item.tax_rate,
        **fields,
    )


def _set_amounts(line: InvoiceLine, amounts: Amounts) -> InvoiceLine:
    line.net, line.vat, line.gross = amounts.net, amounts.vat, amounts.gross
    return line


def _write(invoice: Invoice, lines: Sequence[InvoiceLine]) -> None:
    """Save the document under the next number, which is taken last since its row is contended."""
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
