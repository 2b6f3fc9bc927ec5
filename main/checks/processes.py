"""Checks that what lives inside a process has only one."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register
def check_processes_can_talk(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if settings.REDIS_URL or settings.WEB_CONCURRENCY == 1:
        return []
    return [
        Error(
            f"WEB_CONCURRENCY is {settings.WEB_CONCURRENCY}, but without Redis the processes "
            "cannot pass messages to each other.",
            hint="Set REDIS_URL, or serve with one process.",
            id="main.E001",
        )
    ]
