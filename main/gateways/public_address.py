"""The shop's address as others see it: SITE_URL, whichever host a request named."""

from urllib.parse import urlsplit

from django.conf import settings
from django.utils.encoding import iri_to_uri


def public_url(location: str) -> str:
    """The address of a path of ours; what is a whole address already stays as it is."""
    return iri_to_uri(settings.SITE_URL + location if location.startswith("/") else location)


def at_public_address(url: str) -> str:
    """One of our pages at SITE_URL, although a request came by another host."""
    return public_url(urlsplit(url)._replace(scheme="", netloc="").geturl())
