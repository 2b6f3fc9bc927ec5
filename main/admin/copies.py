"""Form fields for how many copies of a line or charge to change, and whether they are stale."""

from collections.abc import Iterable, Sequence

from django import forms

from main.models.foreign_text import isolated
from main.models.order_lines import OrderItem


class Copies:
    """`copies-…` says how many of a row's copies to change; empty means all.

    `of-…` is how many the page showed: otherwise a form sent twice would take further copies.
    """

    def __init__(self, form: forms.Form, rows: Sequence[OrderItem]) -> None:
        self.form = form
        for row in rows:
            form.fields[f"of-{row.pk}"] = forms.IntegerField(
                required=False, initial=row.quantity, widget=forms.HiddenInput(attrs={"id": False})
            )
            if row.quantity > 1:
                form.fields[f"copies-{row.pk}"] = _field(row)

    def field(self, row: OrderItem) -> forms.BoundField | None:
        """None if there is only one copy, and so nothing to choose."""
        name = f"copies-{row.pk}"
        return self.form[name] if name in self.form.fields else None

    def seen(self, row: OrderItem) -> forms.BoundField:
        return self.form[f"of-{row.pk}"]

    def news_of(self, row: OrderItem) -> str:
        """How others have changed the number since the page was shown."""
        if self.form.cleaned_data.get(f"of-{row.pk}") in (row.quantity, None):
            return ""
        return f"now has {_count(row)}"

    def check(self, rows: Iterable[OrderItem]) -> None:
        for row in rows:
            if self.of(row) > row.quantity:
                self.form.add_error(f"copies-{row.pk}", f"There {_count(row, 'is', 'are')}.")

    def of(self, row: OrderItem) -> int:
        return self.form.cleaned_data.get(f"copies-{row.pk}") or row.quantity

    def chosen(self, rows: Iterable[OrderItem]) -> dict[int, int]:
        """As actions take it: the number of copies, for rows of which not all are meant."""
        return {row.pk: self.of(row) for row in rows if self.of(row) != row.quantity}


def _field(row: OrderItem) -> forms.IntegerField:
    attributes = {"max": row.quantity, "aria-label": f"Copies of {isolated(row.name)}"}
    return forms.IntegerField(
        min_value=1,
        required=False,
        initial=row.quantity,
        widget=forms.NumberInput(attributes),
        error_messages={"invalid": "Enter a number.", "min_value": "Enter 1 or more."},
    )


def _count(row: OrderItem, one: str = "", many: str = "") -> str:
    verb = one if row.quantity == 1 else many
    noun = "copy" if row.quantity == 1 else "copies"
    return f"{verb} {row.quantity} {noun}".strip()
