"""Forms for an order's money: it arrived, did not arrive, was paid back or will be."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from main.actions.dropped_payments import drop_payment
from main.actions.payments import record_payment
from main.actions.refunds import fail_refund, record_refund, request_refund
from main.admin.keys import KeyField
from main.gateways.payments import Receipt, ways
from main.models import Order
from main.models.charges import CENT
from main.reports.calendar import start_of
from main.wording.money import money
from main.wording.payments import balance_words

LONGEST_REFERENCE = 140
_CHANGED = "The payments have changed in the meantime. Check them, then try again."


def ledger_version(order: Order) -> str:
    """A text that changes whenever the order's money does."""
    entries = [*order.payments.all(), *order.refunds.all()]
    newest = max((entry.updated_at for entry in entries), default=None)
    return f"{order.status}/{order.due}/{len(entries)}/{newest.isoformat() if newest else 0}"


class LedgerForm(forms.Form):
    """`seen` is the ledger's version on the page, so that a form sent twice takes effect once."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, order: Order, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        self.order = order

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("seen") != ledger_version(self.order):
            raise ValidationError(_CHANGED)
        return self.cleaned_data

    def told(self, what: str) -> str:
        """The text with the order's current state."""
        order = Order.objects.get(pk=self.order.pk)
        words = balance_words(order.balance, order.currency)
        return f"{what} Order {order.number} is {order.get_status_display()}: {words}."


class DatedForm(LedgerForm):
    """Something that happened at the bank or the till, with its date and reference."""

    on = forms.DateField(
        label="On",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Enter a date such as 2026-11-23."},
    )
    reference = forms.CharField(label="Reference", max_length=LONGEST_REFERENCE, required=False)

    def clean_on(self) -> date:
        day: date = self.cleaned_data["on"]
        if day > timezone.localdate():
            raise ValidationError("This date is in the future.")
        if day < timezone.localdate(self.order.created_at):
            raise ValidationError("The order was placed after this date.")
        return day


class PaymentForm(DatedForm):
    amount = forms.DecimalField(label="Amount", min_value=CENT, max_digits=10, decimal_places=2)
    way = forms.ChoiceField(label="Way")
    field_order = ["amount", "way", "on", "reference"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["way"].choices = [(way.code, way.label) for way in ways()]
        self.fields["way"].initial = self.order.payment_way
        self.fields["on"].initial = timezone.localdate()
        self.fields["amount"].initial = self.order.due if self.order.due > 0 else None

    def perform(self, *, by: int) -> str:
        given = self.cleaned_data
        receipt = Receipt(
            way=given["way"],
            amount=given["amount"],
            currency=self.order.currency,
            at=start_of(given["on"]),
            reference=given["reference"],
        )
        record_payment(order_id=self.order.pk, receipt=receipt, recorded_by=by)
        return self.told(f"{_money(self.order, given['amount'])} recorded.")


class RefundPaidForm(DatedForm):
    def __init__(self, *args: Any, order: Order, **kwargs: Any) -> None:
        super().__init__(*args, order=order, **kwargs)
        self.fields["entry"] = KeyField(order.refunds.all(), widget=forms.HiddenInput)
        self.fields["on"].initial = timezone.localdate()

    def perform(self, *, by: int) -> str:
        refund, given = self.cleaned_data["entry"], self.cleaned_data
        record_refund(
            refund_id=refund.pk,
            at=start_of(given["on"]),
            reference=given["reference"],
            recorded_by=by,
        )
        return self.told(f"{_money(self.order, refund.amount)} paid back.")


class RefundFailedForm(LedgerForm):
    def __init__(self, *args: Any, order: Order, **kwargs: Any) -> None:
        super().__init__(*args, order=order, **kwargs)
        self.fields["entry"] = KeyField(order.refunds.all())

    def perform(self, *, by: int) -> str:
        refund = fail_refund(refund_id=self.cleaned_data["entry"].pk, recorded_by=by)
        return self.told(f"{_money(self.order, refund.amount)} could not be paid back.")


class PayBackForm(LedgerForm):
    def perform(self, *, by: int) -> str:
        refund = request_refund(order_id=self.order.pk, recorded_by=by)
        return self.told(f"{_money(self.order, refund.amount)} is to be paid back.")


class DropForm(LedgerForm):
    def __init__(self, *args: Any, order: Order, **kwargs: Any) -> None:
        super().__init__(*args, order=order, **kwargs)
        self.fields["entry"] = KeyField(order.payments.all())

    def perform(self, *, by: int) -> str:
        payment = drop_payment(payment_id=self.cleaned_data["entry"].pk, recorded_by=by)
        return self.told(f"{_money(self.order, payment.amount)} did not arrive.")


FORMS: dict[str, type[LedgerForm]] = {
    "payment": PaymentForm,
    "refund_paid": RefundPaidForm,
    "refund_failed": RefundFailedForm,
    "pay_back": PayBackForm,
    "drop": DropForm,
}


def ledger_form(data: Mapping[str, Any], *, order: Order) -> LedgerForm | None:
    """The form that `do` names; None if there is no such form."""
    kind = FORMS.get(data.get("do", ""))
    return kind(data, order=order) if kind else None


def _money(order: Order, amount: Decimal) -> str:
    return money(amount, order.currency)
