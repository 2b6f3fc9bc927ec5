"""The app, which connects its signal handlers here, and the owners' admin."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class MainConfig(AppConfig):
    name = "main"
    verbose_name = "BookTime"

    def ready(self) -> None:
        from main import checks, jobs, signals, tasks  # noqa: F401


class OwnersAdminConfig(AdminConfig):
    """Django's admin, with the owners' site as its default."""

    default_site = "main.admin.sites.owner_site"
