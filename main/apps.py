"""The app, the one place where it listens to Django's own signals, and the owners' admin."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class MainConfig(AppConfig):
    name = "main"
    verbose_name = "BookTime"

    def ready(self) -> None:
        from main import checks, jobs, signals, tasks  # noqa: F401


class OwnersAdminConfig(AdminConfig):
    """Django's admin, whose default site is the owners'."""

    default_site = "main.admin.sites.owner_site"
