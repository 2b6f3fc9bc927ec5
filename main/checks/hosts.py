"""Checks which hosts the shop answers, before a deployment."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.http.request import split_domain_port, validate_host


@register(Tags.security, deploy=True)
def check_hosts_are_named(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if "*" not in settings.ALLOWED_HOSTS:
        return []
    return [
        Error(
            "ALLOWED_HOSTS has “*”: whoever asks can name any host, and pages repeat it.",
            hint="Name the shop's own hosts.",
            id="main.E003",
        )
    ]


@register(Tags.security, deploy=True)
def check_own_address_is_answered(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    host, _ = split_domain_port(settings.SITE_URL.partition("://")[2].lower())
    if validate_host(host, settings.ALLOWED_HOSTS):
        return []
    return [
        Error(
            f"ALLOWED_HOSTS lacks the host of SITE_URL, {settings.SITE_URL}: links in mails "
            "would lead to an error.",
            hint="Add the host to ALLOWED_HOSTS, or correct SITE_URL.",
            id="main.E004",
        )
    ]
