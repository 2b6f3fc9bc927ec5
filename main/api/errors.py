"""Every API error as problem details (RFC 9457): a type for programs, words for people."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.core import exceptions as django_errors
from django.http import Http404, JsonResponse
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from main.errors import MessageRefused, RefundRefused, ShopError

PROBLEM = "application/problem+json"
NO_TYPE = "about:blank"  # the status says it all
URN = "urn:booktime:problem:"


class Problem(exceptions.APIException):
    """An error that a program may want to distinguish from others with the same status."""

    type = NO_TYPE
    title = ""

    def __init__(self, detail: str = "", *, retry_after: int | None = None) -> None:
        super().__init__(detail or self.default_detail)
        self.wait = retry_after


class CredentialsWrong(Problem):
    status_code = HTTPStatus.UNAUTHORIZED
    type = f"{URN}credentials_wrong"
    title = "Wrong e-mail address or password"
    default_detail = "There is no account with this e-mail address and password."
    auth_header = "Token"


class SecondFactorRequired(Problem):
    status_code = HTTPStatus.UNAUTHORIZED
    type = f"{URN}second_factor_required"
    title = "A second factor is needed"
    default_detail = "Send the code of your authenticator app, or a recovery code, as `code`."
    auth_header = "Token"


class CodeWrong(Problem):
    status_code = HTTPStatus.UNAUTHORIZED
    type = f"{URN}code_wrong"
    title = "Wrong code"
    default_detail = "This code is wrong or has already been used."
    auth_header = "Token"


class StaffProofMissing(Problem):
    status_code = HTTPStatus.FORBIDDEN
    type = f"{URN}staff_proof_missing"
    title = "Staff sign in again"
    default_detail = "Staff must sign in with a second factor each working day, and to get a token."


class EmailNotVerified(Problem):
    status_code = HTTPStatus.FORBIDDEN
    type = f"{URN}email_not_verified"
    title = "The e-mail address is not verified"
    default_detail = "Follow the link in our e-mail first. Signing in on the site sends a new one."


class AccountInactive(Problem):
    status_code = HTTPStatus.FORBIDDEN
    type = f"{URN}account_inactive"
    title = "The account is closed"
    default_detail = "This account is closed. Write to us if you think it should not be."


class MoveNotAllowed(Problem):
    status_code = HTTPStatus.CONFLICT
    type = f"{URN}move_refused"
    title = "The line cannot change to that status"
    default_detail = "Its current status does not allow that."


class MessageNotTaken(Problem):
    """`code` as in a socket's `refused`: docs/conversation.md."""

    status_code = HTTPStatus.BAD_REQUEST
    type = f"{URN}message_refused"
    title = "The message cannot be accepted"
    default_detail = "It is empty, too long, or not text."

    def __init__(self, detail: str = "", *, code: str = "bad_text") -> None:
        super().__init__(detail)
        self.code = code


class MessageInvalid(exceptions.ValidationError):
    """One of the fields is invalid; `code` as in MessageNotTaken."""

    def __init__(self, detail: Mapping[str, Any], *, code: str) -> None:
        super().__init__(detail)
        self.code = code


class CidTaken(MessageNotTaken):
    status_code = HTTPStatus.CONFLICT
    type = f"{URN}cid_taken"
    title = "The key is taken"
    default_detail = "Another message has already been sent with this key."


class TooManyAttempts(Problem):
    status_code = HTTPStatus.TOO_MANY_REQUESTS
    type = f"{URN}too_many_attempts"
    title = "Too many attempts"
    default_detail = "Too many attempts to sign in. Wait a few minutes."


class BodyTooLarge(Problem):
    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    default_detail = "The body is too large."


class LengthRequired(Problem):
    status_code = HTTPStatus.LENGTH_REQUIRED
    default_detail = "Send the body's length (Content-Length): chunked bodies are not accepted."


class FieldsInvalid(Problem):
    """Stands for ValidationError in the table of problems."""

    status_code = HTTPStatus.BAD_REQUEST
    type = f"{URN}fields_invalid"
    title = "Some of what was sent is not valid"
    default_detail = "`errors` names the fields that are wrong."


# In the order in which the documentation lists them.
PROBLEMS = (
    FieldsInvalid, CredentialsWrong, SecondFactorRequired, CodeWrong, StaffProofMissing,
    EmailNotVerified, AccountInactive, MoveNotAllowed, MessageNotTaken, CidTaken, TooManyAttempts,
)  # fmt: skip


def problem_response(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """The answer to whatever an API view raised; None for a fault of our own (a 500)."""
    known = _as_api_error(error)
    if known is None:
        return None
    # An error is JSON, even where a YAML schema or a page was requested.
    context["request"].accepted_renderer = JSONRenderer()
    context["request"].accepted_media_type = PROBLEM
    problem = problem_details(known)
    headers = _headers(known)
    return Response(problem, status=problem["status"], headers=headers, content_type=PROBLEM)


def problem_page(
    *, status: HTTPStatus, detail: str, headers: dict[str, str] | None = None
) -> JsonResponse:
    """The same if no API view was reached."""
    problem = _problem(status=status, detail=detail)
    return JsonResponse(problem, status=status, content_type=PROBLEM, headers=headers)


def problem_details(error: exceptions.APIException) -> dict[str, Any]:
    if isinstance(error, exceptions.ValidationError):
        errors = _by_field(error.detail)
        words = "; ".join(f"{field}: {' '.join(texts)}" for field, texts in errors.items())
        problem = problem_details(FieldsInvalid(words)) | {"errors": errors}
        return problem | ({"code": error.code} if isinstance(error, MessageInvalid) else {})
    kind, title = getattr(error, "type", NO_TYPE), getattr(error, "title", "")
    status = HTTPStatus(error.status_code)
    problem = _problem(status=status, detail=str(error.detail), kind=kind, title=title)
    return problem | ({"code": error.code} if isinstance(error, MessageNotTaken) else {})


def _problem(*, status: HTTPStatus, detail: str, kind: str = NO_TYPE, title: str = "") -> dict:
    return {
        "type": kind,
        "title": title or status.phrase,
        "status": int(status),
        "detail": detail,
    }


def _by_field(detail: Any) -> dict[str, list[str]]:
    """Field by field; errors of no particular field are under "request"."""
    if not isinstance(detail, dict):
        return {"request": [str(text) for text in detail]}
    return {
        "request" if field == "non_field_errors" else str(field): [str(text) for text in texts]
        for field, texts in detail.items()
    }


def _as_api_error(error: Exception) -> exceptions.APIException | None:
    """The shop's and Django's errors as the API's."""
    if isinstance(error, exceptions.APIException):
        return error
    if isinstance(error, RefundRefused):
        return exceptions.PermissionDenied(str(error))
    if isinstance(error, MessageRefused):
        kind = CidTaken if error.code == "cid_taken" else MessageNotTaken
        return kind(str(error), code=error.code)
    if isinstance(error, ShopError):
        return MoveNotAllowed(str(error))
    known = (answer for kind, answer in _KNOWN.items() if isinstance(error, kind))
    return next(known, None)


_KNOWN: dict[type[Exception], exceptions.APIException] = {
    Http404: exceptions.NotFound("This does not exist, or you may not see it."),
    django_errors.PermissionDenied: exceptions.PermissionDenied(),
    django_errors.RequestDataTooBig: BodyTooLarge(),
    django_errors.SuspiciousOperation: exceptions.ParseError("The request cannot be read."),
}


def _headers(error: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if error.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        headers["Retry-After"] = str(getattr(error, "wait", None) or 60)
    return headers
