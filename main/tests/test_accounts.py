"""Signing up, in and out: verified, throttled, telling nobody who has an account."""

from allauth.account.models import EmailAddress
from django.core import mail

from main.models import User
from main.tests.support.account_case import AccountTestCase, QuickHasher
from main.tests.support.factories import PASSWORD, UserFactory

ELSEWHERE = [
    "//evil.example",
    "///evil.example",
    "https://evil.example/",
    "https:evil.example",
    "http:///evil.example",
    "https://testserver@evil.example/",
    "https://evil.example\\@testserver/",
    "javascript:alert(1)",
    "data:text/html,hello",
    "\\\\evil.example",
    "/\\evil.example",
    "\t//evil.example",
    "\x00//evil.example",
]


class SignUpTests(AccountTestCase):
    def test_whoever_signs_up_is_asked_to_prove_the_address(self) -> None:
        response = self.sign_up("New.Reader@BookTime.example")
        self.assertRedirects(response, "/account/email/sent/")
        self.assertEqual(User.objects.get().email, "new.reader@booktime.example")
        self.assertEqual(mail.outbox[0].to, ["new.reader@booktime.example"])
        self.assert_nobody_signed_in()

    def test_nobody_comes_in_before_the_address_is_proved(self) -> None:
        self.sign_up("new@booktime.example")
        self.client.cookies.clear()
        response = self.log_in(User.objects.get())
        self.assertRedirects(response, "/account/email/sent/")
        self.assert_nobody_signed_in()

    def test_looking_at_the_link_proves_nothing(self) -> None:
        self.sign_up("new@booktime.example")
        self.assertContains(self.client.get(self.mailed_path()), "new@booktime.example")
        self.assertFalse(EmailAddress.objects.get().verified)

    def test_confirming_signs_in_the_browser_that_signed_up(self) -> None:
        self.sign_up("new@booktime.example", query="?next=/address/")
        self.assertRedirects(self.send(self.mailed_path()), "/address/")
        self.assertTrue(EmailAddress.objects.get().verified)
        self.assert_signed_in(User.objects.get())

    def test_confirming_elsewhere_leads_to_the_login(self) -> None:
        self.sign_up("new@booktime.example")
        self.client.cookies.clear()
        self.assertRedirects(self.send(self.mailed_path()), "/login/")
        self.assert_nobody_signed_in()
        self.log_in(User.objects.get())
        self.assert_signed_in(User.objects.get())

    def test_a_link_proves_only_once(self) -> None:
        self.sign_up("new@booktime.example")
        path = self.mailed_path()
        self.send(path)
        self.client.logout()
        self.assertEqual(self.send(path).status_code, 404)
        self.assertContains(self.client.get(path), "no longer valid")
        self.assert_nobody_signed_in()

    def test_a_link_signs_out_nobody_else_who_follows_it(self) -> None:
        self.sign_up("new@booktime.example")
        other = UserFactory()
        self.client.force_login(other)
        self.client.get(self.mailed_path())
        self.assert_signed_in(other)

    def test_a_weak_or_mistyped_password_is_refused(self) -> None:
        for password1, password2 in [("book", "book"), ("1234567890", "1234567890"),
                                     (PASSWORD, "another")]:  # fmt: skip
            fields = {"email": "a@booktime.example", "password1": password1, "password2": password2}
            response = self.send("/signup/", **fields)
            self.assertEqual(response.status_code, 200)
            self.assertTrue(response.context["form"].errors)
        self.assertFalse(User.objects.exists())

    def test_an_address_too_long_to_store_is_refused(self) -> None:
        domain = ".".join(["b" * 60] * 4)
        response = self.sign_up(f"{'a' * 60}@{domain}.example")
        self.assertIn("email", response.context["form"].errors)
        self.assertFalse(User.objects.exists())

    def test_two_sign_ups_at_once_make_one_account(self) -> None:
        UserFactory(email="twice@booktime.example")
        with self.settings(
            ACCOUNT_FORMS={"signup": "main.tests.support.account_case.LateSignupForm"}
        ):
            response = self.sign_up("twice@booktime.example")
        self.assertRedirects(response, "/account/email/sent/")
        self.assertEqual(User.objects.count(), 1)


