"""Changing what one signs in with: the password, forgotten or not, and the e-mail address."""

from allauth.account.models import EmailAddress
from django.core import mail

from main.models import User
from main.tests.support.account_case import AccountTestCase
from main.tests.support.factories import PASSWORD, UserFactory

NEW_PASSWORD = "four-green-lanterns"
RESET = "/account/password/reset/"


class ForgottenPasswordTests(AccountTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.user = UserFactory(email="ada@booktime.example")

    def follow_link(self, path: str):
        return self.client.get(path, follow=True)

    def choose(self, path: str, password: str = NEW_PASSWORD):
        """Follow the mailed link and send its form."""
        form_path = self.follow_link(path).request["PATH_INFO"]
        return self.send(form_path, password1=password, password2=password)

    def request_link(self) -> str:
        self.send(RESET, email="Ada@booktime.example")
        return self.mailed_path()

    def assert_password(self, password: str) -> None:
        self.assertTrue(User.objects.get(pk=self.user.pk).check_password(password))

    def test_the_link_lets_choose_a_new_password(self) -> None:
        self.assertRedirects(self.choose(self.request_link()), f"{RESET}done/")
        self.assert_password(NEW_PASSWORD)
        self.assert_nobody_signed_in()
        self.assertEqual(mail.outbox[-1].subject, "Your password was changed")

    def test_the_token_does_not_stay_in_the_address_bar(self) -> None:
        path = self.request_link()
        self.assertNotIn(self.follow_link(path).request["PATH_INFO"], path)

    def test_the_link_works_once(self) -> None:
        path = self.request_link()
        self.choose(path)
        self.client.cookies.clear()
        self.assertContains(self.follow_link(path), "no longer valid")
        self.choose(path, "another-good-password")
        self.assert_password(NEW_PASSWORD)

    def test_a_changed_link_does_not_work(self) -> None:
        path = self.request_link()
        for wrong in (f"{path[:-3]}xx/", f"{RESET}zzzzzzzzzzzzz-a-b/", f"{RESET}1-set-password/"):
            with self.subTest(path=wrong):
                self.assertContains(self.follow_link(wrong), "no longer valid")
        self.assert_password(PASSWORD)

    def test_other_sessions_end(self) -> None:
        self.client.force_login(self.user)
        elsewhere = self.client_class()
        elsewhere.force_login(self.user)
        self.choose(self.request_link())
        self.assertEqual(elsewhere.get("/address/").status_code, 302)

    def test_following_the_link_signs_out_nobody_else(self) -> None:
        path = self.request_link()
        other = UserFactory()
        self.client.force_login(other)
        self.follow_link(path)
        self.assert_signed_in(other)

    def test_an_address_only_claimed_opens_no_account(self) -> None:
        EmailAddress.objects.create(user=self.user, email="typo@booktime.example")
        self.send(RESET, email="typo@booktime.example")
        self.assertEqual(mail.outbox[-1].subject, "There is no account with this address")


class ChangePasswordTests(AccountTestCase):
    path = "/account/password/"

    def setUp(self) -> None:
        super().setUp()
        self.user = UserFactory()
        self.log_in(self.user)

    def change(self, old: str = PASSWORD, new: str = NEW_PASSWORD):
        return self.send(self.path, oldpassword=old, password1=new, password2=new)

    def test_one_stays_signed_in_and_others_do_not(self) -> None:
        elsewhere = self.client_class()
        elsewhere.force_login(self.user)
        self.assertRedirects(self.change(), self.path)
        self.assertEqual(self.client.get("/address/").status_code, 200)
        self.assertEqual(elsewhere.get("/address/").status_code, 302)
        self.assertEqual(mail.outbox[-1].subject, "Your password was changed")

    def test_the_old_password_is_wanted(self) -> None:
        self.assertIn("oldpassword", self.change(old="wrong").context["form"].errors)
        self.assertTrue(User.objects.get().check_password(PASSWORD))

    def test_signing_in_is_wanted(self) -> None:
        self.client.logout()
        self.assertRedirects(self.change(), f"/login/?next={self.path}")
        self.assertTrue(User.objects.get().check_password(PASSWORD))


class ChangeEmailTests(AccountTestCase):
    path = "/account/email/"

    def setUp(self) -> None:
        super().setUp()
        self.user = UserFactory(email="old@booktime.example")
        self.log_in(self.user)

    def ask(self, email: str = "New@booktime.example"):
        """Ask for the new address, and give the password when it is wanted."""
        response = self.send(self.path, action_add="", email=email)
        return self.send(response.url, password=PASSWORD) if "confirm" in response.url else response

    def email(self) -> str:
        return User.objects.get(pk=self.user.pk).email

    def test_a_new_address_counts_once_it_is_proved(self) -> None:
        self.assertRedirects(self.ask(), self.path)
        self.assertEqual(self.email(), "old@booktime.example")
        self.send(self.mailed_path(nth=-2))
        self.assertEqual(self.email(), "new@booktime.example")
        self.assertEqual(mail.outbox[-1].to, ["old@booktime.example"])
        self.assertEqual(EmailAddress.objects.get().email, "new@booktime.example")

    def test_a_new_address_can_be_given_up_again(self) -> None:
        self.ask()
        self.send(self.path, action_remove="", email="new@booktime.example")
        self.assertEqual(EmailAddress.objects.get().email, "old@booktime.example")

    def test_the_password_is_asked_for_first(self) -> None:
        response = self.send(self.path, action_add="", email="new@booktime.example")
        self.assertRedirects(response, "/account/confirm/?next=/account/email/")
        self.send(response.url, password="wrong")
        self.assertEqual(EmailAddress.objects.count(), 1)
        self.send(response.url, password=PASSWORD)
        self.assertEqual(EmailAddress.objects.count(), 2)

    def test_a_taken_address_is_not_told_and_not_given(self) -> None:
        other = UserFactory(email="taken@booktime.example")
        response = self.ask("taken@booktime.example")
        self.assertRedirects(response, self.path)
        self.send(self.path, action_send="", email="taken@booktime.example")
        self.send(self.mailed_path(nth=-2))
        self.assertEqual(self.email(), "old@booktime.example")
        self.assertEqual(User.objects.get(email="taken@booktime.example"), other)

    def test_an_address_that_another_account_claims_breaks_nothing(self) -> None:
        UserFactory(email="claimed@booktime.example", verified=False)
        self.ask("claimed@booktime.example")
        self.send(self.mailed_path(nth=-2))
        self.assertEqual(self.email(), "old@booktime.example")
        mine = EmailAddress.objects.filter(user=self.user)
        self.assertEqual(
            list(mine.order_by("pk").values_list("email", "verified", "primary")),
            [("old@booktime.example", True, True), ("claimed@booktime.example", False, False)],
        )
