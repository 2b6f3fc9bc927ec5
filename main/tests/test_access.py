"""The doors of staff: who comes in, for how long, what ends it. Rights: test_permissions."""

from datetime import timedelta
from unittest import mock

from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.management import call_command
from django.test import Client, override_settings, tag
from django.utils import timezone

from main.access import SIGNED_IN_AT
from main.models import User
from main.tests.support.account_case import AccountTestCase
from main.tests.support.factories import (
    PASSWORD,
    DispatcherFactory,
    EmployeeFactory,
    OwnerFactory,
    UserFactory,
)

ELSEWHERE = [
    "//evil.example", "///evil.example", "https://evil.example/admin/", "http:evil.example",
    "javascript:alert(1)", "\\\\evil.example", "/\\evil.example", "\x00//evil.example",
    "//evil.example@testserver/", "data:text/html,x", "", " ", "a\r\nLocation: //evil.example",
]  # fmt: skip
SITES = {
    "/admin/": OwnerFactory,
    "/office-admin/": EmployeeFactory,
    "/dispatch-admin/": DispatcherFactory,
}
NOW = "main.access.time.time"


@tag("once")
class DoorTests(AccountTestCase):
    def test_staff_come_in_by_the_shops_own_door(self) -> None:
        for site, factory in SITES.items():
            with self.subTest(site):
                self.client.logout()
                user = factory(password=make_password(PASSWORD))
                login = f"/login/?next={site.replace('/', '%2F')}".replace("%2F", "/")
                self.assertRedirects(self.client.get(site), login)
                self.assertRedirects(self.log_in(user, query=f"?next={site}"), site)
                self.assert_signed_in(user)

    def test_nobody_signs_in_at_an_admin_site_itself(self) -> None:
        for site, factory in SITES.items():
            user = factory()
            for sent in ({}, {"username": user.email, "password": PASSWORD}):
                with self.subTest(site, sent=sent):
                    answer = self.client.post(f"{site}login/", sent | {"next": site})
                    self.assertRedirects(answer, site, fetch_redirect_response=False)
                    self.assert_nobody_signed_in()

    def test_an_admin_sites_login_leads_to_no_other_host(self) -> None:
        self.client.force_login(OwnerFactory())
        for site in SITES:
            for url in ELSEWHERE:
                for ask in (self.client.get, self.client.post):
                    with self.subTest(site, url=url, ask=ask.__name__):
                        answer = ask(f"{site}login/", query_params={"next": url})
                        self.assertRedirects(answer, site)
            answer = self.client.get(f"{site}login/?next={site}main/order/")
            self.assertRedirects(answer, f"{site}main/order/")

    def test_guessing_a_password_of_staff_is_stopped(self) -> None:
        owner = OwnerFactory(password=make_password(PASSWORD))
        for _ in range(5):
            self.client.post("/admin/login/", {"username": owner.email, "password": "wrong"})
            self.log_in(owner, password="wrong", query="?next=/admin/")
        answer = self.log_in(owner, query="?next=/admin/")
        self.assertContains(answer, "Too many failed login attempts")
        self.assert_nobody_signed_in()

    def test_signing_out_of_an_admin_site_is_signing_out_of_the_shop(self) -> None:
        self.client.force_login(OwnerFactory())
        for site in SITES:
            self.assertRedirects(self.client.post(f"{site}logout/"), "/logout/")

    def test_who_may_not_come_in_is_told_who_they_are(self) -> None:
        user = UserFactory(email="ada@booktime.example")
        self.client.force_login(user)
        answer = self.client.get("/admin/main/order/?q=a&p=1")
        self.assertContains(answer, "<strong>ada@booktime.example</strong>", status_code=403)
        path = "/login/?next=/admin/main/order/?q=a&p=1".replace("?q=a&p=1", "%3Fq%3Da%26p%3D1")
        path = path.replace("/admin/main/order/", "%2Fadmin%2Fmain%2Forder%2F")
        self.assertContains(answer, f'name="next" value="{path}"', status_code=403)
        self.assertRedirects(self.send("/logout/", next=path), path)
        self.assert_nobody_signed_in()


