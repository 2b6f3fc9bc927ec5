"""The app, and the one place where it listens to Django's own signals."""

from django.apps import AppConfig


class MainConfig(AppConfig):
    name = "main"
    verbose_name = "BookTime"

    def ready(self) -> None:
        from main import signals  # noqa: F401
