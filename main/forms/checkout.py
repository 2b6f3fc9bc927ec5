"""The addresses of an order: a guest types them, a member chooses from their own."""

from collections.abc import Iterable
from typing import Any

from django import forms

from main.forms.addresses import PostalAddressForm
from main.models import Address, Checkout, PostalAddress
from main.models.email_addresses import EmailAddressFormField

TYPED = "typed"  # an address that a guest gave, before signing in


class ChoicesForm(forms.Form):
    """What guests and members can tick besides the addresses.

    Each field here is stored in `Checkout.choices` under its name. It is shown again as it was
    left, and the pricers (main.actions.pricers) read it there.
    """

    @property
    def choices(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.fields}


class MemberForm(ChoicesForm):
    """A member chooses among their own addresses and the one that they typed as a guest."""

    billing_address = forms.ChoiceField(
        widget=forms.RadioSelect,
        label="Billing address",
        error_messages={
            "required": "Please choose a billing address.",
            "invalid_choice": "This is not one of your addresses.",
        },
    )
    shipping_address = forms.ChoiceField(
        widget=forms.RadioSelect,
        label="Delivery address",
        error_messages={
            "required": "Please choose a delivery address.",
            "invalid_choice": "This is not one of your addresses.",
        },
    )
    email_address = ""

    def __init__(self, data=None, *, checkout: Checkout, addresses: Iterable[Address]) -> None:
        super().__init__(data, initial=dict(checkout.choices))
        self.checkout = checkout
        self.own = {str(address.pk): address for address in addresses}
        for kind in ("billing", "shipping"):
            self._offer(kind)

    def _offer(self, kind: str) -> None:
        """Most people have one address, so the first is ticked; others choose."""
        name = f"{kind}_address"
        options = [(key, str(address)) for key, address in self.own.items()]
        typed = self._typed(kind)
        if typed:
            options.append((TYPED, str(typed)))
            self.initial[name] = TYPED
        elif options and not self.initial.get(name):
            self.initial[name] = options[0][0]
        self.fields[name].choices = options

    def _typed(self, kind: str) -> PostalAddress | None:
        is_own = self.checkout.choices.get(f"{kind}_address")
        return None if is_own else getattr(self.checkout, f"{kind}_address")

    @property
    def has_addresses(self) -> bool:
        return bool(self.fields["billing_address"].choices)

    @property
    def address_fields(self) -> list[forms.BoundField]:
        return [self["shipping_address"], self["billing_address"]]

    @property
    def billing(self) -> PostalAddress:
        return self._chosen("billing")

    @property
    def shipping(self) -> PostalAddress:
        return self._chosen("shipping")

    def _chosen(self, kind: str) -> PostalAddress:
        key = self.cleaned_data[f"{kind}_address"]
        typed = self._typed(kind)
        return typed if key == TYPED and typed else self.own[key].postal

    @property
    def choices(self) -> dict[str, Any]:
        """Saved addresses by key, to follow later corrections; a typed one has no key."""
        chosen = super().choices
        for name in ("billing_address", "shipping_address"):
            chosen[name] = None if chosen[name] == TYPED else int(chosen[name])
        return chosen


class GuestForm(ChoicesForm):
    """A guest gives an e-mail address and one or two addresses on one page."""

    email = EmailAddressFormField(
        label="E-mail address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text="We’ll e-mail your order confirmation there, with a link to track the order.",
    )
    shipping_same = forms.BooleanField(
        required=False, initial=True, label="Deliver to the same address"
    )

    def __init__(self, data=None, *, checkout: Checkout) -> None:
        super().__init__(data, initial={"email": checkout.email} | checkout.choices)
        self.billing_form = PostalAddressForm(
            data, prefix="billing", initial=dict(checkout.billing or {})
        )
        # Left out, the second address must not complain about being empty.
        is_same = data is not None and bool(data.get("shipping_same"))
        given = {} if self["shipping_same"].initial else dict(checkout.shipping or {})
        self.shipping_form = PostalAddressForm(
            None if is_same else data, prefix="shipping", initial=given
        )

    def is_valid(self) -> bool:
        # Validate all three, so that every mistake is shown at once.
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
        is_same = self.cleaned_data["shipping_same"]
        return self.billing if is_same else self.shipping_form.postal

    @property
    def choices(self) -> dict[str, Any]:
        """The e-mail address is stored elsewhere, and guests have no address book to follow."""
        chosen = super().choices | {"billing_address": None, "shipping_address": None}
        del chosen["email"]
        return chosen
