"""The forms on an order's page: its addresses and its next state."""

from typing import Any

from django import forms

from main.models import Order
from main.models.addresses import NORMALISED, POSTAL_FIELDS, normalise_address
from main.models.foreign_text import isolated
from main.models.order_moves import is_address_open
from main.models.postal_rules import check_postal_address

KINDS = ("shipping", "billing")
ADDRESS_FIELDS = ["email", *(f"{kind}_{name}" for kind in KINDS for name in POSTAL_FIELDS)]
LABELS = {
    "email": "E-mail address",
    "name": "Name",
    "address1": "Address",
    "address2": "Second line",
    "city": "Town or city",
    "zip_code": "Postcode",
    "country": "Country",
}
LONGEST_REASON = 200  # as long as a credit note allows
REASON_MISSING = "Please give a reason: it appears on the credit note and in the history."


def open_address_fields(order: Order) -> list[str]:
    return [name for name in ADDRESS_FIELDS if is_address_open(order, kind_of(name))]


def kind_of(field: str) -> str:
    """shipping_city belongs to the "shipping" address, and email is one by itself."""
    return field.partition("_")[0]


class OrderAddressForm(forms.ModelForm):
    """Only changed fields count; one that somebody else changed meanwhile is refused."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.show_hidden_initial = True
            field.label = LABELS[name.partition("_")[2] or name]

    def clean(self) -> dict[str, Any]:
        for name in self.changed_data:
            now, seen = str(self.initial[name]), self.data.get(self.add_initial_prefix(name), "")
            if seen != now:
                text = f"Someone has changed it to “{isolated(now)}” in the meantime."
                self.add_error(name, f"{text} Reload the page.")
        for kind in KINDS:
            names = {f"{kind}_{name}" for name in POSTAL_FIELDS}
            # An address that is not touched may be from before there was a rule.
            is_touched = names <= set(self.fields) and names & set(self.changed_data)
            if is_touched and not names.intersection(self.errors):
                self._check(kind)
        return self.cleaned_data

    def _check(self, kind: str) -> None:
        fields = {name: str(self.cleaned_data.get(f"{kind}_{name}", "")) for name in POSTAL_FIELDS}
        fields = normalise_address(fields)
        for name in NORMALISED:
            self.cleaned_data[f"{kind}_{name}"] = fields[name]
        for name, text in check_postal_address(**fields).items():
            self.add_error(f"{kind}_{name}", text)


class OrderMoveForm(forms.Form):
    """The order's next state, the one that the page showed, and why it is cancelled.

    `seen` is the ledger's version on the page (main.admin.ledger_forms): the sum that was agreed to
    is the one that was shown. A page of release 0.2.0 does not send it.
    """

    to = forms.TypedChoiceField(choices=Order.Status, coerce=int)
    was = forms.TypedChoiceField(choices=Order.Status, coerce=int)
    seen = forms.CharField(required=False)
    reason = forms.CharField(max_length=LONGEST_REASON, required=False)

    def clean(self) -> dict[str, Any]:
        is_cancelling = self.cleaned_data.get("to") == Order.Status.CANCELLED
        if is_cancelling and not self.cleaned_data.get("reason"):
            raise forms.ValidationError(REASON_MISSING)
        return self.cleaned_data
