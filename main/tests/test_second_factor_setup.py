"""Second factors: setting up an app and recovery codes, and taking them away."""

import json
from unittest import mock
from urllib.parse import quote

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.test import override_settings

from main.tests.support.factories import PASSWORD, UserFactory
from main.tests.support.second_factor_case import (
    ODD_CODES,
    OFFICE,
    SECURITY,
    SecondFactorTestCase,
    at_once,
    code_of,
)
from main.views.second_factor import SecondFactorAdapter


class SettingUpTests(SecondFactorTestCase):
    def set_up(self, page: str) -> str:
        """Fill in the page of the app; where it leads."""
        self.client.get(page)
        secret = self.client.session["mfa.totp.secret"]
        # The session is stored before a test case's commit would be noticed.
        with mock.patch("django.db.transaction.on_commit", side_effect=at_once):
            answer = self.client.post(page, {"code": code_of(secret)})
        self.assertEqual(answer.status_code, 302)
        return answer["Location"]

    def test_staff_set_an_app_up_on_their_way(self) -> None:
        on = f"?next={quote(OFFICE, safe='')}"
        self.assertRedirects(
            self.log_in(self.user, query=f"?next={OFFICE}"), OFFICE, fetch_redirect_response=False
        )
        answer = self.client.get(OFFICE, follow=True)
        self.assertRedirects(answer, SECURITY + on)
        self.assertContains(answer, "Staff need a second factor")
        app = f"{SECURITY}app/{on}"
        self.assertContains(answer, f'href="{app}"')
        # The password once more, since it is long enough ago for a stranger to sit there.
        answer = self.client.get(app)
        self.assertRedirects(answer, f"/account/confirm/?next={quote(app, safe='')}")
        answer = self.send(answer["Location"], password=PASSWORD)
        self.assertRedirects(answer, app)
        self.assertEqual(self.set_up(app), f"{SECURITY}codes/{on}")
        answer = self.client.get(f"{SECURITY}codes/{on}")
        self.assertContains(answer, f'href="{OFFICE}"')
        self.assertContains(answer, self.recovery_codes()[9])
        self.assert_in()
        self.assertEqual(mail.outbox[-1].subject, "An authenticator app was set up")

    def test_a_wrong_code_sets_nothing_up(self) -> None:
        self.log_in(self.user)
        self.send("/account/confirm/", password=PASSWORD)
        self.client.get(f"{SECURITY}app/")
        for code in ("000000", *ODD_CODES[-2:]):
            cache.clear()
            answer = self.send(f"{SECURITY}app/", code=code)
            self.assertEqual(answer.status_code, 200)
        self.assertFalse(Authenticator.objects.exists())
        self.assert_asked(SECURITY)

    def test_the_way_back_never_leads_out_of_the_shop(self) -> None:
        self.log_in(self.user)
        self.send("/account/confirm/", password=PASSWORD)
        self.assertNotContains(self.client.get(f"{SECURITY}?next=//evil.example"), "evil")
        self.assertEqual(self.set_up(f"{SECURITY}app/?next=//evil.example"), f"{SECURITY}codes/")
        answer = self.client.get(f"{SECURITY}codes/?next=javascript:alert(1)")
        self.assertNotContains(answer, "alert(1)")

    def test_the_code_that_set_it_up_opens_nothing_any_more(self) -> None:
        self.log_in(self.user)
        self.send("/account/confirm/", password=PASSWORD)
        self.set_up(f"{SECURITY}app/")
        app = Authenticator.objects.get(type="totp")
        code = code_of(SecondFactorAdapter().decrypt(app.data["secret"]))
        self.client.logout()
        self.assertContains(self.sign_in(code), "This code has already been used")
        self.assert_nobody_signed_in()

    def test_a_customer_may_have_one_and_need_not(self) -> None:
        self.client.force_login(UserFactory())
        answer = self.client.get(SECURITY)
        self.assertNotContains(answer, "Staff need")
        self.assertContains(answer, "Set up an app")

    def test_pressing_twice_sets_up_once(self) -> None:
        self.log_in(self.user)
        self.send("/account/confirm/", password=PASSWORD)
        self.client.get(f"{SECURITY}app/")
        code = code_of(self.client.session["mfa.totp.secret"])
        self.give_app()
        with mock.patch("allauth.mfa.totp.views.is_mfa_enabled", return_value=False):
            answer = self.send(f"{SECURITY}app/", code=code)
        self.assertRedirects(answer, SECURITY)
        self.assertEqual(Authenticator.objects.filter(type="totp").count(), 1)

    def test_secrets_are_not_readable_in_the_database(self) -> None:
        secret = self.give_app()
        kept = json.dumps(list(Authenticator.objects.values_list("data", flat=True)))
        self.assertNotIn(secret, kept)
        app = Authenticator.objects.get(type="totp")
        self.assertEqual(SecondFactorAdapter().decrypt(app.data["secret"]), secret)

    def test_a_changed_key_of_the_shop_opens_nothing_and_an_old_one_kept_does(self) -> None:
        secret = self.give_app()
        changed = {"SECRET_KEY": "another" * 9}
        with override_settings(**changed), self.assertLogs("main.views.second_factor", "ERROR"):
            self.assertContains(
                self.sign_in(code_of(secret)), "This code is wrong or has already been used."
            )
        self.assert_nobody_signed_in()
        kept = {"SECRET_KEY_FALLBACKS": [settings.SECRET_KEY]}
        with override_settings(**changed, **kept):
            self.assertEqual(self.sign_in(code_of(secret)).status_code, 302)
            self.assert_signed_in(self.user)
