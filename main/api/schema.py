"""What the API description adds to what the views say: errors, signing in, examples."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema

from main.api.errors import NO_TYPE, PROBLEM, PROBLEMS
from main.api.permissions import HandlesOrders
from main.api.schema_words import ABOUT, EXAMPLES, STATES, WHEN

_HEADERS = {
    HTTPStatus.UNAUTHORIZED: {"WWW-Authenticate": "How to sign in: `Token`."},
    HTTPStatus.TOO_MANY_REQUESTS: {"Retry-After": "Seconds to wait before trying again."},
}


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = "main.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Token ` and the token that `/mobile-api/auth/` gave.",
        }


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = "main.api.authentication.SessionAuthentication"
    name = "session"
    priority = 1  # before the library's own

    def get_security_definition(self, auto_schema) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": settings.SESSION_COOKIE_NAME,
            "description": "The session of a signed-in user. Writing needs `X-CSRFToken` too.",
        }


class ProblemSchema(AutoSchema):
    """Adds to each operation the errors that it may return.

    A view lists those that do not follow from its classes in `problems`: statuses by method.
    """

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies = super()._get_response_bodies(direction)
        for body in bodies.values():
            body["description"] = body["description"] or "As asked."
        for status in sorted(self._problem_statuses()):
            bodies[str(int(status))] = {"$ref": f"#/components/responses/{status.name}"}
        return bodies

    def _problem_statuses(self) -> set[HTTPStatus]:
        statuses = {
            HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_ACCEPTABLE, HTTPStatus.TOO_MANY_REQUESTS
        }  # fmt: skip
        if self.get_filter_backends():
            statuses.add(HTTPStatus.BAD_REQUEST)
        if self.method in ("POST", "PUT", "PATCH"):
            statuses |= {
                HTTPStatus.BAD_REQUEST,
                HTTPStatus.LENGTH_REQUIRED,
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            }
        if "{" in self.path or self._get_paginator():
            statuses.add(HTTPStatus.NOT_FOUND)
        if HandlesOrders in self.view.permission_classes:
            statuses.add(HTTPStatus.FORBIDDEN)
        return statuses | getattr(self.view, "problems", {}).get(self.method, set())


def describe(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """What applies to all operations."""
    result["info"]["description"] = ABOUT
    components = result["components"]
    for name, example in EXAMPLES.items():
        components["schemas"][name]["examples"] = [example]
    for name, states in STATES.items():
        meanings = [f"* `{status}` - {status.label}: {words}" for status, words in states.items()]
        components["schemas"][name]["description"] = "\n".join(meanings)
    for typed in components["schemas"]["CredentialsRequest"]["properties"].values():
        typed["pattern"] = r"^[^\x00]*$"  # as serializers enforce everywhere, without declaring it
    components["schemas"]["Problem"] = _PROBLEM
    components["responses"] = {status.name: _response(status) for status in WHEN}
    return result


def _example(status: HTTPStatus) -> dict[str, Any]:
    """The first problem with this status, or what the status itself says."""
    kind = next((problem for problem in PROBLEMS if problem.status_code == status), None)
    return {
        "type": kind.type if kind else NO_TYPE,
        "title": kind.title if kind else status.phrase,
        "status": int(status),
        "detail": kind.default_detail if kind else WHEN[status],
    }


def _response(status: HTTPStatus) -> dict[str, Any]:
    response: dict[str, Any] = {
        "description": WHEN[status],
        "content": {
            PROBLEM: {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "example": _example(status),
            }
        },
    }
    if status in _HEADERS:
        response["headers"] = {
            name: {"description": words, "required": True, "schema": {"type": "string"}}
            for name, words in _HEADERS[status].items()
        }
    return response


_PROBLEM = {
    "type": "object",
    "description": "An error, by RFC 9457.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {
            "type": "string",
            "format": "uri",
            "enum": [NO_TYPE, *(problem.type for problem in PROBLEMS)],
            "description": "The kind of error; `about:blank` where the status says it all.",
        },
        "title": {"type": "string", "description": "The kind in words, always the same."},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "description": "What is wrong this time, fit to show."},
        "code": {
            "type": "string",
            "enum": ["empty", "too_long", "bad_text", "no_fact", "cid_taken", "bad_cid"],
            "description": "Why a message was not accepted.",
        },
        "errors": {
            "type": "object",
            "description": "What is wrong with each field; `request` for the whole.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
}
