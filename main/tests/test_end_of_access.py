"""What ends with a password: all that somebody who knew the old one may have left behind."""

from unittest import mock

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import mail
from django.test import override_settings
from django.urls import reverse

from main.actions.tokens import give_token
from main.models import ChatTicket, User
from main.tests.support.account_case import AccountTestCase
from main.tests.support.factories import PASSWORD, OrderFactory, UserFactory
from main.tests.support.second_factor_case import SecondFactorTestCase, code_of
from main.tests.support.token_case import MINE, bearing

NEW_PASSWORD = "four-green-lanterns"
ASKED = "thief@elsewhere.example"


class LeftBehindCase(AccountTestCase):
    """A thief who had the password asked for another address, a token and a ticket."""

    def setUp(self) -> None:
        super().setUp()
        self.user = UserFactory(email="ada@booktime.example")
        self.thief = self.client_class()
        self.thief.force_login(self.user)
        self.log_in(self.user)
        self.send("/account/email/", action_add="", email=ASKED)
        self.send("/account/confirm/?next=/account/email/", password=PASSWORD)
        self.link = self.mailed_path(nth=-2)
        self.token = give_token(user=self.user)
        ChatTicket.objects.give(user_id=self.user.pk, order_id=OrderFactory(user=self.user).pk)
        self.told = self.enterContext(mock.patch("main.broadcasts.nudges.publish"))

    def reset_link(self) -> str:
        self.send("/account/password/reset/", email=self.user.email)
        return self.mailed_path()

    def assert_nothing_left(self) -> None:
        self.assertEqual(self.send(self.link).status_code, 404)
        self.assertContains(self.client.get(self.link), "no longer valid")
        emails = list(EmailAddress.objects.filter(user=self.user).values_list("email", "verified"))
        self.assertEqual(emails, [("ada@booktime.example", True)])
        self.assertEqual(User.objects.get().email, "ada@booktime.example")
        self.assertEqual(self.client.get(MINE, headers=bearing(self.token)).status_code, 401)
        self.assertFalse(ChatTicket.objects.exists())
        self.assertEqual(self.thief.get("/address/").status_code, 302)
        said = {"type": "person.changed", "user_id": self.user.pk}
        self.told.assert_any_call(f"person.{self.user.pk}", said)


class EndOfAccessTests(LeftBehindCase):
    def change(self) -> None:
        fields = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
        self.send("/account/password/", **fields)

    def test_without_a_new_password_all_of_it_works(self) -> None:
        """The negative control."""
        self.assertEqual(self.client.get(MINE, headers=bearing(self.token)).status_code, 200)
        self.assertEqual(self.thief.get("/address/").status_code, 200)
        self.assertEqual(ChatTicket.objects.count(), 1)
        self.send(self.link)
        self.assertEqual(User.objects.get().email, ASKED)
        self.told.assert_not_called()

    def test_a_changed_password_ends_it(self) -> None:
        older = self.reset_link()
        self.change()
        self.assert_nothing_left()
        self.client.cookies.clear()
        self.assertContains(self.client.get(older, follow=True), "no longer valid")

    def test_a_forgotten_and_reset_password_ends_it(self) -> None:
        page = self.client.get(self.reset_link(), follow=True).request["PATH_INFO"]
        self.send(page, password1=NEW_PASSWORD, password2=NEW_PASSWORD)
        self.assertTrue(User.objects.get().check_password(NEW_PASSWORD))
        self.assert_nothing_left()

    def test_a_closed_account_ends_it(self) -> None:
        user = User.objects.get()
        user.is_active = False
        with self.captureOnCommitCallbacks(execute=True):
            user.save()
        self.assert_nothing_left()

    def test_an_address_still_to_be_proved_that_is_the_accounts_own_stays(self) -> None:
        EmailAddress.objects.filter(user=self.user).update(verified=False)
        self.change()
        emails = EmailAddress.objects.filter(user=self.user).values_list("email", flat=True)
        self.assertEqual(list(emails), ["ada@booktime.example"])

    def test_another_persons_change_stays(self) -> None:
        other = UserFactory()
        EmailAddress.objects.create(user=other, email="new@booktime.example")
        self.change()
        self.assertEqual(EmailAddress.objects.filter(user=other).count(), 2)


class AskedTests(AccountTestCase):
    def test_the_old_address_hears_when_a_change_is_asked_for(self) -> None:
        user = UserFactory(email="ada@booktime.example")
        self.log_in(user)
        self.send("/account/email/", action_add="", email="Ada@Bücher.example")
        self.assertEqual(mail.outbox, [])
        self.send("/account/confirm/?next=/account/email/", password=PASSWORD)
        asked, told = mail.outbox
        self.assertEqual(told.to, ["ada@booktime.example"])
        self.assertEqual(told.subject, "Someone wants to change your e-mail address")
        self.assertIn("from ada@booktime.example to ada@xn--bcher-kva.example.", told.body)
        self.assertIn(reverse("account_reset_password"), told.body)
        self.assertNotIn("/account/email/verify/", told.body)
        self.assertEqual(asked.to, ["ada@xn--bcher-kva.example"])

    def test_one_account_can_have_so_many_strangers_written_to(self) -> None:
        self.assertEqual(settings.ACCOUNT_RATE_LIMITS["manage_email"], "10/m/user,20/h/user")
        self.log_in(UserFactory(email="ada@booktime.example"))
        self.send("/account/email/", action_add="", email="a0@booktime.example")
        self.send("/account/confirm/?next=/account/email/", password=PASSWORD)
        limits = settings.ACCOUNT_RATE_LIMITS | {"manage_email": "9/m/user,3/h/user"}
        mail.outbox.clear()
        with override_settings(ACCOUNT_RATE_LIMITS=limits):
            asked = [
                self.send("/account/email/", action_add="", email=f"a{n}@booktime.example")
                for n in range(1, 6)
            ]
        self.assertEqual([page.status_code for page in asked], [302, 302, 302, 429, 429])
        self.assertEqual(len(mail.outbox), 2 * 3)  # the strangers’, and those to the old address

    def test_a_change_that_is_refused_is_not_told(self) -> None:
        user = UserFactory(email="ada@booktime.example")
        self.log_in(user)
        self.send("/account/email/", action_add="", email="not an address")
        self.assertEqual(mail.outbox, [])
        self.assertEqual(EmailAddress.objects.count(), 1)


class HalfASignInTests(SecondFactorTestCase):
    def begin(self) -> str:
        """The right password; the code that is asked for then."""
        secret = self.give_app()
        self.log_in(self.user)
        self.assert_nobody_signed_in()
        return code_of(secret)

    def test_a_sign_in_that_waits_for_its_code_ends_with_the_password(self) -> None:
        code = self.begin()
        self.user.set_password(NEW_PASSWORD)
        self.user.save()
        self.assertRedirects(self.send("/account/security/code/", code=code), "/login/")
        self.assert_nobody_signed_in()

    def test_otherwise_the_code_lets_them_in(self) -> None:
        """The negative control."""
        self.send("/account/security/code/", code=self.begin())
        self.assert_signed_in(self.user)
