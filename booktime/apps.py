"""Third-party apps, adapted to the shop."""

from django.contrib.staticfiles.apps import StaticFilesConfig


class Static(StaticFilesConfig):
    """Leaves out files that no page of ours uses: compressing them takes most of a build's time.

    The API answers in JSON only, and its documentation uses Swagger's single bundle.
    """

    ignore_patterns = [
        *StaticFilesConfig.ignore_patterns, "redoc", "rest_framework", "swagger-ui-es-*"
    ]  # fmt: skip
