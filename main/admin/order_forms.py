"""What staff fill in on an order's page: where it goes, its lines' next states, its own."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms

from main.models import Order, OrderLine
from main.models.addresses import POSTAL_FIELDS, check_postal_address, normalise_postcode
from main.models.order_moves import is_address_open, line_moves

KINDS = ("shipping", "billing")
ADDRESS_FIELDS = [f"{kind}_{name}" for kind in KINDS for name in POSTAL_FIELDS]
LABELS = {
    "name": "Name",
    "address1": "Address",
    "address2": "Second line",
    "city": "Town or city",
    "zip_code": "Postcode",
    "country": "Country",
}
LONGEST_REASON = 200  # as long as a credit note takes


def open_address_fields(order: Order) -> list[str]:
    return [name for name in ADDRESS_FIELDS if is_address_open(order, kind_of(name))]


def kind_of(field: str) -> str:
    """shipping_city is of the "shipping" address."""
    return field.partition("_")[0]


class OrderAddressForm(forms.ModelForm):
    """Only what was changed counts, unless somebody else changed the same meanwhile."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.show_hidden_initial = True
            field.label = LABELS[name.partition("_")[2]]

    def clean(self) -> dict[str, Any]:
        for name in self.changed_data:
            now, seen = str(self.initial[name]), self.data.get(self.add_initial_prefix(name), "")
            if seen != now:
                text = f"Someone has changed it to “{now}” in the meantime. Reload the page."
                self.add_error(name, text)
        for kind in KINDS:
            names = {f"{kind}_{name}" for name in POSTAL_FIELDS}
            if names <= set(self.fields) and not names.intersection(self.errors):
                self._check(kind)
        return self.cleaned_data

    def _check(self, kind: str) -> None:
        fields = {name: str(self.cleaned_data.get(f"{kind}_{name}", "")) for name in POSTAL_FIELDS}
        fields["zip_code"] = normalise_postcode(fields["zip_code"])
        self.cleaned_data[f"{kind}_zip_code"] = fields["zip_code"]
        for name, text in check_postal_address(**fields).items():
            self.add_error(f"{kind}_{name}", text)


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line with its two fields, for the page."""

    line: OrderLine
    state: str
    move: forms.BoundField | None
    seen: forms.BoundField


class LineMovesForm(forms.Form):
    """A choice for each line that can go anywhere, and the reason for what is cancelled.

    `was-…` is what the page showed: a line that others moved since is left alone, and told.
    """

    reason = forms.CharField(max_length=LONGEST_REASON, required=False)

    def __init__(self, *args, order: Order, may_refund: bool, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.order, self.may_refund = order, may_refund
        self.lines = list(order.lines.all())
        self.stale: list[str] = []
        for line in self.lines:
            self.fields[f"line-{line.pk}"] = self._move_field(line)
            self.fields[f"was-{line.pk}"] = forms.TypedChoiceField(
                choices=OrderLine.Status, coerce=int, required=False, initial=line.status,
                widget=forms.HiddenInput(attrs={"id": None}),
            )  # fmt: skip

    @property
    def rows(self) -> Iterator[LineRow]:
        for line in self.lines:
            move = self[f"line-{line.pk}"] if self._moves(line) else None
            state = OrderLine.Status(line.status).name.lower()
            yield LineRow(line, state, move, self[f"was-{line.pk}"])

    @property
    def can_move(self) -> bool:
        return any(self._moves(line) for line in self.lines)

    @property
    def can_cancel(self) -> bool:
        return any(OrderLine.Status.CANCELLED in self._moves(line) for line in self.lines)

    def clean(self) -> dict[str, Any]:
        cancelled = self.moves().get(OrderLine.Status.CANCELLED, [])
        if cancelled and not self.cleaned_data.get("reason"):
            self.add_error(
                "reason", "Please give a reason: it appears on the credit note and in the history."
            )
        return self.cleaned_data

    def moves(self) -> dict[OrderLine.Status, list[int]]:
        """The keys of the lines to move, by where to, in the order of the states."""
        self.stale = []
        moves = defaultdict(list)
        for line in self.lines:
            wanted = self.cleaned_data.get(f"line-{line.pk}")
            if not wanted or wanted == line.status:
                continue
            if self.cleaned_data.get(f"was-{line.pk}") in (line.status, None, ""):
                moves[OrderLine.Status(wanted)].append(line.pk)
            else:
                state = OrderLine.Status(line.status).label
                self.stale.append(f"“{line.name}” is {state} by now, so it was left unchanged.")
        return dict(sorted(moves.items()))

    def _moves(self, line: OrderLine) -> list[OrderLine.Status]:
        return line_moves(line, self.order, may_refund=self.may_refund)

    def _move_field(self, line: OrderLine) -> forms.TypedChoiceField:
        """Takes any state, since the action says in words which it refuses; offers the allowed."""
        field = forms.TypedChoiceField(
            choices=OrderLine.Status, coerce=int, required=False, empty_value=None
        )
        labels = [(status.value, _to(line, status)) for status in self._moves(line)]
        attributes = {"aria-label": f"Next state of {line.name}", "id": f"line-{line.pk}"}
        field.widget = forms.Select(attributes, choices=[("", "leave unchanged"), *labels])
        return field


class OrderMoveForm(forms.Form):
    """The order's next state, the one that the page showed, and why it is cancelled."""

    to = forms.TypedChoiceField(choices=Order.Status, coerce=int)
    was = forms.TypedChoiceField(choices=Order.Status, coerce=int)
    reason = forms.CharField(max_length=LONGEST_REASON, required=False)

    def clean(self) -> dict[str, Any]:
        is_cancelling = self.cleaned_data.get("to") == Order.Status.CANCELLED
        if is_cancelling and not self.cleaned_data.get("reason"):
            raise forms.ValidationError(
                "Please give a reason: it appears on the credit note and in the history."
            )
        return self.cleaned_data


def _to(line: OrderLine, status: OrderLine.Status) -> str:
    """In the words of whoever does it."""
    if line.status == OrderLine.Status.SENT:
        came_back = status == OrderLine.Status.CANCELLED
        return "came back: refund" if came_back else "not sent after all"
    return {OrderLine.Status.NEW: "back to new", OrderLine.Status.CANCELLED: "cancel"}.get(
        status, status.label
    )
