"""What the tests of accounts share: sending a form, reading the mail that follows."""

from urllib.parse import urlsplit

from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core import mail
from django.core.cache import cache
from django.http import HttpResponse
from django.test import TestCase, override_settings, tag

from main.forms.accounts import SignupForm
from main.models import User
from main.tests.support.factories import PASSWORD

IMMEDIATE_TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}


class QuickHasher(Argon2PasswordHasher):
    """Slow enough for a test; counts what it hashes."""

    time_cost, memory_cost, parallelism = 1, 8, 1
    hashed = 0

    def encode(self, password: str, salt: str) -> str:
        QuickHasher.hashed += 1
        return super().encode(password, salt)


class LateSignupForm(SignupForm):
    """Checked before another request made the account."""

    def validate_unique_email(self, value: str) -> str:
        return value


@override_settings(TASKS=IMMEDIATE_TASKS, PASSWORD_HASHERS=[f"{__name__}.QuickHasher"])
@tag("once")
class AccountTestCase(TestCase):
    def setUp(self) -> None:
        cache.clear()  # the throttles remember there

    def send(self, path: str, **fields) -> HttpResponse:
        """POST the form; what it enqueues is done, as after a commit."""
        with self.captureOnCommitCallbacks(execute=True):
            return self.client.post(path, fields)

    def sign_up(self, email: str, *, password: str = PASSWORD, query: str = "") -> HttpResponse:
        fields = {"email": email, "password1": password, "password2": password}
        return self.send(f"/signup/{query}", **fields)

    def log_in(self, user: User, *, password: str = PASSWORD, query: str = "") -> HttpResponse:
        return self.send(f"/login/{query}", login=user.email, password=password)

    def mailed_path(self, *, nth: int = -1) -> str:
        """The first link in the newest mail, or in another one, as a path of the site."""
        words = mail.outbox[nth].body.split()
        return urlsplit(next(word for word in words if word.startswith("http"))).path

    def signed_in_as(self) -> int | None:
        pk = self.client.session.get("_auth_user_id")
        return pk and int(pk)

    def assert_signed_in(self, user: User) -> None:
        self.assertEqual(self.signed_in_as(), user.pk)

    def assert_nobody_signed_in(self) -> None:
        self.assertIsNone(self.signed_in_as())
