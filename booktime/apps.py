"""Apps of others, as the shop wants them."""

from django.contrib.staticfiles.apps import StaticFilesConfig


class Static(StaticFilesConfig):
    """Without what no page of ours asks for: compressing it takes most of a build's time.

    Of the API only JSON is shown; the pages of its documentation are Swagger's in one bundle.
    """

    ignore_patterns = [
        *StaticFilesConfig.ignore_patterns, "redoc", "rest_framework", "swagger-ui-es-*"
    ]  # fmt: skip
