"""The page to go to next, if the address has `next`: never outside the shop."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def next_page(request: HttpRequest) -> str:
    """The requested `next`, or "" if there is none or it leads elsewhere."""
    url = request.POST.get("next") or request.GET.get("next") or ""
    return url if leads_within(request, url) else ""


def leads_within(request: HttpRequest, url: str) -> bool:
    """Whether the URL is one of the shop's, under the request's host; over HTTPS only HTTPS."""
    hosts = {request.get_host()}
    return url_has_allowed_host_and_scheme(url, hosts, require_https=request.is_secure())
