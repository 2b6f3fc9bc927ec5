"""A visitor's message to customer service."""

from django import forms
from django.core.validators import RegexValidator

from main.models.email_addresses import EmailAddressFormField

# The name goes into the mail's subject, where a second line would become a header.
_one_line = RegexValidator(
    r"[\x00-\x1f\x7f]", "Please write the name on one line.", inverse_match=True
)


class ContactForm(forms.Form):
    name = forms.CharField(
        max_length=100,
        validators=[_one_line],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = EmailAddressFormField(
        label="E-mail address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    message = forms.CharField(max_length=5000, widget=forms.Textarea(attrs={"rows": 8}))
