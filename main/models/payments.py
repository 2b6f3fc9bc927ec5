"""The ledger: what was paid for an order, and what was paid back. Amounts are gross."""

from django.conf import settings
from django.db import models

_LIVE = ["pending", "paid"]
_REFERENCE_LENGTH = 140  # as long as a bank's end-to-end references and remittance texts


class LedgerEntry(models.Model):
    """What payments and refunds have in common.

    `way` is a code of main.gateways.payments. `reference` identifies the transfer or card payment
    to the outside world; it is unique among the entries that count.
    """

    amount = models.DecimalField(max_digits=10, decimal_places=2)
    currency = models.CharField(max_length=3)
    way = models.CharField(max_length=20)
    reference = models.CharField(max_length=_REFERENCE_LENGTH, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="Nobody where a programme recorded it.",
    )
    # For orders older than the ledger: derived from invoices and credit notes, not recorded.
    is_before_ledger = models.BooleanField("before the ledger", default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


class PaymentQuerySet(models.QuerySet["Payment"]):
    def locked(self) -> "PaymentQuerySet":
        return self.select_for_update(of=("self",), no_key=True).order_by("pk")

    def paid(self) -> "PaymentQuerySet":
        return self.filter(state=Payment.State.PAID)

    def live(self) -> "PaymentQuerySet":
        """Payments that arrived or may still arrive."""
        return self.filter(state__in=_LIVE)


class Payment(LedgerEntry):
    """Money that arrived, is expected from outside, or did not arrive after all."""

    class State(models.TextChoices):
        PENDING = "pending", "pending"
        PAID = "paid", "paid"
        FAILED = "failed", "failed"
        EXPIRED = "expired", "expired"

    order = models.ForeignKey("main.Order", on_delete=models.PROTECT, related_name="payments")
    state = models.CharField(max_length=7, choices=State)
    paid_at = models.DateTimeField(null=True, blank=True)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="payment_positive"),
            models.UniqueConstraint(
                fields=["way", "reference"],
                condition=~models.Q(reference="") & models.Q(state__in=_LIVE),
                name="payment_reference_once",
            ),
            models.UniqueConstraint(
                fields=["order"],
                condition=models.Q(is_before_ledger=True),
                name="payment_before_ledger_once",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="paid") | models.Q(paid_at__isnull=False),
                name="payment_paid_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency} by {self.way}, {self.get_state_display()}"


class RefundQuerySet(models.QuerySet["Refund"]):
    def locked(self) -> "RefundQuerySet":
        return self.select_for_update(of=("self",), no_key=True).order_by("pk")

    def open(self) -> "RefundQuerySet":
        return self.filter(state=Refund.State.REQUESTED)


class Refund(LedgerEntry):
    """Money that goes or went back to the customer."""

    class State(models.TextChoices):
        REQUESTED = "requested", "requested"
        DONE = "done", "done"
        FAILED = "failed", "failed"

    order = models.ForeignKey("main.Order", on_delete=models.PROTECT, related_name="refunds")
    credit_note = models.ForeignKey(
        "main.Invoice",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="refunds",
        help_text="None where more was paid than was charged.",
    )
    state = models.CharField(max_length=9, choices=State)
    done_at = models.DateTimeField(null=True, blank=True)

    objects = RefundQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="refund_positive"),
            models.UniqueConstraint(
                fields=["way", "reference"],
                condition=~models.Q(reference=""),
                name="refund_reference_once",
            ),
            models.UniqueConstraint(
                fields=["credit_note"],
                condition=models.Q(is_before_ledger=True),
                name="refund_before_ledger_once",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="done") | models.Q(done_at__isnull=False),
                name="refund_done_has_a_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at"], condition=models.Q(state="requested"), name="refund_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency} back by {self.way}, {self.get_state_display()}"
