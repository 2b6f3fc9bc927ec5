"""Invoices and credit notes: their figures and numbers, and that they stay as they are."""

from datetime import UTC, datetime
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import ProtectedError
from django.db.utils import IntegrityError
from django.test import TestCase, override_settings

from main.actions.dropped_payments import revoke_payment
from main.actions.order_lines import move_order_lines
from main.actions.orders import cancel_order
from main.actions.payments import mark_order_paid
from main.errors import InvoiceFrozen
from main.models import Invoice, InvoiceLine, InvoiceSeries, InvoiceVat, Order, OrderLine
from main.tests.support.factories import OrderFactory
from main.tests.support.invoice_case import MIXED, NOON, SELLER, invoice_of, new_order, paid_order


def numbers(order: Order) -> list[str]:
    return [each.number for each in order.invoices.order_by("pk")]


@override_settings(SELLER=SELLER)
class IssueTests(TestCase):
    def test_a_paid_order_is_billed_to_the_cent(self) -> None:
        invoice = invoice_of(paid_order(*MIXED))
        self.assertEqual(
            [(line.net, line.vat, line.gross) for line in invoice.lines.all()],
            [
                (Decimal("8.49"), Decimal("0.00"), Decimal("8.49")),
                (Decimal("24.97"), Decimal("5.00"), Decimal("29.97")),
                (Decimal("0.06"), Decimal("0.01"), Decimal("0.07")),
                (Decimal("9.50"), Decimal("0.48"), Decimal("9.98")),
            ],
        )
        self.assertEqual(
            [(vat.rate, vat.net, vat.vat, vat.gross) for vat in invoice.vat_lines.all()],
            [
                (Decimal("0.00"), Decimal("8.49"), Decimal("0.00"), Decimal("8.49")),
                (Decimal("5.00"), Decimal("9.50"), Decimal("0.48"), Decimal("9.98")),
                (Decimal("20.00"), Decimal("25.03"), Decimal("5.01"), Decimal("30.04")),
            ],
        )
        sums = (invoice.net, invoice.vat, invoice.gross)
        self.assertEqual(sums, (Decimal("43.02"), Decimal("5.49"), Decimal("48.51")))

    def test_numbers_follow_each_other_in_each_years_series(self) -> None:
        days = [datetime(2026, 12, 31, 23, 59, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)]
        orders = [paid_order(at=day) for day in [days[0], days[0], days[1]]]
        cancel_order(order_id=orders[0].pk, at=days[1])
        self.assertEqual(
            [number for order in orders for number in numbers(order)],
            ["INV-2026-00001", "CN-2027-00001", "INV-2026-00002", "INV-2027-00001"],
        )

    @override_settings(TIME_ZONE="Asia/Tokyo")
    def test_the_year_is_the_shops_own(self) -> None:
        order = paid_order(at=datetime(2026, 12, 31, 15, 0, tzinfo=UTC))
        self.assertEqual(numbers(order), ["INV-2027-00001"])
        day = invoice_of(order).vat_lines.get().issued_on
        self.assertEqual(str(day), "2027-01-01")

    def test_what_changes_later_is_not_on_the_invoice(self) -> None:
        order = paid_order(*MIXED)
        Order.objects.update(billing_name="Someone Else", email="else@booktime.example")
        line = order.lines.first()
        line.product.name, line.product.isbn, line.product.price = "Another", None, Decimal("1.00")
        line.product.save()
        with override_settings(SELLER=SELLER | {"name": "Another Shop"}):
            invoice = invoice_of(order)
        self.assertEqual(invoice.seller["name"], "BookTime Ltd")
        self.assertEqual(invoice.customer["name"], "Ada Reader")
        self.assertEqual(invoice.customer["country_name"], "United Kingdom")
        first = invoice.lines.first()
        self.assertEqual((first.name, first.gross), ("Middlemarch", Decimal("8.49")))
        self.assertEqual(len(first.isbn), 13)

    def test_a_cancelled_line_is_not_billed(self) -> None:
        order = new_order(*MIXED)
        last = order.lines.last()
        move_order_lines(order_id=order.pk, line_ids=[last.pk], status=OrderLine.Status.CANCELLED)
        mark_order_paid(order_id=order.pk)
        self.assertEqual(invoice_of(order).gross, Decimal("38.53"))
        self.assertEqual(order.invoices.count(), 1)


