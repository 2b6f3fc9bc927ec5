"""The button that places an order."""

from django import forms

from main.gateways.payments import PaymentWay


class PlaceOrderForm(forms.Form):
    """What the customer agreed to, and how they pay if there is more than one way."""

    checkout = forms.UUIDField(widget=forms.HiddenInput)
    quote = forms.CharField(max_length=64, widget=forms.HiddenInput)
    payment_way = forms.ChoiceField(
        widget=forms.RadioSelect,
        label="How to pay",
        required=False,
        error_messages={"invalid_choice": "You cannot pay this way. Please choose another one."},
    )

    def __init__(self, data=None, *, ways: list[PaymentWay], **kwargs) -> None:
        super().__init__(data, **kwargs)
        self.fields["payment_way"].choices = [(way.code, way.label) for way in ways]
        if len(ways) == 1:
            del self.fields["payment_way"]

    @property
    def first_error(self) -> str:
        if "payment_way" in self.errors:
            return self.errors["payment_way"][0]
        return "We could not tell what you agreed to. Please check your order again."
