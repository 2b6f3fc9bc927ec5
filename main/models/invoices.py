"""Invoices and credit notes: what was billed, written once and never changed.

On PostgreSQL, triggers refuse every change as well (migration 0005).
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, ClassVar, TypeVar

from django.db import models

from main.errors import InvoiceFrozen
from main.models.charges import Amounts, ChargeKind
from main.models.foreign_text import isolated
from main.models.ismn import number_name

Row = TypeVar("Row", bound=models.Model)


class FrozenQuerySet(models.QuerySet[Row]):
    """Rows that can only be inserted and read."""

    def update(self, **fields: Any) -> int:
        raise InvoiceFrozen("An invoice is never changed. Write a credit note instead.")

    def bulk_create(
        self, objs: Iterable[Row], *args: Any, update_conflicts: bool = False, **options: Any
    ) -> list[Row]:
        """New rows only: an insert must not become an update of existing rows."""
        if update_conflicts:
            raise InvoiceFrozen("An invoice is never changed. Write a credit note instead.")
        return super().bulk_create(objs, *args, **options)

    def bulk_update(self, objs: Any, fields: Any, batch_size: int | None = None) -> int:
        raise InvoiceFrozen("An invoice is never changed. Write a credit note instead.")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise InvoiceFrozen("An invoice is never deleted. Write a credit note instead.")


class FrozenModel(models.Model):
    """A row that can only be written once."""

    objects = FrozenQuerySet.as_manager()

    class Meta:
        abstract = True
        # Relations and `refresh_from_db` use the same manager.
        base_manager_name = "objects"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise InvoiceFrozen("An invoice is never changed. Write a credit note instead.")
        super().save(*args, **kwargs | {"force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise InvoiceFrozen("An invoice is never deleted. Write a credit note instead.")


class InvoiceSeriesQuerySet(models.QuerySet["InvoiceSeries"]):
    def locked(self) -> "InvoiceSeriesQuerySet":
        """Lock the counter until the transaction ends, so that numbers have no gaps or repeats."""
        return self.select_for_update()


class InvoiceSeries(models.Model):
    """The counter of a number series, one per kind and year: "INV-2026"."""

    name = models.CharField(max_length=12, primary_key=True)
    last_number = models.PositiveIntegerField(default=0)

    objects = InvoiceSeriesQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "invoice series"

    def __str__(self) -> str:
        return self.name


class InvoiceQuerySet(FrozenQuerySet["Invoice"]):
    def newest_first(self) -> "InvoiceQuerySet":
        return self.order_by("-pk")

    def invoices(self) -> "InvoiceQuerySet":
        return self.filter(kind=Invoice.Kind.INVOICE)

    def credit_notes(self) -> "InvoiceQuerySet":
        return self.filter(kind=Invoice.Kind.CREDIT_NOTE)

    def for_rendering(self) -> "InvoiceQuerySet":
        """With everything printed on the document, in three more queries."""
        return self.select_related("order", "corrects").prefetch_related("lines", "vat_lines")


class Invoice(FrozenModel):
    """An invoice, or a credit note that corrects one. Amounts are positive in both.

    `seller`, `customer` and `recipient` are snapshots: dicts of strings with the keys of
    `main.models.invoice_parties`. Release 0.2.0 wrote no `recipient`.
    """

    class Kind(models.TextChoices):
        INVOICE = "invoice", "Invoice"
        CREDIT_NOTE = "credit_note", "Credit note"

    kind = models.CharField(max_length=12, choices=Kind)
    series = models.ForeignKey(InvoiceSeries, on_delete=models.PROTECT, related_name="+")
    sequence = models.PositiveIntegerField("number in the series")
    order = models.ForeignKey("main.Order", on_delete=models.PROTECT, related_name="invoices")
    corrects = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="credit_notes"
    )
    reason = models.CharField(max_length=200, blank=True)
    is_refund = models.BooleanField(
        "refund", default=False, help_text="Money goes back: a credit note can mend paper only."
    )
    issued_at = models.DateTimeField()
    seller = models.JSONField()
    customer = models.JSONField()
    recipient = models.JSONField(null=True)
    sent_on = models.DateField(null=True, help_text="When the last of its books had been sent.")
    currency = models.CharField(max_length=3)
    net = models.DecimalField(max_digits=10, decimal_places=2)
    vat = models.DecimalField("VAT", max_digits=10, decimal_places=2)
    gross = models.DecimalField(max_digits=10, decimal_places=2)

    objects: ClassVar[Any] = InvoiceQuerySet.as_manager()

    class Meta(FrozenModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["series", "sequence"], name="invoice_number_unique"),
            models.CheckConstraint(
                condition=models.Q(kind="invoice", corrects=None)
                | models.Q(kind="credit_note", corrects__isnull=False),
                name="invoice_credit_note_corrects_one",
            ),
        ]
        indexes = [models.Index(fields=["-issued_at"], name="invoice_newest")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"

    @property
    def number(self) -> str:
        """As printed: "INV-2026-00017"."""
        return f"{self.series_id}-{self.sequence:05d}"

    @property
    def has_charges(self) -> bool:
        """Whether it has anything but books."""
        return any(line.kind != ChargeKind.BOOK for line in self.lines.all())

    @property
    def is_sent_elsewhere(self) -> bool:
        """Whether its books go to another name or address than the bill."""
        return bool(self.recipient) and self.recipient != self.customer

    @property
    def is_credit_note(self) -> bool:
        return self.kind == self.Kind.CREDIT_NOTE


class InvoiceLine(FrozenModel):
    """What one line or charge of the order cost, or how much of that is credited.

    `net` and `vat` of all lines add up to the invoice's. It points to the order line or charge that
    was billed, even if some copies have moved to other rows since.
    """

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="lines")
    order_line = models.ForeignKey(
        "main.OrderLine", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    order_charge = models.ForeignKey(
        "main.OrderCharge",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
    )
    kind = models.CharField(
        max_length=12, choices=ChargeKind, default=ChargeKind.BOOK, db_default=ChargeKind.BOOK
    )
    name = models.CharField(max_length=255)
    isbn = models.CharField("ISBN-13", max_length=13, blank=True)
    quantity = models.PositiveSmallIntegerField()
    unit_price = models.DecimalField(max_digits=8, decimal_places=2, help_text="VAT included.")
    tax_rate = models.DecimalField("VAT rate", max_digits=4, decimal_places=2)
    net = models.DecimalField(max_digits=10, decimal_places=2)
    vat = models.DecimalField("VAT", max_digits=10, decimal_places=2)
    gross = models.DecimalField(max_digits=10, decimal_places=2)

    class Meta(FrozenModel.Meta):
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["invoice", "order_line"], name="invoiceline_once_an_order_line"
            ),
            models.UniqueConstraint(
                fields=["invoice", "order_charge"],
                condition=models.Q(order_charge__isnull=False),
                name="invoiceline_once_an_order_charge",
            ),
            models.CheckConstraint(
                condition=models.Q(order_line__isnull=False, order_charge=None)
                | models.Q(order_line=None, order_charge__isnull=False),
                name="invoiceline_of_a_line_or_a_charge",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {isolated(self.name)}"

    @property
    def amounts(self) -> Amounts:
        return Amounts(net=self.net, vat=self.vat, gross=self.gross)

    @property
    def number_name(self) -> str:
        return number_name(self.isbn)

    @property
    def unit_net(self) -> Decimal:
        """The net price of one copy, to four places; times the quantity, rounded, it is `net`."""
        return (self.net / self.quantity).quantize(Decimal("0.0001"))


class InvoiceVat(FrozenModel):
    """The sums at one VAT rate. Kind and date are copied from the invoice for the reports."""

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="vat_lines")
    kind = models.CharField(max_length=12, choices=Invoice.Kind)
    issued_on = models.DateField(help_text="In the shop's time zone.")
    rate = models.DecimalField("VAT rate", max_digits=4, decimal_places=2)
    net = models.DecimalField(max_digits=10, decimal_places=2)
    vat = models.DecimalField("VAT", max_digits=10, decimal_places=2)
    gross = models.DecimalField(max_digits=10, decimal_places=2)

    class Meta(FrozenModel.Meta):
        ordering = ["rate"]
        constraints = [
            models.UniqueConstraint(fields=["invoice", "rate"], name="invoicevat_once_a_rate")
        ]
        indexes = [
            models.Index(
                fields=["issued_on", "kind", "rate"],
                include=["net", "vat", "gross"],
                name="invoicevat_turnover",
            )
        ]

    def __str__(self) -> str:
        return f"{self.rate}%"
