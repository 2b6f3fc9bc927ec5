"""What the tests of tokens share: asking for one, and coming by it."""

from django.http import HttpResponse
from knox.models import AuthToken

from main.tests.support.account_case import AccountTestCase
from main.tests.support.factories import PASSWORD, UserFactory

AUTH, MINE = "/mobile-api/auth/", "/mobile-api/my-orders/"
URN = "urn:booktime:problem:"


def bearing(token: str) -> dict[str, str]:
    return {"Authorization": f"Token {token}"}


class TokenTestCase(AccountTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.user = UserFactory(email="ada@booktime.example")

    def ask(self, **fields) -> HttpResponse:
        sent = {"username": self.user.email, "password": PASSWORD} | fields
        return self.client.post(AUTH, sent, content_type="application/json")

    def token(self, **fields) -> str:
        response = self.ask(**fields)
        self.assertEqual(response.status_code, 200, response.content)
        self.assertEqual(list(response.json()), ["token"])
        return response.json()["token"]

    def status_with(self, token: str) -> int:
        return self.client.get(MINE, headers=bearing(token)).status_code

    def assert_refused(self, response: HttpResponse, *, status: int, kind: str) -> None:
        self.assertEqual(response.status_code, status, response.content)
        self.assertEqual(response["Content-Type"], "application/problem+json")
        self.assertEqual(response.json()["type"], f"{URN}{kind}")
        self.assertFalse(AuthToken.objects.exists())
