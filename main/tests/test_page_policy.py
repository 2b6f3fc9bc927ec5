"""What a page is told of its own: nonce, cookies, and what Mozilla would say to all of it."""

from unittest.mock import patch

from django.test import SimpleTestCase, override_settings, tag

from main.tests.support.factories import ProductFactory
from main.tests.support.headers_case import Answer, HeadersCase, Tags, secured
from main.tests.support.observatory import grade, judge

MESSAGE = {"name": "Ada", "email": "ada@booktime.example", "message": "Where is Emma?"}


@tag("once")
class PolicyTests(HeadersCase):
    def test_a_nonce_is_of_one_page(self) -> None:
        pages = [self.ask("/login/") for _ in range(3)]
        found = {page.policy["script-src"][0] for page in pages}
        self.assertEqual(len(found), 3)
        for nonce in found:
            self.assertRegex(nonce, r"^'nonce-[A-Za-z0-9+/]{22}=='$")

    def test_analytics_run_by_the_nonce_too(self) -> None:
        with override_settings(**secured(GA_TRACKER_ID="G-1")):
            page = self.ask("/about-us/")
        scripts = Tags(page.body).scripts
        self.assertEqual(scripts[0]["src"], "https://www.googletagmanager.com/gtag/js?id=G-1")
        nonces = {f"'nonce-{script['nonce']}'" for script in scripts}
        self.assertEqual((len(scripts), page.policy["script-src"]), (2, [*nonces]))

    def test_cookies_are_for_this_host_alone(self) -> None:
        sent = self.ask("/contact-us/", fields=MESSAGE, **self.form())
        book = {"product_id": str(ProductFactory().pk), "quantity": "1"}
        added = self.ask("/add_to_basket/", fields=book, **self.form())
        pages = [sent, added, self.ask("/login/")]
        cookies = {name: morsel for page in pages for name, morsel in page.cookies.items()}
        self.assertEqual({*cookies}, {"__Host-messages", "__Host-csrftoken", "__Host-sessionid"})
        for name, morsel in cookies.items():
            with self.subTest(name):
                self.assertEqual((morsel["secure"], morsel["path"]), (True, "/"))
                self.assertEqual((morsel["samesite"], morsel["domain"]), ("Lax", ""))
                self.assertEqual(bool(morsel["httponly"]), name != "__Host-csrftoken")

    def test_the_observatory_gives_an_a_plus(self) -> None:
        page, http = self.ask("/login/"), self.ask("/", scheme="http")
        self.assertEqual(
            judge(page, http),
            {
                "content-security-policy": 10,
                "cookies": 5,
                "cross-origin-resource-policy": 10,
                "cross-origin-resource-sharing": 0,
                "redirection": 0,
                "referrer-policy": 5,
                "strict-transport-security": 0,
                "subresource-integrity": 0,
                "x-content-type-options": 0,
                "x-frame-options": 5,
            },
        )
        self.assertEqual(grade(judge(page, http)), (135, "A+"))


@tag("once")
class SettingTests(SimpleTestCase):
    def test_the_observatory_gives_a_bare_page_nothing(self) -> None:
        bare = Answer(200, [], '<script src="http://elsewhere.example/a.js"></script>')
        self.assertEqual(grade(judge(bare, bare)), (0, "below C"))

    def test_what_another_host_gives_is_named(self) -> None:
        policy = secured(GA_TRACKER_ID="G-1")["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]
        self.assertIn("https://*.google-analytics.com", policy["connect-src"])
        self.assertEqual(len(policy["script-src"]), 1)
        with patch("booktime.settings.files.MEDIA_ORIGIN", "https://covers.example"):
            policy = secured()["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]
        self.assertEqual(policy["img-src"], ["'self'", "data:", "https://covers.example"])

    def test_without_https_nothing_asks_for_it(self) -> None:
        found = secured(SECURE=False)
        self.assertEqual(found["SESSION_COOKIE_NAME"], "sessionid")
        self.assertFalse(found["SESSION_COOKIE_SECURE"])
        self.assertNotIn("SECURE_HSTS_SECONDS", found)
        self.assertFalse(
            found["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]["upgrade-insecure-requests"]
        )
