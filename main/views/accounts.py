"""Adapts allauth's pages to the shop: mails are sent by tasks, and no GET signs anyone out."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.mixins import LogoutFunctionalityMixin
from allauth.account.views import ConfirmEmailView, LoginView, PasswordResetFromKeyView
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.crypto import constant_time_compare

from main import access, events
from main.views.next_page import leads_within

# In a session whose sign-in has begun: a mark of the password that began it.
_PROVED = "sign_in_proved"


class AccountAdapter(DefaultAccountAdapter):
    def is_ajax(self, request) -> bool:
        """Always answer with pages, whatever a client claims to accept."""
        return False

    def is_safe_url(self, url: str) -> bool:
        """As strict as the shop's other pages: allauth would go from HTTPS to HTTP."""
        return leads_within(self.request, url)

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        """By task, so that a slow mail server causes neither errors nor delays."""
        context = {"email": email, "site_url": settings.SITE_URL} | context
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


class SignInView(LoginView):
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
    pass
