"""Second factors: signing in, proving; what ends the proof. See test_passkeys."""

from unittest import mock
from urllib.parse import quote

from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.cache import cache
from django.test import Client, override_settings

from main.access import SIGNED_IN_AT
from main.tests.support.factories import PASSWORD, EmployeeFactory
from main.tests.support.second_factor_case import (
    ODD_CODES,
    OFFICE,
    SECURITY,
    SecondFactorTestCase,
    at_once,
    code_of,
)


class SigningInTests(SecondFactorTestCase):
    def test_the_code_is_asked_for_and_leads_on(self) -> None:
        secret = self.give_app()
        answer = self.log_in(self.user, query=f"?next={OFFICE}")
        self.assertRedirects(answer, f"{SECURITY}code/")
        self.assert_nobody_signed_in()
        self.assertEqual(self.client.get(OFFICE)["Location"], f"/login/?next={OFFICE}")
        self.assertRedirects(self.send(f"{SECURITY}code/", code=code_of(secret)), OFFICE)
        self.assert_in()
        self.assertIn(SIGNED_IN_AT, self.client.session)

    def test_a_code_of_half_a_minute_ago_is_good(self) -> None:
        secret = self.give_app()
        for steps, target in [(-2, None), (2, None), (-1, OFFICE)]:
            with self.subTest(steps=steps):
                answer = self.sign_in(code_of(secret, steps=steps))
                self.assertEqual(answer.get("Location"), target)

    def test_a_code_opens_once(self) -> None:
        """As long as it is good at all, also after allauth has forgotten it."""
        secret = self.give_app()
        code = code_of(secret)
        self.assertEqual(self.sign_in(code).status_code, 302)
        cache.delete_many([f"allauth.mfa.totp.used?user={self.user.pk}&code={code}"])
        self.client.logout()
        spaced = f"{code[:3]} {code[3:]}"
        self.assertContains(self.sign_in(spaced), "This code has already been used")
        self.assert_nobody_signed_in()

    def test_a_recovery_code_opens_once(self) -> None:
        self.give_app()
        first, second = self.recovery_codes()[:2]
        self.assertRedirects(self.sign_in(first), OFFICE)
        self.client.logout()
        self.assertContains(self.sign_in(first), "This code is wrong or has already been used.")
        self.assert_nobody_signed_in()
        self.assertEqual(self.sign_in(second).status_code, 302)
        self.assertEqual(len(self.recovery_codes()), 8)

    def test_guessing_codes_is_stopped_even_with_the_right_one(self) -> None:
        secret = self.give_app()
        self.log_in(self.user)
        for _ in range(5):
            self.send(f"{SECURITY}code/", code="000000")
        answer = self.send(f"{SECURITY}code/", code=code_of(secret))
        self.assertContains(answer, "Too many failed login attempts")
        # Neither does a new browser help, nor signing in anew.
        self.client = Client()
        answer = self.sign_in(code_of(secret))
        self.assertContains(answer, "Too many failed login attempts")
        self.assert_nobody_signed_in()

    def test_odd_codes_are_refused(self) -> None:
        self.give_app()
        self.log_in(self.user)
        for code in ODD_CODES:
            with self.subTest(code=code[:40]):
                cache.clear()
                self.assertEqual(self.send(f"{SECURITY}code/", code=code).status_code, 200)
        self.assert_nobody_signed_in()

    def test_somebody_else_may_sign_in_instead(self) -> None:
        self.give_app()
        self.log_in(self.user)
        self.assertRedirects(self.send("/logout/", next="/login/"), "/login/")
        self.assertRedirects(self.client.get(f"{SECURITY}code/"), "/login/")

    def test_staff_are_kept_for_a_working_day_after_the_code_too(self) -> None:
        secret = self.give_app()
        fields = {"login": self.user.email, "password": PASSWORD, "remember": "on"}
        self.send("/login/", **fields)
        answer = self.send(f"{SECURITY}code/", code=code_of(secret))
        self.assertAlmostEqual(answer.cookies["sessionid"]["max-age"], 12 * 3600, delta=5)


