"""Guessing passwords and codes is bounded, and strangers who guess do not shut out the owner."""

from unittest import mock

from allauth.core.internal import ratelimit
from django.conf import settings
from django.core import mail
from django.test import Client, override_settings

from main.forms import known_devices
from main.tests.support.account_case import AccountTestCase
from main.tests.support.factories import PASSWORD, UserFactory
from main.tests.support.second_factor_case import SecondFactorTestCase, code_of
from main.tests.support.token_case import TokenTestCase

COOKIE = settings.KNOWN_DEVICE_COOKIE
TOO_MANY = "Too many failed login attempts"
FROM_ELSEWHERE = "Many wrong passwords have been tried for this address."
few_in_all = override_settings(
    SIGN_IN_LIMITS=settings.SIGN_IN_LIMITS
    | {"account_by_password": "4/h/key", "account_by_code": "4/h/key"}
)


class Strangers:
    """Each comes from an address of its own."""

    def come_from(self, number: int) -> None:
        self.client.defaults["REMOTE_ADDR"] = f"192.0.2.{number}"

    def guess(self, count: int) -> None:
        own, self.client = self.client, Client()
        for number in range(count):
            self.come_from(number)
            self.log_in(self.user, password="wrong")
        self.client = own


class OthersMistakesTests(Strangers, AccountTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.user = UserFactory(email="ada@booktime.example")

    def test_wrong_passwords_from_elsewhere_do_not_keep_the_owner_out(self) -> None:
        self.guess(6)
        self.come_from(100)
        self.log_in(self.user)
        self.assert_signed_in(self.user)

    def test_if_clients_were_not_told_apart_they_would(self) -> None:
        with mock.patch.object(ratelimit, "get_ip", return_value="everywhere"):
            self.guess(5)
            self.come_from(100)
            self.assertContains(self.log_in(self.user), TOO_MANY)
        self.assert_nobody_signed_in()

    @few_in_all
    def test_many_addresses_together_find_nothing_out(self) -> None:
        self.guess(4)
        pages = []
        for number, password in [(100, "wrong"), (101, PASSWORD)]:
            self.come_from(number)
            pages.append(self.log_in(self.user, password=password))
            self.assertContains(pages[-1], FROM_ELSEWHERE)
            self.assert_nobody_signed_in()
        self.assertEqual(*(page.context["form"].errors for page in pages))
        self.assertEqual([letter.to for letter in mail.outbox], [[self.user.email]])

    @few_in_all
    def test_the_mailed_link_lets_the_owner_in_on_this_device(self) -> None:
        self.guess(4)
        self.come_from(100)
        self.log_in(self.user)
        self.assertEqual(mail.outbox[-1].subject, "Signing in on a new device")
        self.assertRedirects(self.client.get(self.mailed_path()), "/login/")
        self.assert_nobody_signed_in()
        self.log_in(self.user)
        self.assert_signed_in(self.user)

    @few_in_all
    def test_right_passwords_bring_three_mails_an_hour(self) -> None:
        self.guess(4)
        for number in range(5):
            self.come_from(100 + number)
            self.log_in(self.user)
        self.assertEqual(len(mail.outbox), 3)

    def test_an_old_link_or_one_for_an_old_password_makes_nothing_known(self) -> None:
        with self.settings(
            SIGN_IN_LIMITS=settings.SIGN_IN_LIMITS | {"account_by_password": "0/h/key"}
        ):
            self.log_in(self.user)
        path = self.mailed_path()
        with mock.patch("main.views.known_devices.LINK_LASTS", -1):
            self.assertEqual(self.client.get(path).status_code, 404)
        self.user.set_password("four-brave-otters")
        self.user.save()
        self.assertEqual(self.client.get(path).status_code, 404)
        self.assertNotIn(COOKIE, self.client.cookies)

    @few_in_all
    def test_a_new_password_from_the_own_mailbox_makes_the_device_known(self) -> None:
        self.guess(4)
        self.come_from(100)
        self.send("/account/password/reset/", email=self.user.email)
        response = self.client.get(self.mailed_path())
        new = {"password1": "four-brave-otters", "password2": "four-brave-otters"}
        self.send(response["Location"], **new)
        self.guess(4)
        self.log_in(self.user, password=new["password1"])
        self.assert_signed_in(self.user)


@few_in_all
class KnownDeviceTests(Strangers, AccountTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.user = UserFactory(email="ada@booktime.example")
        self.log_in(self.user)
        self.send("/logout/")
        self.kept = self.client.cookies[COOKIE]

    def test_the_cookie_is_hidden_from_scripts_and_other_sites(self) -> None:
        kept = (self.kept["httponly"], self.kept["samesite"], self.kept["max-age"])
        self.assertEqual(kept, (True, "Lax", known_devices.LASTS))
        self.assertNotIn(self.user.email, self.kept.value)

    def test_strangers_do_not_keep_it_out_wherever_it_is(self) -> None:
        self.guess(6)
        for number in (0, 100):
            self.come_from(number)
            self.log_in(self.user)
            self.assert_signed_in(self.user)
            self.send("/logout/")

    def test_it_has_an_allowance_of_its_own(self) -> None:
        for number in range(5):
            self.come_from(number)
            self.log_in(self.user, password="wrong")
        self.assertContains(self.log_in(self.user), TOO_MANY)
        self.assert_nobody_signed_in()

    def test_it_is_known_to_nobody_else_and_not_after_a_change_of_password(self) -> None:
        other = UserFactory()
        for user, change in [(other, None), (self.user, "four-brave-otters")]:
            with self.subTest(user=user):
                if change:
                    user.set_password(change)
                    user.save()
                self.user = user
                self.guess(4)
                self.assertContains(self.log_in(user), FROM_ELSEWHERE)

    def test_a_forged_cookie_is_none(self) -> None:
        self.guess(4)
        for value in ("", "x", self.kept.value[:-1], f"{self.kept.value}x", "\xff:a:b"):
            with self.subTest(value[:20]):
                self.client.cookies[COOKIE] = value
                self.assertContains(self.log_in(self.user), FROM_ELSEWHERE)
        self.assert_nobody_signed_in()

    def test_five_accounts_share_a_device(self) -> None:
        users = [self.user, *(UserFactory() for _ in range(known_devices.ACCOUNTS))]
        for user in users[1:]:
            self.log_in(user)
            self.send("/logout/")
        request = mock.Mock(COOKIES={COOKIE: self.client.cookies[COOKIE].value})
        request.user.is_authenticated = False
        known = [bool(known_devices.known_device(request, email=user.email)) for user in users]
        self.assertEqual(known, [False] + [True] * known_devices.ACCOUNTS)


class CodeLimitTests(Strangers, SecondFactorTestCase):
    def guess_codes(self, count: int) -> None:
        """By strangers who know the password."""
        for number in range(count):
            self.client = Client()
            self.come_from(number)
            self.sign_in("000000")

    def test_wrong_codes_from_elsewhere_do_not_keep_the_owner_out(self) -> None:
        secret = self.give_app()
        self.guess_codes(6)
        self.client = Client()
        self.come_from(100)
        self.sign_in(code_of(secret))
        self.assert_signed_in(self.user)

    @few_in_all
    def test_many_addresses_together_are_stopped_and_a_known_device_is_not(self) -> None:
        secret = self.give_app()
        self.sign_in(code_of(secret, steps=-1))
        self.send("/logout/")
        owner = self.client
        self.guess_codes(4)
        self.client = Client()
        self.come_from(100)
        self.assertContains(self.sign_in(code_of(secret)), TOO_MANY)
        self.assert_nobody_signed_in()
        self.client = owner
        self.sign_in(code_of(secret))
        self.assert_signed_in(self.user)


class ApiLimitTests(Strangers, TokenTestCase):
    def test_wrong_passwords_from_elsewhere_do_not_keep_a_phone_out(self) -> None:
        for number in range(6):
            self.come_from(number)
            self.assertEqual(self.ask(password="wrong").status_code, 401)
        self.come_from(100)
        self.assertEqual(self.ask().status_code, 200)

    @few_in_all
    def test_many_addresses_together_are_stopped(self) -> None:
        self.guess(4)
        self.come_from(100)
        self.assert_refused(self.ask(), status=429, kind="too_many_attempts")
