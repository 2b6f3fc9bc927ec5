"""Checks that invoices can be printed in every script."""

from typing import Any

from django.core import checks

from main.gateways.fonts import missing_fonts


@checks.register
def check_fonts_have_every_script(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    return [
        checks.Warning(
            f"PDF invoices lack {what}.",
            hint=f"Install Debian's package {package}.",
            id="main.W001",
        )
        for package, what in missing_fonts().items()
    ]
