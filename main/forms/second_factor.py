"""allauth's forms for second factors and passkeys in the shop's words, safe against odd input."""

from collections.abc import Callable
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core import context
from allauth.mfa.base import forms as base_forms
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn import forms as webauthn_forms
from django import forms
from django.core.exceptions import ValidationError
from django.db import DatabaseError

from main.actions.second_factor import use_code
from main.forms.attempts import CODE, Attempt, count_attempt
from main.models import User

NAME_LENGTH = 60
# A real one has about a thousand characters.
CREDENTIAL_LENGTH = 20_000
_NOT_TAKEN = "This passkey was not accepted. Please try again."
_USED = "This code has already been used. Please wait for the next one."


class OneCode:
    """The field for a code, from an app or the list of recovery codes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = forms.CharField(
            label="Code",
            max_length=40,
            widget=forms.TextInput(
                attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "size": 12}
            ),
        )

    def clean_code(self) -> str:
        attempt = _attempt(self.user)
        code = super().clean_code()
        attempt.succeeded()
        return code


class OnceOnly:
    """An app's code opens once while it is valid."""

    def clean_code(self) -> str:
        code = super().clean_code()
        is_apps = self.authenticator.type == Authenticator.Type.TOTP
        if is_apps and not use_code(user_id=self.user.pk, code=code):
            raise ValidationError(_USED)
        return code


class CodeForm(OnceOnly, OneCode, base_forms.AuthenticateForm):
    pass


class ConfirmByCodeForm(OnceOnly, OneCode, base_forms.ReauthenticateForm):
    pass


class ActivateAppForm(OneCode, ActivateTOTPForm):
    pass


def _attempt(user: User) -> Attempt:
    """Count an attempt at this user's second factor. Raises ValidationError if it is too many."""
    attempt = count_attempt(context.request, email=user.email, proof=CODE)
    if attempt.is_beyond:
        raise get_adapter().validation_error("too_many_login_attempts")
    return attempt


def _checked(credential: Callable[[], Any]) -> Any:
    """Parse what a stranger's device sent: libraries fail at that in many ways."""
    try:
        return credential()
    except DatabaseError:
        raise
    except Exception as error:
        raise ValidationError(_NOT_TAKEN) from error


def _trimmed(credential: Any) -> dict:
    """Only the parts that are read later: nothing else is stored."""
    response = credential["response"]
    properties = credential.get("clientExtensionResults", {}).get("credProps", {})
    return {
        "id": str(credential["id"]),
        "rawId": str(credential["rawId"]),
        "type": "public-key",
        "response": {name: str(response[name]) for name in ("clientDataJSON", "attestationObject")},
        "clientExtensionResults": {"credProps": {"rk": properties.get("rk") is True}},
    }


class CredentialField(forms.JSONField):
    """The hidden field that passkeys.js fills; a refused value is not shown again."""

    widget = forms.HiddenInput
    default_error_messages = {"required": _NOT_TAKEN, "invalid": _NOT_TAKEN}

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and len(value) > CREDENTIAL_LENGTH:
            raise ValidationError(_NOT_TAKEN)
        try:
            return super().to_python(value)
        except (RecursionError, ValueError) as error:  # nested too deeply, or a number too long
            raise ValidationError(_NOT_TAKEN) from error

    def bound_data(self, data: Any, initial: Any) -> str:
        return ""

    def prepare_value(self, value: Any) -> str:
        return ""


class OneCredential:
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["credential"] = CredentialField()


class CountedCredential(OneCredential):
    def clean_credential(self) -> Authenticator:
        attempt = _attempt(self.user)
        authenticator = _checked(super().clean_credential)
        attempt.succeeded()
        return authenticator


class AddPasskeyForm(OneCredential, webauthn_forms.AddWebAuthnForm):
    """Any passkey may sign in alone if its device can ask for a finger or a PIN."""

    passwordless = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"] = forms.CharField(
            max_length=NAME_LENGTH,
            required=False,
            help_text="A name to recognise it by, such as “Office computer”.",
        )
        self.initial["name"] = ""

    def clean_credential(self) -> dict:
        return _checked(lambda: _trimmed(self.cleaned_data["credential"]))

    def clean(self) -> dict:
        return _checked(super().clean)


class PasskeyForm(CountedCredential, webauthn_forms.AuthenticateWebAuthnForm):
    pass


class PasskeyLoginForm(OneCredential, webauthn_forms.LoginWebAuthnForm):
    def clean_credential(self) -> Authenticator:
        return _checked(super().clean_credential)


class ConfirmByPasskeyForm(CountedCredential, webauthn_forms.ReauthenticateWebAuthnForm):
    pass


class RenamePasskeyForm(webauthn_forms.EditWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"] = forms.CharField(max_length=NAME_LENGTH)
