"""The page to try the API on: in a real browser, under the site's own Content-Security-Policy."""

from selenium.webdriver.common.by import By

from main.models import OrderLine
from main.tests.support.browser import BrowserTestCase
from main.tests.support.factories import DispatcherFactory, OrderFactory, OrderLineFactory

OPERATION = "[id='operations-Dispatch-set_order_line_status']"


class TryingItOutTests(BrowserTestCase):
    def test_a_dispatcher_sends_a_line(self) -> None:
        line = OrderLineFactory(order=OrderFactory(status=20))
        self.browser.be(session_key=self.session_of(DispatcherFactory()))
        self.browser.console_errors()  # that page has no icon
        self.browser.open("/api/docs/")
        self.wait_for(f"{OPERATION} .opblock-summary-control").click()
        self.wait_for(f"{OPERATION} .try-out button").click()
        execute = self.wait_for(f"{OPERATION} .execute")
        self.wait_for(f"{OPERATION} input").send_keys(str(line.pk))
        execute.click()
        answer = self.wait_for(f"{OPERATION} .live-responses-table").text
        self.assertIn('"status": 30', answer)
        line.refresh_from_db()
        self.assertEqual(line.status, OrderLine.Status.SENT)
        self.assertEqual(self.browser.console_errors(), [])
        self.assertEqual(self.browser.foreign_requests(), [])

    def test_on_a_phone_nothing_is_wider_than_the_screen(self) -> None:
        self.browser.set_width(390)
        self.browser.open("/api/docs/")
        self.wait_for(f"{OPERATION} .opblock-summary-control")
        self.wait_for("#api .info table")
        width = "return document.documentElement.scrollWidth"
        self.assertLessEqual(self.browser.driver.execute_script(width), 390)

    def wait_for(self, selector: str):
        self.browser.wait(lambda driver: driver.find_elements(By.CSS_SELECTOR, selector))
        return self.browser.find(selector)
