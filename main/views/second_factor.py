"""allauth's pages of second factors and passkeys, which lead on to the page requested before."""

import base64
import logging
from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base import views as base_views
from allauth.mfa.recovery_codes import views as codes_views
from allauth.mfa.totp import views as totp_views
from allauth.mfa.totp.internal.auth import generate_totp_secret
from allauth.mfa.webauthn import views as webauthn_views
from allauth.mfa.webauthn.internal.auth import begin_authentication
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse, reverse_lazy
from django.utils.crypto import salted_hmac
from django.utils.http import urlencode

from main import access
from main.actions.second_factor import use_code
from main.views.next_page import next_page

logger = logging.getLogger(__name__)


class SecondFactorAdapter(DefaultMFAAdapter):
    """Secrets are encrypted with a key from outside the database: a copy of it opens no account."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_generate_recovery_codes": "Set up an authenticator app or a passkey first.",
        "incorrect_code": "This code is wrong or has already been used.",
    }

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        try:
            return _cipher().decrypt(encrypted_text).decode()
        except InvalidToken:
            # SECRET_KEY was changed without keeping the old one: no code is right any more, so the
            # page says that the code is wrong.
            logger.error("A second factor is unreadable: SECRET_KEY is not the one it was set with")
            return generate_totp_secret()

    def generate_authenticator_name(self, *args: Any, **kwargs: Any) -> str:
        return "Passkey"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return super().get_public_key_credential_rp_entity() | {"name": settings.MFA_TOTP_ISSUER}


def _cipher() -> MultiFernet:
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    keys = (salted_hmac("second-factor", "key", secret, algorithm="sha256") for secret in secrets)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key.digest())) for key in keys])


def _with_next(request: HttpRequest, url: str) -> str:
    after = next_page(request)
    return f"{url}?{urlencode({'next': after})}" if after else url


class OnTheWay:
    """A page on the way to another: it takes `next` and passes it on."""

    request: HttpRequest

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"next": next_page(self.request)}

    def get_success_url(self) -> str:
        return _with_next(self.request, super().get_success_url())


class SecurityView(OnTheWay, base_views.IndexView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        wanted = access.wants_factor(self.request.user)
        return super().get_context_data(**kwargs) | {"is_wanted": wanted}


class ActivateAppView(OnTheWay, totp_views.ActivateTOTPView):
    def form_valid(self, form) -> HttpResponse:
        """The code that set up the app has been used: it opens nothing any more."""
        try:
            with transaction.atomic():
                response = super().form_valid(form)
                use_code(user_id=self.request.user.pk, code=form.cleaned_data["code"])
                return response
        except IntegrityError:  # clicked twice, and the other request was first
            return redirect("mfa_index")


class RecoveryCodesView(OnTheWay, codes_views.ViewRecoveryCodesView):
    pass


class AddPasskeyView(OnTheWay, webauthn_views.AddWebAuthnView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = super().get_context_data(**kwargs)
        # Store it on the device if possible, so that it can sign in on its own.
        options = found["js_data"]["creation_options"]["publicKey"]
        options["authenticatorSelection"]["residentKey"] = "preferred"
        return found

    @transaction.atomic
    def form_valid(self, form) -> HttpResponse:
        return super().form_valid(form)


class RenamePasskeyView(webauthn_views.EditWebAuthnView):
    success_url = reverse_lazy("mfa_index")


class RemovePasskeyView(webauthn_views.RemoveWebAuthnView):
    success_url = reverse_lazy("mfa_index")


class RefusedWithWords:
    """Back to the page that asked for the passkey, with the reason why it was refused."""

    request: HttpRequest
    back_to: str

    def form_invalid(self, form) -> HttpResponse:
        for error in form.errors.get("credential", []):
            messages.error(self.request, error)
        return redirect(_with_next(self.request, reverse(self.back_to)))


class ConfirmByPasskeyView(RefusedWithWords, webauthn_views.ReauthenticateWebAuthnView):
    back_to = "mfa_reauthenticate_webauthn"


class PasskeyLoginView(RefusedWithWords, webauthn_views.LoginWebAuthnView):
    back_to = "account_login"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The challenge for passkeys.js; this is not a page."""
        if request.get_preferred_type(["text/html", "application/json"]) != "application/json":
            return redirect(_with_next(request, reverse(self.back_to)))
        return JsonResponse({"request_options": begin_authentication(None)})
