"""Adapts allauth's pages to the shop: mails are sent by tasks, and no GET signs anyone out."""

import ipaddress

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.mixins import LogoutFunctionalityMixin
from allauth.account.views import ConfirmEmailView, LoginView, PasswordResetFromKeyView
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.ratelimit import respond_429
from django.conf import settings
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.crypto import constant_time_compare

from main import access, events
from main.forms.attempts import PASSWORD, Attempt, count_attempt, forget_attempts, may_ask
from main.forms.known_devices import remember_device
from main.gateways.public_address import at_public_address
from main.models import User
from main.models.email_addresses import normal_email
from main.views.known_devices import mail_device_link
from main.views.next_page import leads_within

# In a session whose sign-in has begun: a mark of the password that began it.
_PROVED = "sign_in_proved"
# IPv4 clients behind a translator (RFC 6052).
_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "too_many_from_elsewhere": (
            "Many wrong passwords have been tried for this address. If yours is right, we have "
            "just sent you an e-mail: follow its link on this device, then sign in."
        ),
    }
    _attempt: Attempt

    def get_client_ip(self, request: HttpRequest) -> str:
        """An IPv4 address that comes inside an IPv6 one (::ffff:192.0.2.1) as itself.

        Limits count IPv6 by network, in which all such addresses would be one client.
        """
        return _unwrapped(super().get_client_ip(request))

    def pre_authenticate(self, request: HttpRequest, **credentials) -> None:
        email = _typed_address(credentials)
        self._attempt = count_attempt(request, email=email, proof=PASSWORD)

    def authenticate(self, request: HttpRequest, **credentials) -> User | None:
        """The user if the password is right.

        Too many wrong ones from everywhere refuse an unknown device whatever its password is, with
        the same words. The right one also brings its owner a mail.
        """
        user = super().authenticate(request, **credentials)
        if not self._attempt.is_beyond:
            return user
        if user:
            mail_device_link(request, user)
        raise self.validation_error("too_many_from_elsewhere")

    def _rollback_login_failed_rl_usage(self) -> None:
        self._attempt.succeeded()

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials) -> None:
        forget_attempts(request, email=_typed_address(credentials))

    def post_login(self, request: HttpRequest, user: User, **hook_kwargs) -> HttpResponse:
        response = super().post_login(request, user, **hook_kwargs)
        remember_device(request, response, user)
        return response

    def is_ajax(self, request) -> bool:
        """Always answer with pages, whatever a client claims to accept."""
        return False

    def is_safe_url(self, url: str) -> bool:
        """As strict as the shop's other pages: allauth would go from HTTPS to HTTP."""
        return leads_within(self.request, url)

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        """By task, so that a slow mail server causes neither errors nor delays.

        Whoever asks chooses the request's host; links in a mail never follow it.
        """
        links = {key: at_public_address(url) for key, url in context.items() if _is_link(key, url)}
        context = {"email": email, "site_url": settings.SITE_URL} | context | links
        subject = render_to_string(f"{template_prefix}_subject.txt", context)
        text = render_to_string(f"{template_prefix}_message.txt", context).strip()
        events.account_mail_written(email=email, subject=" ".join(subject.split()), text=text)

    def pre_login(self, request, user, **kwargs) -> HttpResponse | None:
        request.session[_PROVED] = user.get_session_auth_hash()
        return super().pre_login(request, user, **kwargs)

    def login(self, request, user) -> None:
        """Half a sign-in, waiting for its second factor or a link, ends with the old password."""
        proved = request.session.pop(_PROVED, None)
        if proved and not constant_time_compare(proved, user.get_session_auth_hash()):
            raise ImmediateHttpResponse(redirect("account_login"))
        super().login(request, user)

    def get_reauthentication_methods(self, user) -> list[dict]:
        """Users with a second factor confirm with it: a stolen password must not remove it."""
        methods = super().get_reauthentication_methods(user)
        return [method for method in methods if method["id"] != "reauthenticate"] or methods

    def confirm_email(self, request, email_address) -> bool:
        try:
            with transaction.atomic():
                return super().confirm_email(request, email_address)
        except IntegrityError:
            # Someone has meanwhile signed up with the address, but never verified it.
            messages.error(request, "This e-mail address belongs to another account.")
            return False


def _unwrapped(client: str) -> str:
    address = ipaddress.ip_address(client)
    if isinstance(address, ipaddress.IPv4Address):
        return client
    if address in _TRANSLATED:
        return str(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return str(address.ipv4_mapped or ipaddress.IPv6Address(int(address)))  # without %interface


def _typed_address(credentials: dict[str, str]) -> str:
    return normal_email(credentials.get("email", "").strip())


def _is_link(key: str, value: object) -> bool:
    return key.endswith("_url") and isinstance(value, str)


class SignInView(LoginView):
    def post(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if not may_ask(request, email=_typed_address({"email": request.POST.get("login", "")})):
            return respond_429(request)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form) -> HttpResponse:
        """allauth applies "keep me signed in" last; staff are not kept signed in for weeks."""
        response = super().form_valid(form)
        access.limit_session(self.request, self.request.user)
        return response


class LogoutByPost(LogoutFunctionalityMixin):
    """A link must not sign out a user who follows it while signed in to another account."""

    def logout(self) -> None:
        if self.request.method == "POST":
            super().logout()


class EmailConfirmView(LogoutByPost, ConfirmEmailView):
    pass


class PasswordResetKeyView(LogoutByPost, PasswordResetFromKeyView):
    def form_valid(self, form) -> HttpResponse:
        """Whoever reads the account's mail here is no stranger."""
        response = super().form_valid(form)
        remember_device(self.request, response, self.reset_user)
        return response
