"""The link that makes a device known, mailed while strangers guess an account's password."""

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from main.forms.attempts import may_mail_link
from main.forms.known_devices import mark_of, remember_device, user_marked
from main.models import User

LINK_LASTS = 3600  # seconds
_SALT = "booktime.device_link"


def mail_device_link(request: HttpRequest, user: User) -> None:
    """The link opens nothing by itself: the password is asked for once more."""
    if may_mail_link(request, email=user.email):
        token = signing.dumps([user.pk, mark_of(user)], salt=_SALT)
        url = settings.SITE_URL + reverse("known_device", kwargs={"token": token})
        adapter = get_adapter(request)
        adapter.send_mail("account/email/device_link", user.email, {"device_url": url})


@never_cache
@require_safe
def known_device(request: HttpRequest, token: str) -> HttpResponse:
    """Makes this device known to whoever reads the account's mail. Repeating it does no harm."""
    try:
        user = user_marked(*signing.loads(token, salt=_SALT, max_age=LINK_LASTS))
    except signing.BadSignature:
        user = None
    if user is None:
        raise Http404("This link is no longer valid.")
    messages.info(request, "This device is known now. Please sign in.")
    response = redirect("login")
    remember_device(request, response, user)
    return response
