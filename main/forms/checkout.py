"""Where an order goes and who pays: as a guest, or from one's own addresses."""

from django import forms

from main.forms.addresses import PostalAddressForm
from main.models import Address, PostalAddress


class SeenForm(forms.Form):
    """Which basket the customer looked at, and the sum it showed."""

    basket = forms.IntegerField(min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)
    total = forms.DecimalField(max_digits=12, decimal_places=2, widget=forms.HiddenInput)


class OwnAddressesForm(SeenForm):
    """A signed-in customer chooses among the addresses that are theirs."""

    billing_address = forms.ModelChoiceField(
        Address.objects.none(),
        widget=forms.RadioSelect,
        empty_label=None,
        label="Billing address",
        error_messages={
            "required": "Please choose a billing address.",
            "invalid_choice": "This is not one of your addresses.",
        },
    )
    shipping_address = forms.ModelChoiceField(
        Address.objects.none(),
        widget=forms.RadioSelect,
        empty_label=None,
        label="Delivery address",
        error_messages={
            "required": "Please choose a delivery address.",
            "invalid_choice": "This is not one of your addresses.",
        },
    )

    def __init__(self, *args, addresses, email: str, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.email_address = email
        for name in ("billing_address", "shipping_address"):
            self.fields[name].queryset = addresses

    @property
    def billing(self) -> PostalAddress:
        return self.cleaned_data["billing_address"].postal

    @property
    def shipping(self) -> PostalAddress:
        return self.cleaned_data["shipping_address"].postal


class GuestForm(SeenForm):
    """A guest gives an e-mail address and one or two addresses on one page."""

    email = forms.EmailField(
        label="E-mail address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text="We’ll e-mail your order confirmation there, with a link to track the order.",
    )
    shipping_same = forms.BooleanField(
        required=False, initial=True, label="Deliver to the same address"
    )

    def __init__(self, data=None, **kwargs) -> None:
        super().__init__(data, **kwargs)
        self.billing_form = PostalAddressForm(data, prefix="billing")
        # Left out, the second address must not complain about being empty.
        same = data is not None and bool(data.get("shipping_same"))
        self.shipping_form = PostalAddressForm(None if same else data, prefix="shipping")

    def is_valid(self) -> bool:
        # All three, so that every mistake is shown at once.
        parts = [super().is_valid(), self.billing_form.is_valid()]
        if not (self.is_bound and self.data.get("shipping_same")):
            parts.append(self.shipping_form.is_valid())
        return all(parts)

    @property
    def email_address(self) -> str:
        return self.cleaned_data["email"]

    @property
    def billing(self) -> PostalAddress:
        return self.billing_form.postal

    @property
    def shipping(self) -> PostalAddress:
        same = self.cleaned_data["shipping_same"]
        return self.billing if same else self.shipping_form.postal
