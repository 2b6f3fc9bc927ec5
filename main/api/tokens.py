"""Signing in from a phone: a token for e-mail, password and, if there is one, second factor."""

from http import HTTPStatus

from allauth.account.adapter import get_adapter
from allauth.account.utils import has_verified_email
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from main.actions.accounts import adopt_guest_orders
from main.actions.tokens import SignedOutMeanwhile, give_token
from main.api import errors
from main.api.authentication import TokenAuthentication
from main.api.throttles import SignInThrottle, UserThrottle
from main.api.views import NeverCached
from main.forms.attempts import may_ask
from main.forms.second_factor import CodeForm
from main.models import User
from main.models.email_addresses import normal_email

# At most this many seconds until the limits allow another try (booktime/settings/accounts.py).
_BY_ADDRESS, _BY_ACCOUNT, _FROM_ELSEWHERE = 60, 300, 3600
_TOO_MANY = "too_many_login_attempts"


class CredentialsSerializer(serializers.Serializer):
    username = serializers.CharField(
        max_length=254, trim_whitespace=False, help_text="The e-mail address, case-insensitive."
    )
    password = serializers.CharField(max_length=4096, trim_whitespace=False)
    code = serializers.CharField(
        max_length=40,
        required=False,
        allow_blank=True,
        help_text=(
            "From the authenticator app, or a recovery code; "
            "required if the account has a second factor."
        ),
    )


class TokenSerializer(serializers.Serializer):
    token = serializers.CharField(
        min_length=64, max_length=64, help_text="To be sent as `Authorization: Token ...`."
    )


@extend_schema(tags=["Customers"])
# If we ever fail here, the error mail does not reveal them.
@method_decorator(sensitive_post_parameters("password", "code"), name="dispatch")
class TokenView(NeverCached):
    serializer_class = TokenSerializer
    throttle_classes = [SignInThrottle, UserThrottle]
    problems = {"POST": {HTTPStatus.FORBIDDEN}}

    def get_authenticators(self) -> list:
        """None: signing in ignores an old header or a browser's cookie."""
        is_signing_in = getattr(self.request, "method", "") == "POST"
        return [] if is_signing_in else [TokenAuthentication()]

    def get_permissions(self) -> list:
        return [IsAuthenticated()] if self.request.method == "DELETE" else [AllowAny()]

    @extend_schema(
        operation_id="sign_in",
        summary="Sign in",
        request=CredentialsSerializer,
        auth=[{}],  # type: ignore[list-item]  # nobody is known yet
    )
    def post(self, request: Request) -> Response:
        """A token for e-mail address and password.

        It is valid for 30 days, or until it is revoked, the password is changed or the account is
        closed. Each account keeps its newest 20. Users with a second factor send its code as well;
        the answer asks for it only after the right password.
        """
        credentials = CredentialsSerializer(data=request.data)
        credentials.is_valid(raise_exception=True)
        user = _authenticated(request._request, **credentials.validated_data)
        try:
            token = give_token(user=user)
        except SignedOutMeanwhile:
            raise errors.CredentialsWrong from None
        adopt_guest_orders(user=user)
        return Response({"token": token})

    @extend_schema(
        operation_id="sign_out",
        summary="Sign out",
        responses={204: OpenApiResponse(description="It is revoked.")},
    )
    def delete(self, request: Request) -> Response:
        """Revokes the token with which this request is sent."""
        request.auth.delete()
        return Response(status=HTTPStatus.NO_CONTENT)


def _authenticated(request: HttpRequest, *, username: str, password: str, code: str = "") -> User:
    """The user, by the rules and limits of the shop's own login. Raises a Problem."""
    email = normal_email(username.strip())
    user = _by_password(request, email=email, password=password)
    if not user.is_active:
        raise errors.AccountInactive
    if not has_verified_email(user, email):
        raise errors.EmailNotVerified
    if is_mfa_enabled(user, [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]):
        _check_code(user, code)
    return user


def _by_password(request: HttpRequest, *, email: str, password: str) -> User:
    """An unknown address takes as long, and gets the same answer, as a wrong password."""
    if not may_ask(request, email=email):
        raise errors.TooManyAttempts(retry_after=_BY_ADDRESS)
    try:
        user = get_adapter(request).authenticate(request, email=email, password=password)
    except ValidationError as error:  # it checks nothing but how often
        wait = _BY_ACCOUNT if error.code == _TOO_MANY else _FROM_ELSEWHERE
        raise errors.TooManyAttempts(retry_after=wait) from None
    if user is None:
        raise errors.CredentialsWrong
    return user


@transaction.atomic  # a recovery code is used up under a lock
def _check_code(user: User, code: str) -> None:
    if not code:
        raise errors.SecondFactorRequired
    form = CodeForm({"code": code}, user=user)
    if form.is_valid():
        # As the form's own save, but without recording a sign-in in a session: there is none.
        form.authenticator.record_usage()
        return
    if form.has_error("code", _TOO_MANY):
        raise errors.TooManyAttempts(retry_after=_BY_ACCOUNT)
    raise errors.CodeWrong
