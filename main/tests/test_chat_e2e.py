"""A customer and customer service talk in two browsers; pages reload, the server restarts."""

import tempfile
from pathlib import Path

from django.conf import settings
from django.test import TransactionTestCase, skipUnlessDBFeature, tag
from selenium.webdriver.common.keys import Keys

from main.models import Message
from main.tests.support.browser import Browser, start_chromium
from main.tests.support.chat_case import session_of
from main.tests.support.factories import EmployeeFactory, OrderFactory, OrderLineFactory
from main.tests.support.live_services import Web, database_url

QUESTION, ANSWER = "Where is my parcel?", "At the door by noon."
SAID = "#conversation :is(.message-own, .message-other) .message-text"


@tag("e2e")
@skipUnlessDBFeature("has_select_for_update")  # the server is another process
class ConversationStories(TransactionTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = cls.enterClassContext(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        cls.web = Web(
            Path(folder) / "web.log",
            DATABASE_URL=database_url(),
            REDIS_URL=settings.REDIS_URL,
            SECRET_KEY=settings.SECRET_KEY,
            DEBUG="true",
            TASKS_BACKEND="database",
            CHAT_HEARTBEAT="1",
        )
        cls.addClassCleanup(cls.web.kill)
        cls.web.start()
        cls.ada, cls.olive = cls.start_browser(folder, "ada"), cls.start_browser(folder, "olive")

    @classmethod
    def start_browser(cls, folder: str, name: str) -> Browser:
        driver = start_chromium(f"{folder}/{name}")
        cls.addClassCleanup(driver.quit)
        return Browser(driver, f"http://127.0.0.1:{cls.web.port}")

    def setUp(self):
        self.order = OrderFactory()
        OrderLineFactory(order=self.order)
        clerk = EmployeeFactory(first_name="Olive", last_name="Office")
        for browser, user in ((self.ada, self.order.user), (self.olive, clerk)):
            browser.set_width(1440)
            browser.set_colours("light")
            browser.be(session_key=session_of(user))
            browser.console_errors()  # of another test
            browser.foreign_requests()
            # Whoever is still there would read the database while it is emptied.
            self.addCleanup(browser.driver.get, "about:blank")

    def test_they_talk_while_one_reloads_and_the_server_restarts(self):
        self.both_come_in()
        self.write(self.ada, QUESTION)
        self.write(self.olive, ANSWER, after=QUESTION)
        self.wait_until_said(self.ada, QUESTION, ANSWER)
        self.assert_sound(self.ada, self.olive)
        self.web.end()
        self.write(self.ada, "Noon is fine.")
        self.write(self.ada, "And the bill?")
        self.wait_for_status(self.ada, "2 messages waiting to be sent")
        self.web.start()
        self.ada.driver.refresh()  # what was not sent outlives the page
        self.wait_for_status(self.olive, "Live")
        self.write(self.olive, "It is in the parcel.", after="And the bill?")
        said = [QUESTION, ANSWER, "Noon is fine.", "And the bill?", "It is in the parcel."]
        self.assert_all_have(said)
        self.olive.driver.refresh()
        self.assert_all_have(said)

    def test_a_customer_without_javascript_loses_nothing_either(self):
        with self.ada.without_javascript():
            self.ada.open(f"/orders/{self.order.pk}/conversation/")
            self.olive.open(f"/customer-service/{self.order.pk}/")
            self.wait_for_status(self.olive, "Live")
            self.write_by_form(QUESTION)
            self.write(self.olive, ANSWER, after=QUESTION)
            self.olive.wait(lambda _: self.olive.find(".message-mark").text == "Sent")
            self.ada.driver.refresh()
            self.assertEqual(self.said(self.ada), [QUESTION, ANSWER])
            self.web.end()
            self.web.start()
            self.write_by_form("Thank you.")  # in the page of before
            self.ada.driver.refresh()
            self.assert_all_have([QUESTION, ANSWER, "Thank you."])
            self.assertEqual(self.ada.foreign_requests(), [])

    # --- The steps --------------------------------------------------------------------------

    def both_come_in(self) -> None:
        self.ada.open(f"/orders/{self.order.pk}/conversation/")
        self.olive.open(f"/customer-service/{self.order.pk}/")
        for browser in (self.ada, self.olive):
            self.wait_for_status(browser, "Live")
        self.ada.wait(lambda _: "Olive" in self.ada.find(".conversation-peers").text)

    def write(self, browser: Browser, text: str, *, after: str = "") -> None:
        """Type it and press Enter, once what it answers is there."""
        if after:
            browser.wait(lambda _: after in self.said(browser))
        browser.find(".composer textarea").send_keys(text, Keys.ENTER)

    def write_by_form(self, text: str) -> None:
        self.ada.fill(text=text)
        self.ada.press(".composer [type=submit]")
        self.assertIn(text, self.said(self.ada))

    def said(self, browser: Browser) -> list[str]:
        return [each.text for each in browser.find_all(SAID)]

    def wait_until_said(self, browser: Browser, *texts: str) -> None:
        browser.wait(lambda _: self.said(browser) == [*texts])

    def wait_for_status(self, browser: Browser, words: str) -> None:
        browser.wait(lambda _: words in browser.find(".status-line").text)

    def assert_all_have(self, texts: list[str]) -> None:
        """Everyone the same, once, in one order; and so is it stored."""
        for browser in (self.ada, self.olive):
            self.wait_until_said(browser, *texts)
        stored = Message.objects.of(self.order.pk).filter(kind=Message.Kind.TEXT).order_by("seq")
        self.assertEqual([message.text for message in stored], texts)
        seqs = Message.objects.of(self.order.pk).order_by("seq").values_list("seq", flat=True)
        self.assertEqual([*seqs], [*range(1, len(texts) + 2)])  # that it was placed, and these

    def assert_sound(self, *browsers: Browser) -> None:
        """With the conversation open, wide in the light and narrow in the dark."""
        for browser in browsers:
            for width, scheme in ((1440, "light"), (390, "dark")):
                browser.set_width(width)
                browser.set_colours(scheme)
                with self.subTest(browser.path, width=width, scheme=scheme):
                    self.assertEqual(browser.axe_findings(), [])
                    self.assertLessEqual(browser.sideways_scroll(), 0)
            self.assertEqual(browser.console_errors(), [])
            self.assertEqual(browser.foreign_requests(), [])
