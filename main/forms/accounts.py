"""allauth's account forms in the shop's words, revealing to nobody who has an account."""

from allauth.account import forms as allauth_forms
from allauth.account.internal.flows.signup import prevent_enumeration
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction

from main.models.email_addresses import EmailAddressFormField

EMAIL_LENGTH = 254
_LABELS = {
    "login": "E-mail address",
    "email": "E-mail address",
    "password": "Password",
    "oldpassword": "Current password",
    "password2": "Repeat the password",
    "remember": "Keep me signed in on this device",
}


class InShopWords:
    """Labels name the fields, so placeholders need not; lengths match the database.

    An address is taken in its normal form, which allauth, too, finds by `=`.
    """

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = _LABELS.get(name, field.label)
            field.widget.attrs.pop("placeholder", None)
            if name in ("login", "email"):
                self.fields[name] = EmailAddressFormField(
                    label=field.label,
                    help_text=field.help_text,
                    max_length=EMAIL_LENGTH,
                    widget=field.widget,
                )


class LoginForm(InShopWords, allauth_forms.LoginForm):
    pass


class SignupForm(InShopWords, allauth_forms.SignupForm):
    """Neither the page nor the time it takes reveals whether the address has an account."""

    def try_save(self, request):
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])  # takes as long as creating an account
            return super().try_save(request)
        try:
            with transaction.atomic():
                return super().try_save(request)
        except IntegrityError:  # another request took the address after the form was checked
            return None, prevent_enumeration(request, email=self.cleaned_data["email"])


class AddEmailForm(InShopWords, allauth_forms.AddEmailForm):
    pass


class ChangePasswordForm(InShopWords, allauth_forms.ChangePasswordForm):
    pass


class SetPasswordForm(InShopWords, allauth_forms.SetPasswordForm):
    pass


class ReauthenticateForm(InShopWords, allauth_forms.ReauthenticateForm):
    pass


class ResetPasswordKeyForm(InShopWords, allauth_forms.ResetPasswordKeyForm):
    pass


class ResetPasswordForm(InShopWords, allauth_forms.ResetPasswordForm):
    def clean_email(self) -> str:
        """An address that was typed but never verified must not open somebody else's account."""
        email = super().clean_email()
        self.users = [user for user in self.users if user.email == email]
        return email
