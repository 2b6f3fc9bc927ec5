"""What the tests of second factors share: an app's codes, and coming in."""

import time
from urllib.parse import quote

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.contrib.auth.hashers import make_password
from django.test import override_settings, tag

from main.models import User
from main.tests.support.account_case import AccountTestCase
from main.tests.support.factories import PASSWORD, EmployeeFactory
from main.tests.support.odd_values import FEW_VALUES

OFFICE = "/office-admin/"
SECURITY = "/account/security/"
ODD_CODES = [value for value in FEW_VALUES if value != "\ud800"]  # the client sends no such


def code_of(secret: str, *, steps: int = 0) -> str:
    """The code that an app shows now, or some half minutes from now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def at_once(function, **_) -> None:
    function()


@override_settings(STAFF_SECOND_FACTOR=True)
@tag("once")
class SecondFactorTestCase(AccountTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.user = EmployeeFactory(password=make_password(PASSWORD))

    def give_app(self, user: User | None = None) -> str:
        """An authenticator app and recovery codes; the app's secret."""
        secret = generate_totp_secret()
        TOTP.activate(user or self.user, secret)
        RecoveryCodes.activate(user or self.user)
        return secret

    def recovery_codes(self) -> list[str]:
        found = Authenticator.objects.get(user=self.user, type="recovery_codes")
        return found.wrap().get_unused_codes()

    def sign_in(self, code: str, *, query: str = f"?next={OFFICE}"):
        self.log_in(self.user, query=query)
        return self.send(f"{SECURITY}code/", code=code)

    def assert_in(self) -> None:
        self.assertEqual(self.client.get(OFFICE).status_code, 200)

    def assert_asked(self, page: str) -> None:
        answer = self.client.get(OFFICE)
        self.assertRedirects(answer, f"{page}?next={quote(OFFICE, safe='')}")