@tag("once")
class SessionLengthTests(AccountTestCase):
    def test_staff_are_not_remembered_for_weeks(self) -> None:
        for user, expected in [
            (UserFactory(password=make_password(PASSWORD)), timedelta(days=14)),
            (EmployeeFactory(password=make_password(PASSWORD)), timedelta(hours=12)),
        ]:
            with self.subTest(user.email):
                self.client.logout()
                self.send("/login/", login=user.email, password=PASSWORD, remember="on")
                kept = Session.objects.get(pk=self.client.session.session_key).expire_date
                self.assertAlmostEqual(kept, timezone.now() + expected, delta=timedelta(minutes=1))

    def test_who_is_not_to_be_remembered_is_forgotten_with_the_window(self) -> None:
        owner = OwnerFactory(password=make_password(PASSWORD))
        answer = self.log_in(owner)
        self.assertEqual(answer.cookies["sessionid"]["max-age"], "")

    def test_after_a_working_day_staff_sign_in_anew(self) -> None:
        for site, factory in SITES.items():
            with self.subTest(site):
                user = factory(password=make_password(PASSWORD))
                self.log_in(user, query=f"?next={site}")
                with mock.patch(NOW, return_value=self.client.session[SIGNED_IN_AT] + 43_199):
                    self.assertEqual(self.client.get(site).status_code, 200)
                with mock.patch(NOW, return_value=self.client.session[SIGNED_IN_AT] + 43_200):
                    answer = self.client.get(site, follow=True)
                self.assertRedirects(answer, f"/login/?next={site}")
                self.assertContains(answer, "Staff sign in again each working day.")
                self.assert_nobody_signed_in()

    def test_who_is_made_staff_brings_no_old_session_along(self) -> None:
        user = UserFactory()
        self.client.force_login(user)
        session = self.client.session
        session[SIGNED_IN_AT] -= 3 * 24 * 3600
        session.save()
        self.assertEqual(self.client.get("/orders/").status_code, 200)
        self.assertEqual(self.client.get("/admin/").status_code, 403)
        User.objects.filter(pk=user.pk).update(is_superuser=True)
        self.assertRedirects(self.client.get("/admin/"), "/login/?next=/admin/")
        self.assert_nobody_signed_in()

    def test_a_session_of_unknown_age_is_too_old(self) -> None:
        self.client.force_login(OwnerFactory())
        session = self.client.session
        del session[SIGNED_IN_AT]
        session.save()
        self.assertRedirects(self.client.get("/admin/"), "/login/?next=/admin/")


@tag("once")
class EndOfRightsTests(AccountTestCase):
    """Each in a session that was good a moment ago."""

    def assert_shut(self, user: User, status: int, change: dict) -> None:
        site = "/admin/" if user.is_superuser else "/office-admin/"
        for path in (site, f"{site}main/order/"):
            self.assertEqual(self.client.get(path).status_code, 200)
        User.objects.filter(pk=user.pk).update(**change)
        for path in (site, f"{site}main/order/"):
            self.assertEqual(self.client.get(path).status_code, status)

    def signed_in(self, factory) -> User:
        user = factory()
        self.client.force_login(user)
        return user

    def test_a_closed_account_is_nobody(self) -> None:
        for factory in (OwnerFactory, EmployeeFactory):
            self.assert_shut(self.signed_in(factory), 302, {"is_active": False})

    def test_an_owner_no_more(self) -> None:
        self.assert_shut(self.signed_in(OwnerFactory), 403, {"is_superuser": False})

    def test_staff_no_more(self) -> None:
        self.assert_shut(self.signed_in(EmployeeFactory), 403, {"is_staff": False})

    def test_out_of_the_group(self) -> None:
        user = self.signed_in(EmployeeFactory)
        user.groups.clear()
        self.assert_closed_to(user)

    def assert_closed_to(self, user: User) -> None:
        self.assertEqual(self.client.get("/office-admin/").status_code, 403)
        self.assert_signed_in(user)

    def test_a_changed_password_ends_every_other_session(self) -> None:
        user = EmployeeFactory(password=make_password(PASSWORD))
        self.log_in(user)
        elsewhere = Client()
        elsewhere.force_login(user)
        changed = {"oldpassword": PASSWORD, "password1": "four-brave-otters"}
        self.send("/account/password/", **changed, password2="four-brave-otters")
        self.assertEqual(self.client.get("/office-admin/").status_code, 200)
        self.assertEqual(elsewhere.get("/office-admin/").status_code, 302)

    def test_a_password_set_by_an_owner_ends_the_session(self) -> None:
        self.assert_shut(self.signed_in(EmployeeFactory), 302, {"password": make_password("x")})


@override_settings(STAFF_SECOND_FACTOR=True)
@tag("once")
class FirstOwnerTests(AccountTestCase):
    def test_an_owner_made_on_the_command_line_proves_the_address_and_comes_in(self) -> None:
        with mock.patch.dict("os.environ", {"DJANGO_SUPERUSER_PASSWORD": PASSWORD}):
            call_command(
                "createsuperuser", email="First@booktime.example", interactive=False, verbosity=0
            )
        owner = User.objects.get(email="first@booktime.example")
        self.assertRedirects(self.log_in(owner, query="?next=/admin/"), "/account/email/sent/")
        self.assert_nobody_signed_in()
        self.assertEqual(mail.outbox[-1].to, ["first@booktime.example"])
        self.assertRedirects(
            self.send(self.mailed_path()), "/admin/", fetch_redirect_response=False
        )
        self.assert_signed_in(owner)
        answer = self.client.get("/admin/", follow=True)
        self.assertRedirects(answer, "/account/security/?next=%2Fadmin%2F")
        self.assertContains(answer, "Staff need a second factor")
