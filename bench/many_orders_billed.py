"""Invoices, payments and refunds for the orders of many_orders_made.py."""

import random
from collections.abc import Iterable
from datetime import timedelta
from functools import cache

from django.db import connection, transaction
from django.utils import timezone

from main.models import (
    Invoice,
    InvoiceLine,
    InvoiceSeries,
    InvoiceVat,
    OpenBalance,
    Order,
    OrderCharge,
    OrderLine,
    Payment,
    Refund,
    add_up,
)
from main.models.charges import CENT
from main.models.invoice_parties import Seller, customer, seller

LIVE = [Order.Status.PAID, Order.Status.DONE]
# Unrealistically many, so that these lists fill a page even in a small shop.
OVERPAID, PART_PAID = 0.05, 0.9
A_WEEK = timedelta(days=7)  # until a refund is paid out
ByOrder = dict[int, list]


def bill(
    orders: list[Order], lines: ByOrder, charges: ByOrder, *, numbers: dict, chance: random.Random
) -> None:
    """Invoices and payments for paid orders, credit notes and refunds for returned books."""
    paid = [order for order in orders if order.status in LIVE]
    items = {order.pk: [*lines[order.pk], *charges[order.pk]] for order in paid}
    invoices = [_document(order, Invoice.Kind.INVOICE, items[order.pk], numbers) for order in paid]
    _write_documents(invoices, items)
    returned = [invoice for invoice in invoices if chance.random() < 0.03]
    firsts = {invoice.order_id: lines[invoice.order_id][:1] for invoice in returned}
    notes = [
        _document(note.order, Invoice.Kind.CREDIT_NOTE, firsts[note.order_id], numbers, note)
        for note in returned
    ]
    _write_documents(notes, firsts)
    OrderLine.objects.filter(
        pk__in=[line.pk for first in firsts.values() for line in first]
    ).update(status=OrderLine.Status.CANCELLED)
    _write_ledger(orders, notes, chance)


def _write_ledger(orders: list[Order], notes: list[Invoice], chance: random.Random) -> None:
    """Some orders are part paid or overpaid; refunds for recent returns are still open."""
    payments = [payment for order in orders if (payment := _payment(order, chance))]
    Payment.objects.bulk_create(payments)
    Refund.objects.bulk_create(_refund(note) for note in notes)
    dues = {payment.order: payment.order.total - payment.amount for payment in payments}
    OpenBalance.objects.bulk_create(
        OpenBalance(order=order, due=due) for order, due in dues.items() if due
    )


def _payment(order: Order, chance: random.Random) -> Payment | None:
    drawn = chance.random()
    if order.status in LIVE:
        amount = order.total + (5 if drawn < OVERPAID else 0)
    elif order.status == Order.Status.NEW and drawn < PART_PAID:
        amount = (order.total / 2).quantize(CENT)
    else:
        return None
    return Payment(
        order=order,
        amount=amount,
        currency=order.currency,
        way=order.payment_way,
        reference=f"T-{order.pk}",
        state=Payment.State.PAID,
        paid_at=order.created_at,
    )


def _refund(note: Invoice) -> Refund:
    is_done = note.issued_at < timezone.now() - A_WEEK
    return Refund(
        order=note.order,
        credit_note=note,
        amount=note.gross,
        currency=note.currency,
        way=note.order.payment_way,
        state=Refund.State.DONE if is_done else Refund.State.REQUESTED,
        done_at=note.issued_at + A_WEEK if is_done else None,
    )


def count_series(numbers: dict[str, int]) -> None:
    """All at once. PostgreSQL's trigger would refuse, so it is disabled: this shop is only ours."""
    trigger = "ALTER TABLE main_invoiceseries {} TRIGGER main_invoiceseries_counts"
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(trigger.format("DISABLE"))
        for name, last in numbers.items():
            InvoiceSeries.objects.filter(pk=name).update(last_number=last)
        if connection.vendor == "postgresql":
            cursor.execute(trigger.format("ENABLE"))


def _document(order: Order, kind, items: list, numbers: dict, corrects=None) -> Invoice:
    series = f"{'CN' if corrects else 'INV'}-{order.created_at.year}"
    if series not in numbers:
        InvoiceSeries.objects.create(name=series)
    numbers[series] += 1
    sums = add_up(items)
    return Invoice(
        kind=kind,
        series_id=series,
        sequence=numbers[series],
        order=order,
        corrects=corrects,
        reason="It came back" if corrects else "",
        is_refund=corrects is not None,
        issued_at=order.created_at,
        seller=_seller(),
        customer=customer(order),
        currency=order.currency,
        net=sums.net,
        vat=sums.vat,
        gross=sums.gross,
    )


@cache
def _seller() -> Seller:
    return seller()


def _write_documents(invoices: list[Invoice], items: ByOrder) -> None:
    Invoice.objects.bulk_create(invoices)
    InvoiceLine.objects.bulk_create(
        line for invoice in invoices for line in _document_lines(invoice, items[invoice.order_id])
    )
    InvoiceVat.objects.bulk_create(
        InvoiceVat(
            invoice=invoice,
            kind=invoice.kind,
            issued_on=timezone.localdate(invoice.issued_at),
            rate=sums.rate,
            net=sums.net,
            vat=sums.vat,
            gross=sums.gross,
        )
        for invoice in invoices
        for sums in add_up(items[invoice.order_id]).vat_lines
    )


def _document_lines(invoice: Invoice, items: list) -> Iterable[InvoiceLine]:
    for item, share in zip(items, add_up(items).shares, strict=True):
        what = "order_charge" if isinstance(item, OrderCharge) else "order_line"
        yield InvoiceLine(
            invoice=invoice,
            kind=item.kind,
            name=item.name,
            quantity=item.quantity,
            unit_price=item.unit_price,
            tax_rate=item.tax_rate,
            net=share.net,
            vat=share.vat,
            gross=share.gross,
            **{what: item},
        )
