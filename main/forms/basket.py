"""The quantities that customers want."""

from django import forms

from main.models import QUANTITY_LIMIT

_BIGGEST_ID = 2**63 - 1


class AddToBasketForm(forms.Form):
    product_id = forms.IntegerField(min_value=1, max_value=_BIGGEST_ID)
    quantity = forms.IntegerField(
        min_value=1,
        max_value=QUANTITY_LIMIT,
        error_messages={
            "required": "Please say how many copies you want.",
            "invalid": "The number of copies must be a whole number.",
            "min_value": "The number of copies must be at least 1.",
            "max_value": f"You can order at most {QUANTITY_LIMIT} copies of a title.",
        },
    )

    @property
    def first_error(self) -> str:
        if "quantity" in self.errors and "product_id" not in self.errors:
            return self.errors["quantity"][0]
        return "We couldn’t tell which book you meant. Please choose it again."


class BasketForm(forms.Form):
    """A quantity per line, as the basket page sends them; 0 removes the line."""

    def __init__(self, data, *, lines) -> None:
        super().__init__(data)
        self.lines = list(lines)
        for line in self.lines:
            self.fields[f"quantity_{line.pk}"] = forms.IntegerField(
                min_value=0, max_value=QUANTITY_LIMIT, required=False
            )

    @property
    def quantities(self) -> dict[int, int]:
        """Quantity by line id; lines that the page did not send are left alone."""
        sent = {line.pk: self.cleaned_data.get(f"quantity_{line.pk}") for line in self.lines}
        return {pk: quantity for pk, quantity in sent.items() if quantity is not None}
