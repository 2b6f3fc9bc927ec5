"""Links of mails and for search engines: at SITE_URL, whichever host a request named."""

import json
import re

from django.core import mail
from django.core.checks import run_checks
from django.test import SimpleTestCase, TestCase, override_settings, tag

from main.gateways.public_address import at_public_address, public_url
from main.tests.support.account_case import AccountTestCase
from main.tests.support.factories import PASSWORD, ProductFactory, ProductTagFactory, UserFactory

SHOP, OTHER = "https://shop.example", "other.example"
AT_ANOTHER_HOST = override_settings(SITE_URL=SHOP, ALLOWED_HOSTS=["shop.example", OTHER])


@tag("once")
@override_settings(SITE_URL=SHOP)
class AddressTests(SimpleTestCase):
    def test_a_path_is_completed_and_a_whole_address_stays(self) -> None:
        for given, public in {
            "/": f"{SHOP}/",
            "/köln/?q=ö": f"{SHOP}/k%C3%B6ln/?q=%C3%B6",
            "//evil.example/x": f"{SHOP}//evil.example/x",
            "https://pictures.example/a.webp": "https://pictures.example/a.webp",
        }.items():
            self.assertEqual(public_url(given), public)
        for given, public in {
            "http://evil.example:81/reset/?a=b#c": f"{SHOP}/reset/?a=b#c",
            "/reset/": f"{SHOP}/reset/",
        }.items():
            self.assertEqual(at_public_address(given), public)


@AT_ANOTHER_HOST
class MailTests(AccountTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.client.defaults["HTTP_HOST"] = OTHER

    def assert_links(self, to: str, *paths: str) -> None:
        """Of the only mail to them, in both its versions; the last is the signature."""
        (sent,) = [each for each in mail.outbox if each.to == [to]]
        for body in (sent.body, sent.alternatives[0].content):
            self.assertNotIn(OTHER, body)
        links = re.findall(r"https?://\S+", sent.body)
        self.assertEqual(len(links), len(paths) + 1, links)
        for link, path in zip(links, [*paths, ""], strict=True):
            self.assertTrue(link.startswith(f"{SHOP}{path}"), link)

    def test_a_new_password_is_chosen_at_the_shop_itself(self) -> None:
        user = UserFactory()
        self.send("/account/password/reset/", email=user.email)
        self.assert_links(user.email, "/account/password/reset/")

    def test_an_address_is_confirmed_at_the_shop_itself(self) -> None:
        self.sign_up("new@booktime.example")
        self.assert_links("new@booktime.example", "/account/email/verify/")

    def test_whoever_has_an_account_or_none_is_led_to_the_shop_itself(self) -> None:
        user, nobody = UserFactory(), "nobody@booktime.example"
        self.sign_up(user.email)
        self.assert_links(user.email, "/account/password/reset/")
        self.send("/account/password/reset/", email=nobody)
        self.assert_links(nobody, "/signup/")

    def test_a_changed_address_is_confirmed_at_the_shop_itself(self) -> None:
        user = UserFactory()
        self.log_in(user)
        asked = self.send("/account/email/", action_add="", email="moved@booktime.example")
        self.send(asked.url, password=PASSWORD)
        self.assert_links("moved@booktime.example", "/account/email/verify/")


@tag("door")
@AT_ANOTHER_HOST
class MachineTests(TestCase):
    def setUp(self) -> None:
        self.book, self.subject = ProductFactory(), ProductTagFactory()

    def read(self, path: str) -> str:
        return self.client.get(path, headers={"host": OTHER}).content.decode()

    def test_robots_and_sitemaps_name_the_shop_itself(self) -> None:
        self.assertIn(f"Sitemap: {SHOP}/sitemap.xml\n", self.read("/robots.txt"))
        parts = re.findall("<loc>(.*?)</loc>", self.read("/sitemap.xml"))
        self.assertEqual(
            parts, [f"{SHOP}/sitemap-{name}.xml" for name in ("pages", "subjects", "books")]
        )
        for part, first in zip(
            parts,
            ["/", self.subject.get_absolute_url(), self.book.get_absolute_url()],
            strict=True,
        ):
            named = re.findall("<loc>(.*?)</loc>", self.read(part.removeprefix(SHOP)))
            self.assertEqual(named[0], SHOP + first)

    def test_a_page_names_itself_at_the_shop_itself(self) -> None:
        page, url = self.read(self.book.get_absolute_url()), SHOP + self.book.get_absolute_url()
        self.assertIn(f'<link rel="canonical" href="{url}">', page)
        facts = json.loads(re.search(r'"application/ld\+json">(.*?)</script>', page)[1])
        self.assertEqual((facts["@id"], facts["url"], facts["offers"]["url"]), (url, url, url))


@tag("once")
class HostCheckTests(SimpleTestCase):
    def found(self, **changes: object) -> list[str]:
        with override_settings(**changes):
            found = run_checks(include_deployment_checks=True)
        return [each.id for each in found if each.id in {"main.E003", "main.E004"}]

    def test_a_deployment_names_its_hosts_and_its_address_is_among_them(self) -> None:
        for hosts, expected in (
            (["shop.example"], []),
            ([".example"], []),
            (["shop.example", "*"], ["main.E003"]),
            (["other.example"], ["main.E004"]),
        ):
            with self.subTest(hosts):
                self.assertEqual(self.found(SITE_URL=f"{SHOP}:8443", ALLOWED_HOSTS=hosts), expected)