class ProofTests(SecondFactorTestCase):
    """Who is signed in, with which proof, and what becomes of it."""

    def test_a_password_alone_is_no_proof(self) -> None:
        self.client.force_login(self.user)
        self.assert_asked(SECURITY)
        self.give_app()
        self.assert_asked(f"{SECURITY}confirm/")

    def test_where_it_is_not_enforced_a_password_is_enough(self) -> None:
        self.client.force_login(self.user)
        with override_settings(STAFF_SECOND_FACTOR=False):
            self.assert_in()

    def test_confirming_by_a_code_is_proof(self) -> None:
        secret = self.give_app()
        self.client.force_login(self.user)
        page = self.client.get(OFFICE)["Location"]
        answer = self.send(page, code=code_of(secret))
        self.assertRedirects(answer, OFFICE)
        self.assert_in()

    def test_confirming_by_a_password_is_none(self) -> None:
        self.give_app()
        self.client.force_login(self.user)
        answer = self.send(f"/account/confirm/?next={OFFICE}", password=PASSWORD)
        self.assertRedirects(answer, f"{SECURITY}confirm/?next={quote(OFFICE, safe='')}")
        self.assert_asked(f"{SECURITY}confirm/")

    def test_a_password_does_not_take_the_factor_away(self) -> None:
        self.give_app()
        self.client.force_login(self.user)
        self.send("/account/confirm/", password=PASSWORD)
        for page in ("app/remove/", "codes/new/", "passkeys/"):
            self.assertIn(f"{SECURITY}confirm/", self.client.post(SECURITY + page)["Location"])
        for page in ("codes/", "codes/download/"):
            self.assertIn(f"{SECURITY}confirm/", self.client.get(SECURITY + page)["Location"])
        self.assertEqual(Authenticator.objects.count(), 2)

    def test_removing_the_last_factor_ends_the_proof_and_the_codes(self) -> None:
        secret = self.give_app()
        self.sign_in(code_of(secret))
        self.assert_in()
        self.send(f"{SECURITY}confirm/", code=self.recovery_codes()[0])
        answer = self.send(f"{SECURITY}app/remove/")
        self.assertRedirects(answer, SECURITY)
        self.assertFalse(Authenticator.objects.exists())
        self.assertEqual(mail.outbox[-1].subject, "The authenticator app was removed")
        self.assert_asked(SECURITY)

    def test_an_owner_who_takes_it_away_ends_the_proof_and_the_codes(self) -> None:
        for code in ("app", "recovery"):
            with self.subTest(code):
                self.client.logout()
                secret = self.give_app()
                self.sign_in(code_of(secret) if code == "app" else self.recovery_codes()[0])
                self.assert_in()
                Authenticator.objects.get(user=self.user, type="totp").delete()
                self.assertFalse(Authenticator.objects.exists())
                self.assert_asked(SECURITY)
                # What was proved with the old one says nothing about a new one.
                self.give_app()
                self.assert_asked(f"{SECURITY}confirm/")
                Authenticator.objects.all().delete()
                cache.clear()

    def test_who_came_in_by_a_recovery_code_may_make_new_ones(self) -> None:
        self.give_app()
        old = self.recovery_codes()
        self.sign_in(old[0])
        self.send(f"{SECURITY}confirm/", code=old[1])
        with mock.patch("django.db.transaction.on_commit", side_effect=at_once):
            answer = self.client.post(f"{SECURITY}codes/new/")
        self.assertRedirects(answer, f"{SECURITY}codes/")
        self.assertFalse(set(old) & set(self.recovery_codes()))
        self.assert_in()

    def test_the_codes_are_shown_and_downloaded_by_who_confirmed(self) -> None:
        self.give_app()
        codes = self.recovery_codes()
        self.client.force_login(self.user)
        self.send(f"{SECURITY}confirm/", code=codes[0])
        self.assertContains(self.client.get(SECURITY), "You have 9 codes left.")
        self.assertContains(self.client.get(f"{SECURITY}codes/"), codes[1])
        answer = self.client.get(f"{SECURITY}codes/download/")
        self.assertEqual(answer.content.decode().split()[-9:], codes[1:])
        self.assertIn("attachment", answer["Content-Disposition"])
        self.assertIn("no-store", answer["Cache-Control"])

    def test_somebody_elses_proof_is_none(self) -> None:
        secret = self.give_app()
        self.sign_in(code_of(secret))
        other = EmployeeFactory()
        self.give_app(other)
        self.client.force_login(other)
        self.assert_asked(f"{SECURITY}confirm/")
