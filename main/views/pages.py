"""The pages “About us” and “Contact us”."""

from typing import Any, ClassVar

from allauth.core import ratelimit
from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse_lazy
from django.views.generic import FormView, TemplateView

from main.actions.contact import request_contact
from main.forms.contact import ContactForm
from main.reports.reply_times import reply_promise
from main.wording.reply_times import AT_THE_LATEST

_SENT = "Thank you. Your message is on its way."
_TOO_MANY = (
    "You’ve written to us several times within an hour. We have your earlier messages; "
    "please wait a while before you send this one."
)


class AboutUsView(TemplateView):
    template_name = "pages/about_us.html"
    extra_context: ClassVar[dict[str, Any]] = {"at_the_latest": AT_THE_LATEST}


class ContactUsView(FormView):
    """ACCOUNT_RATE_LIMITS says how often a client may write, beside the other limits."""

    http_method_names = ["get", "head", "post", "options"]
    template_name = "pages/contact_us.html"
    form_class = ContactForm
    success_url = reverse_lazy("contact_us")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(reply_promise=reply_promise(), **kwargs)

    def get_initial(self) -> dict[str, str]:
        user = self.request.user
        if not user.is_authenticated:
            return {}
        return {"name": user.get_full_name(), "email": user.email}

    def form_valid(self, form: ContactForm) -> HttpResponse:
        if not ratelimit.consume(self.request, action="contact"):
            form.add_error(None, _TOO_MANY)
            return self.render_to_response(self.get_context_data(form=form), status=429)
        request_contact(**form.cleaned_data)
        messages.success(self.request, f"{_SENT} {reply_promise()}")
        return super().form_valid(form)
