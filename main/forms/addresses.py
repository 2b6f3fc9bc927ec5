"""Postal addresses, checked by their country's rules."""

from django import forms
from django.core.validators import RegexValidator
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django_countries.widgets import LazySelect

from main.models import Address, PostalAddress

_AUTOCOMPLETE = {
    "name": "name",
    "address1": "address-line1",
    "address2": "address-line2",
    "city": "address-level2",
    "zip_code": "postal-code",
    "country": "country",
}
HOME_COUNTRY = "GB"
# An order's mails repeat the address, and a guest may have them sent to anybody.
_no_link = RegexValidator(
    r"(?i)://|\bwww\.", "Please leave web addresses out.", code="link", inverse_match=True
)


class CountrySelect(LazySelect):
    """The countries, without a template for each of the 250 options: saves 10 ms of CPU."""

    def render(self, name, value, attrs=None, renderer=None) -> str:
        chosen = {True: " selected", False: ""}
        options = format_html_join(
            "\n",
            '<option value="{}"{}>{}</option>',
            ((code, chosen[code == str(value or "")], label) for code, label in self.choices),
        )
        attributes = self.build_attrs(self.attrs, (attrs or {}) | {"name": name})
        return format_html("<select{}>{}</select>", flatatt(attributes), options)


class PostalAddressForm(forms.ModelForm):
    """Anyone's address. With the prefix "billing" or "shipping" the browser fills in that one."""

    class Meta:
        model = Address
        fields = list(_AUTOCOMPLETE)
        widgets = {"country": CountrySelect}
        labels = {"address2": "Address, second line"}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if not self.initial.get("country"):
            self.initial["country"] = HOME_COUNTRY
        for name in ("city", "zip_code"):
            # Required by some countries only, so the label does not say.
            self.fields[name].country_decides = True
        if self.prefix == "shipping":
            # Often left out and then hidden: the browser must not insist on it.
            self.use_required_attribute = False
        kind = f"{self.prefix} " if self.prefix in ("billing", "shipping") else ""
        for name, token in _AUTOCOMPLETE.items():
            self.fields[name].widget.attrs["autocomplete"] = kind + token
            if name != "country":
                self.fields[name].validators.append(_no_link)

    @property
    def postal(self) -> PostalAddress:
        """The address as plain values, once the form is valid."""
        return self.instance.postal

    def _update_errors(self, errors) -> None:
        """A field that already has an error gets none from its country's rules."""
        for name in set(errors.error_dict) & set(self.errors):
            del errors.error_dict[name]
        super()._update_errors(errors)
