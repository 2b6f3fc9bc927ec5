"""The settings of the API: who may call it, how often, and the format of answers."""

from datetime import timedelta
from typing import Any

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        # First, since a 401 names the first one's way of signing in.
        "main.api.authentication.TokenAuthentication",
        "main.api.authentication.SessionAuthentication",
    ],
    # A view without permissions of its own is closed.
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAdminUser"],
    "DEFAULT_PARSER_CLASSES": [
        "main.api.parsers.JSONParser",
        "main.api.parsers.FormParser",
        "main.api.parsers.MultiPartParser",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "URL_FORMAT_OVERRIDE": None,
    "DEFAULT_THROTTLE_CLASSES": [
        "main.api.throttles.AnonymousThrottle",
        "main.api.throttles.UserThrottle",
    ],
    # By the client's address, and by account. Signing in has the limits of the shop's login too.
    "DEFAULT_THROTTLE_RATES": {
        "anon": "60/min",
        "guest": "120/min",
        "sign_in": "60/min",
        "description": "60/min",
        "user": "600/min",
    },
    "EXCEPTION_HANDLER": "main.api.errors.problem_response",
    "DEFAULT_SCHEMA_CLASS": "main.api.schema.ProblemSchema",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
REST_KNOX: dict[str, Any] = {
    "TOKEN_TTL": timedelta(days=30),
    "TOKEN_LIMIT_PER_USER": 20,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "BookTime API",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    # Requests and responses have different fields.
    "COMPONENT_SPLIT_REQUEST": True,
    "COMPONENT_SPLIT_PATCH": False,
    "PARSER_WHITELIST": ["main.api.parsers.JSONParser", "main.api.parsers.FormParser"],
    "ENUM_NAME_OVERRIDES": {
        "MessageFact": "main.models.conversations.Message.Fact",
        "MessageKind": "main.models.conversations.Message.Kind",
        "OrderStatus": "main.api.orders.PAID",
        "OrderLineStatus": "main.models.OrderLine.Status",
        "ParticipantRole": "main.models.Role",
    },
    "TAGS": [
        {"name": "Dispatch", "description": "Paid orders and their lines, for staff."},
        {"name": "Customers", "description": "Signing in, and one's own orders."},
        {"name": "Conversations", "description": "What is said about an order, by both sides."},
    ],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "main.api.schema.describe",
    ],
}
