"""The three admin sites: who may enter, and their titles. The other files say what they show."""

import functools
from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from main import access
from main.admin.invoices import InvoiceViews
from main.admin.jobs import JobViews
from main.admin.keys import NUL
from main.admin.reports import ReportViews
from main.models import Order
from main.models.staff_roles import Right

MOST_COUNTED = 1000


class StaffSite(admin.AdminSite):
    """An admin site for some of the staff.

    Signing in leads through the shop's own page, which is throttled, requires a verified address
    and supports second factors. Users who are signed in but lack the right get a 403.
    """

    site_url = "/"
    index_title = "Today"
    right: Right  # required to enter
    stylesheet = ""

    def has_permission(self, request: HttpRequest) -> bool:
        return access.may(request.user, self.right) and access.has_proved(request)

    def admin_view(self, view: Callable, cacheable: bool = False) -> Callable:
        return access.staff_only(self.right)(super().admin_view(_sensible(view), cacheable))

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        """Completes only fields of this site's forms."""
        names = ("app_label", "model_name", "field_name")
        asked = tuple(request.GET.get(name) for name in names)
        if asked not in self._completed():
            raise PermissionDenied
        return super().autocomplete_view(request)

    def _completed(self) -> set[tuple[str | None, ...]]:
        return {
            (model._meta.app_label, model._meta.model_name, field)
            for model, model_admin in self._registry.items()
            for field in model_admin.autocomplete_fields
        }

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Redirect to the site, or to the shop's own sign-in if that is needed first."""
        target = request.GET.get(REDIRECT_FIELD_NAME, "")
        if not url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure()):
            target = reverse("admin:index", current_app=self.name)
        return redirect(target)

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Use the shop's own page: it asks for the old password, is throttled and mails a note."""
        return redirect("account_change_password")

    def password_change_done(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return redirect("account_change_password")

    def logout(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return redirect("logout")

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        return super().each_context(request) | {"stylesheet": self.stylesheet}


class OwnerSite(JobViews, InvoiceViews, ReportViews, StaffSite):
    site_header = "BookTime: owners"
    site_title = "BookTime owners"
    right = Right.OWNER_SITE
    stylesheet = "admin/owner.css"


class OfficeSite(InvoiceViews, ReportViews, StaffSite):
    site_header = "BookTime: central office"
    site_title = "BookTime office"
    right = Right.OFFICE_SITE
    stylesheet = "admin/office.css"


class DispatchSite(StaffSite):
    site_header = "BookTime: dispatch"
    site_title = "BookTime dispatch"
    right = Right.DISPATCH_SITE
    stylesheet = "admin/dispatch.css"
    index_template = "admin/orders/dispatch_index.html"

    def index(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        waiting = Order.objects.filter(status=Order.Status.PAID)[:MOST_COUNTED].count()
        context = {"waiting": waiting, "most": MOST_COUNTED} | (extra_context or {})
        return super().index(request, context)


def _sensible(view: Callable) -> Callable:
    """The view, refusing addresses that the database cannot handle."""

    @functools.wraps(view)
    def sensible(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if any(NUL in value for values in request.GET.lists() for value in values[1]):
            raise BadRequest("The address contains a character that is not allowed.")
        return view(request, *args, **kwargs)

    return sensible


@functools.cache
def owner_site() -> OwnerSite:
    """Django's default site. Cached, since importing this package requests it while it is made."""
    return OwnerSite()


office_site = OfficeSite(name="central-office-admin")
dispatch_site = DispatchSite(name="dispatchers-admin")
