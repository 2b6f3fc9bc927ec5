"""A visitor's message to customer service."""

from django import forms

from main.models.email_addresses import EmailAddressFormField
from main.models.one_line import BROKEN_LINE, is_one_line


def _check_name(name: str) -> None:
    """It goes into the mail's subject, where a second line would become a header."""
    if not is_one_line(name):
        raise forms.ValidationError(BROKEN_LINE)


class ContactForm(forms.Form):
    name = forms.CharField(
        max_length=100,
        validators=[_check_name],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = EmailAddressFormField(
        label="E-mail address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    message = forms.CharField(max_length=5000, widget=forms.Textarea(attrs={"rows": 8}))