class CreditNoteTests(TestCase):
    def test_refunded_lines_are_credited_once_and_come_to_nothing(self) -> None:
        order = paid_order(*MIXED)
        lines = list(order.lines.all())
        for line in lines[1:3]:
            move_order_lines(
                order_id=order.pk,
                line_ids=[line.pk],
                status=OrderLine.Status.CANCELLED,
                reason="Came back wet",
            )
        cancel_order(order_id=order.pk, reason="Nobody there")
        notes = list(order.invoices.credit_notes().order_by("pk"))
        self.assertEqual(
            [(each.reason, each.lines.count()) for each in notes],
            [("Came back wet", 1), ("Came back wet", 1), ("Nobody there", 2)],
        )
        invoice = invoice_of(order)
        self.assertEqual({each.corrects_id for each in notes}, {invoice.pk})
        for field in ("net", "vat", "gross"):
            credited = sum(getattr(each, field) for each in notes)
            self.assertEqual(credited, getattr(invoice, field), field)

    def test_paid_by_mistake_and_paid_again_are_two_invoices_and_a_credit_note(self) -> None:
        order = paid_order(*MIXED)
        revoke_payment(order_id=order.pk)
        mark_order_paid(order_id=order.pk, at=NOON)
        kinds = [each.rpartition("-")[0][:3] for each in numbers(order)]
        self.assertEqual(kinds, ["INV", "CN-", "INV"])
        cancel_order(order_id=order.pk)
        second = order.invoices.invoices().newest_first().first()
        last = order.invoices.credit_notes().newest_first().first()
        self.assertEqual((last.corrects_id, last.gross), (second.pk, second.gross))

    def test_an_order_that_was_never_paid_has_neither(self) -> None:
        order = new_order(*MIXED)
        cancel_order(order_id=order.pk)
        self.assertEqual(numbers(order), [])
        self.assertFalse(InvoiceSeries.objects.exists())


class FrozenTests(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        cls.order = paid_order(*MIXED)
        cancel_order(order_id=cls.order.pk)

    def setUp(self) -> None:
        self.before = self.rows()

    def rows(self) -> list:
        models = (Invoice, InvoiceLine, InvoiceVat)
        return [list(model.objects.order_by("pk").values()) for model in models]

    def assert_refused(self, *attempts) -> None:
        for number, attempt in enumerate(attempts):
            with self.subTest(number), self.assertRaises(InvoiceFrozen), transaction.atomic():
                attempt()
        self.assertEqual(self.rows(), self.before)

    def test_a_row_is_neither_saved_again_nor_deleted(self) -> None:
        for model in (Invoice, InvoiceLine, InvoiceVat):
            row = model.objects.first()
            row.net = Decimal("1.00")
            self.assert_refused(row.save, lambda r=row: r.save(update_fields=["net"]), row.delete)

    def test_no_queryset_changes_or_deletes(self) -> None:
        for model in (Invoice, InvoiceLine, InvoiceVat):
            rows = list(model.objects.all())
            self.assert_refused(
                lambda m=model: m.objects.update(net=0),
                lambda m=model: m.objects.select_for_update().filter(net__gt=0).update(net=0),
                lambda m=model: m._base_manager.update(net=0),
                lambda m=model, r=rows: m.objects.bulk_update(r, ["net"]),
                lambda m=model, r=rows: m.objects.bulk_create(
                    r, update_conflicts=True, update_fields=["net"], unique_fields=["pk"]
                ),
                lambda m=model: m.objects.update_or_create(
                    pk=m.objects.first().pk, defaults={"net": 0}
                ),
                lambda m=model: m.objects.all().delete(),
                lambda m=model: m._base_manager.all().delete(),
            )

    def test_no_relation_is_a_way_round(self) -> None:
        invoice, note = self.order.invoices.order_by("pk")
        other = OrderFactory()
        self.assert_refused(
            lambda: self.order.invoices.all().delete(),
            lambda: self.order.invoices.update(net=0),
            lambda: other.invoices.add(invoice),
            lambda: other.invoices.add(invoice, bulk=False),
            invoice.credit_notes.clear,
            lambda: invoice.credit_notes.remove(note),
            lambda: invoice.credit_notes.set([]),
            lambda: invoice.lines.all().delete(),
            lambda: invoice.vat_lines.update(vat=0),
        )

    def test_a_row_that_claims_to_be_new_does_not_take_anothers_place(self) -> None:
        invoice = self.order.invoices.first()
        invoice._state.adding = True
        with self.assertRaises(IntegrityError), transaction.atomic():
            invoice.save()
        twin = Invoice.objects.get(pk=invoice.pk)
        twin.pk, twin._state.adding = None, True
        with self.assertRaises(IntegrityError), transaction.atomic():
            twin.save()  # the same number
        self.assertEqual(self.rows(), self.before)

    def test_what_was_billed_cannot_be_deleted_from_below(self) -> None:
        line = self.order.lines.first()
        for attempt in (
            self.order.delete,
            Order.objects.all().delete,
            line.delete,
            self.order.lines.all().delete,
            self.order.user.delete,
            InvoiceSeries.objects.all().delete,
        ):
            with self.assertRaises(ProtectedError), transaction.atomic():
                attempt()
        self.assertEqual(self.rows(), self.before)

    def test_postgresql_refuses_whatever_the_way(self) -> None:
        if connection.vendor != "postgresql":
            self.skipTest("SQLite has the models' refusals only.")
        for table in ("main_invoice", "main_invoiceline", "main_invoicevat"):
            for statement in (f"UPDATE {table} SET net = 0", f"DELETE FROM {table}"):  # noqa: S608
                with (
                    self.subTest(statement),
                    self.assertRaisesMessage(IntegrityError, "never changed or deleted"),
                    transaction.atomic(),
                    connection.cursor() as cursor,
                ):
                    cursor.execute(statement)
        self.assertEqual(self.rows(), self.before)
