"""A member of staff sets up second factors and comes in by them, in a browser with a device."""

from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import override_settings
from selenium.webdriver.common.virtual_authenticator import VirtualAuthenticatorOptions

from main.tests.support.browser import BrowserTestCase
from main.tests.support.factories import PASSWORD, EmployeeFactory
from main.tests.support.second_factor_case import code_of

SECURITY = "/account/security/"
OFFICE = "/office-admin/"
UNKNOWN = "This browser can’t use passkeys here"


@override_settings(STAFF_SECOND_FACTOR=True)
class SecondFactorStory(BrowserTestCase):
    def setUp(self) -> None:
        super().setUp()
        cache.clear()
        self.user = EmployeeFactory()
        self.driver = self.browser.driver

    def plug_in_a_device(self) -> None:
        """One that keeps passkeys and has a finger on it."""
        self.driver.add_virtual_authenticator(
            VirtualAuthenticatorOptions(
                transport=VirtualAuthenticatorOptions.Transport.INTERNAL,
                has_resident_key=True,
                has_user_verification=True,
                is_user_verified=True,
            )
        )
        self.addCleanup(self.driver.remove_virtual_authenticator)

    def sign_in(self) -> None:
        self.browser.be_nobody()
        self.browser.open(OFFICE)
        self.browser.fill(login=self.user.email, password=PASSWORD)
        self.browser.press("main form[action='/login/'] button")

    def say_code(self, code: str) -> None:
        self.browser.fill(code=code)
        self.browser.press("main form:has([name='code']) button")

    def confirm(self) -> None:
        self.browser.fill(password=PASSWORD)
        self.browser.press("main form button")

    def use_passkey(self) -> None:
        self.browser.press("main form[data-passkey] button")

    def assert_at(self, path: str) -> None:
        self.browser.wait(lambda _: self.browser.path == path)
        self.assertEqual(self.browser.console_errors(), [])

    def test_an_app_then_a_recovery_code_then_a_passkey(self) -> None:
        self.sign_in()
        self.assert_at(SECURITY)
        self.assertIn("Staff need a second factor", self.browser.text)
        self.browser.follow("Set up an app")
        self.confirm()
        self.assert_at(f"{SECURITY}app/")
        shown = self.driver.execute_script("return document.querySelector('.qr-code').naturalWidth")
        self.assertGreater(shown, 0)
        secret = self.browser.find(".secret").text
        self.say_code(code_of(secret))
        self.assert_at(f"{SECURITY}codes/")
        codes = [each.text for each in self.browser.find_all(".codes li")]
        self.assertEqual(len(codes), 10)
        self.browser.follow("continue")
        self.assert_at(OFFICE)

        self.sign_in()
        self.assert_at(f"{SECURITY}code/")
        # The code that set the app up opens nothing more; the next one is good early.
        self.say_code(code_of(secret, steps=1))
        self.assert_at(OFFICE)

        self.sign_in()
        self.say_code(codes[0])
        self.assert_at(OFFICE)

        self.plug_in_a_device()
        self.browser.open(SECURITY)
        self.browser.follow("Add a passkey")
        self.say_code(codes[1])
        self.browser.fill(name="Office computer")
        self.use_passkey()
        self.assert_at(SECURITY)
        self.assertIn("Office computer", self.browser.text)

        self.browser.be_nobody()
        self.browser.open(OFFICE)
        self.use_passkey()
        self.assert_at(OFFICE)
        self.assertIsNotNone(Authenticator.objects.get(type="webauthn").last_used_at)

        self.sign_in()
        self.use_passkey()
        self.assert_at(OFFICE)

    def test_a_device_that_says_no_is_told_of_in_words(self) -> None:
        self.plug_in_a_device()
        self.driver.set_user_verified(False)
        self.browser.open("/login/")
        self.browser.find("main form[data-passkey] button").click()
        status = self.browser.find("[data-passkey-status]")
        self.browser.wait(lambda _: "cancelled or timed out" in status.text)
        self.assertTrue(self.browser.find("main form[data-passkey] button").is_enabled())

    def test_a_browser_without_passkeys(self) -> None:
        command = "Page.addScriptToEvaluateOnNewDocument"
        script = {"source": "delete window.PublicKeyCredential"}
        added = self.driver.execute_cdp_cmd(command, script)["identifier"]
        self.addCleanup(
            self.driver.execute_cdp_cmd,
            "Page.removeScriptToEvaluateOnNewDocument",
            {"identifier": added},
        )
        self.browser.open("/login/")
        self.assertFalse(self.browser.find("main form[data-passkey]").is_displayed())
        self.sign_in()
        self.browser.open(f"{SECURITY}passkeys/")
        self.confirm()
        self.assertIn(UNKNOWN, self.browser.text)
        self.assertFalse(self.browser.find("main form[data-passkey] button").is_enabled())