class NoEnumerationTests(AccountTestCase):
    def answer(self, response) -> tuple:
        """All that a visitor can see of an answer, but for the address typed."""
        page = self.client.get(response.url) if response.status_code == 302 else response
        return response.status_code, response.get("Location"), page.content.count(b"<")

    def test_signing_up_looks_the_same_with_a_taken_address(self) -> None:
        UserFactory(email="taken@booktime.example")
        fresh = self.answer(self.sign_up("fresh@booktime.example"))
        self.client.cookies.clear()
        self.assertEqual(self.answer(self.sign_up("taken@booktime.example")), fresh)
        self.assertEqual(User.objects.count(), 2)
        self.assertEqual(mail.outbox[-1].subject, "You already have an account")

    def test_signing_up_hashes_a_password_either_way(self) -> None:
        """The one slow thing that the clock would tell."""
        UserFactory(email="taken@booktime.example")
        for email in ("fresh@booktime.example", "taken@booktime.example"):
            QuickHasher.hashed = 0
            self.sign_up(email)
            self.assertEqual(QuickHasher.hashed, 1, email)

    def test_a_wrong_password_and_an_unknown_address_look_the_same(self) -> None:
        user = UserFactory()
        known = self.send("/login/", login=user.email, password="wrong")
        unknown = self.send("/login/", login="nobody@booktime.example", password="wrong")
        self.assertEqual(self.answer(known), self.answer(unknown))
        self.assertEqual(known.context["form"].errors, unknown.context["form"].errors)

    def test_a_forgotten_password_looks_the_same_for_an_unknown_address(self) -> None:
        UserFactory(email="known@booktime.example")
        known = self.answer(self.send("/account/password/reset/", email="known@booktime.example"))
        unknown = self.answer(self.send("/account/password/reset/", email="no@booktime.example"))
        self.assertEqual(known, unknown)
        self.assertEqual(len(mail.outbox), 2)


class LogInTests(AccountTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.user = UserFactory(email="ada@booktime.example")

    def test_case_of_the_address_does_not_matter(self) -> None:
        self.send("/login/", login="Ada@BOOKTIME.example", password=PASSWORD)
        self.assert_signed_in(self.user)

    def test_a_wrong_password_keeps_out(self) -> None:
        self.assertEqual(self.log_in(self.user, password="wrong").status_code, 200)
        self.assert_nobody_signed_in()

    def test_an_inactive_account_keeps_out(self) -> None:
        User.objects.update(is_active=False)
        self.assertRedirects(self.log_in(self.user), "/account/inactive/")
        self.assert_nobody_signed_in()

    def test_next_leads_to_a_page_of_the_shop(self) -> None:
        self.assertRedirects(self.log_in(self.user, query="?next=/address/"), "/address/")

    def test_next_never_leads_out_of_the_shop(self) -> None:
        for url in ELSEWHERE:
            with self.subTest(url=url):
                self.client.logout()
                fields = {"login": self.user.email, "password": PASSWORD, "next": url}
                self.assertRedirects(self.send("/login/", **fields), "/")

    def test_next_stays_within_https(self) -> None:
        fields = {"login": self.user.email, "password": PASSWORD}
        for scheme, leads_to in (("http", "/"), ("https", "https://testserver/address/")):
            with self.subTest(scheme):
                self.client.logout()
                answer = self.client.post(
                    "/login/", fields | {"next": f"{scheme}://testserver/address/"}, secure=True
                )
                self.assertEqual(answer["Location"], leads_to)

    def test_next_at_sign_up_never_leads_out_of_the_shop(self) -> None:
        for number, url in enumerate(ELSEWHERE):
            with self.subTest(url=url):
                self.client.logout()
                fields = {"password1": PASSWORD, "password2": PASSWORD, "next": url}
                self.send("/signup/", email=f"new{number}@booktime.example", **fields)
                self.assertRedirects(self.send(self.mailed_path(), next=url), "/")

    def test_whoever_is_signed_in_is_led_on(self) -> None:
        self.client.force_login(self.user)
        for page in ("login", "signup"):
            self.assertRedirects(self.client.get(f"/{page}/?next=/address/"), "/address/")
            self.assertRedirects(self.client.get(f"/{page}/?next=//evil.example"), "/")


class LogOutTests(AccountTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.user = UserFactory()
        self.client.force_login(self.user)

    def test_looking_at_the_page_does_not_sign_out(self) -> None:
        self.assertEqual(self.client.get("/logout/").status_code, 200)
        self.assert_signed_in(self.user)

    def test_posting_signs_out(self) -> None:
        self.assertRedirects(self.send("/logout/"), "/")
        self.assert_nobody_signed_in()

    def test_next_never_leads_out_of_the_shop(self) -> None:
        for url in ELSEWHERE:
            with self.subTest(url=url):
                self.assertRedirects(self.send("/logout/", next=url), "/")


class ThrottleTests(AccountTestCase):
    def test_guessing_a_password_is_stopped_even_with_the_right_one(self) -> None:
        user = UserFactory()
        for _ in range(5):
            self.log_in(user, password="wrong")
        response = self.log_in(user)
        self.assertContains(response, "Too many failed login attempts")
        self.assert_nobody_signed_in()

    def test_each_door_closes_after_its_limit(self) -> None:
        for path, fields, limit in [
            ("/login/", {}, 30),
            ("/signup/", {}, 20),
            ("/account/password/reset/", {"email": "a@booktime.example"}, 5),
        ]:
            with self.subTest(path=path):
                for _ in range(limit):
                    self.assertNotEqual(self.send(path, **fields).status_code, 429)
                response = self.send(path, **fields)
                self.assertTemplateUsed(response, "429.html")
                self.assertEqual(response.status_code, 429)

    def test_the_same_address_gets_one_verification_mail_in_a_while(self) -> None:
        self.sign_up("new@booktime.example")
        for _ in range(3):
            self.log_in(User.objects.get())
        self.assertEqual(len(mail.outbox), 1)
