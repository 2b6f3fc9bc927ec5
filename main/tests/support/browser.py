"""A headless Chromium for tests: what a page looks like to people, and what it asks of the net."""

import contextlib
import json
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.staticfiles.testing import StaticLiveServerTestCase
from django.test import override_settings, tag
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support import expected_conditions as expected
from selenium.webdriver.support.ui import WebDriverWait

from main.access import SIGNED_IN_AT
from main.tests.support.live_shop import make_session

CHROMIUM_NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--hide-scrollbars",
]
AXE = settings.BASE_DIR / "node_modules" / "axe-core" / "axe.min.js"
# What pages ask for, and these tests' own server does not have: an icon where a text names none,
# and sockets, which want the real one (live_shop).
NOT_OURS = ("/favicon.ico", "/ws/customer-service/")
WAIT = 20  # seconds; a page takes a fraction, a busy machine its time


def start_chromium(profile: str) -> webdriver.Chrome:
    """Given paths, Selenium looks for nothing on the network."""
    chromium = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    driver = shutil.which("chromedriver")
    if not (chromium and driver):
        raise RuntimeError("Browser tests need: apt-get install chromium chromium-driver")
    options = Options()
    options.binary_location = chromium
    for flag in [*FLAGS, f"--user-data-dir={profile}"]:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    started = webdriver.Chrome(options=options, service=Service(driver))
    started.set_script_timeout(3 * WAIT)  # axe, on a long page
    return started


class Browser:
    """One visitor at the shop that serves at `address`."""

    def __init__(self, driver: webdriver.Chrome, address: str) -> None:
        self.driver = driver
        self.address = address

    # --- Doing ------------------------------------------------------------------------------

    def open(self, path: str) -> None:
        self.driver.get(self.address + path)

    def find(self, selector: str) -> WebElement:
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def find_all(self, selector: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def fill(self, **fields: str) -> None:
        for name, text in fields.items():
            field = self.find(f"main [name='{name}']")
            if field.tag_name == "select":
                field.find_element(By.CSS_SELECTOR, f"option[value='{text}']").click()
            else:
                field.clear()
                field.send_keys(text)

    def follow(self, text: str) -> None:
        """Click the link of the page's main part that contains this text."""
        self._leave_by(self._link(text).click)

    def press(self, selector: str) -> None:
        """Click a button that leads to another page."""
        self._leave_by(self.find(selector).click)

    def leave_by_script(self, script: str) -> None:
        """Run a script that leads to another page."""
        self._leave_by(lambda: self.driver.execute_script(script))

    def _leave_by(self, act: Callable[[], None]) -> None:
        page = self.find("html")
        try:
            act()
        except WebDriverException as error:
            # Whatever has a name of its own (no such element, not clickable) is meant.
            if type(error) is not WebDriverException:
                raise
        self.wait(expected.staleness_of(page))

    def _link(self, text: str) -> WebElement:
        return self.driver.find_element(By.XPATH, f"//main//a[contains(., '{text}')]")

    def download(self, text: str) -> bytes:
        """Click the link that contains this text, and return the file that the browser keeps."""
        command = "Browser.setDownloadBehavior"
        with tempfile.TemporaryDirectory() as folder:
            allow = {"behavior": "allow", "downloadPath": folder}
            self.driver.execute_cdp_cmd(command, allow)
            self._link(text).click()
            # A file that is not whole yet has another name.
            self.wait(lambda _: [*Path(folder).glob("*.pdf")])
            self.driver.execute_cdp_cmd(command, {"behavior": "deny"})
            (file,) = Path(folder).iterdir()
            return file.read_bytes()

    def wait(self, condition) -> None:
        # Asked in the moment between two pages, the driver now and then answers with an error
        # of its own; asked again, it knows.
        patient = WebDriverWait(self.driver, WAIT, ignored_exceptions=[WebDriverException])
        patient.until(condition)

    def be(self, *, session_key: str) -> None:
        """Carry on as whoever holds this session."""
        self.open("/robots.txt")  # a cookie can be set on a site that is open only
        self.driver.add_cookie({"name": settings.SESSION_COOKIE_NAME, "value": session_key})

    def be_nobody(self) -> None:
        self.driver.delete_all_cookies()

    def leave(self) -> None:
        """Nothing of the open page goes on: a conversation would ask for news without a session."""
        self.driver.get("about:blank")

    # --- The visitor's device ---------------------------------------------------------------

    def set_width(self, width: int, *, height: int = 900) -> None:
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)

    def set_colours(self, scheme: str, *, medium: str = "") -> None:
        """ "light" or "dark"; moving parts are asked to stand still, so that axe sees the end.

        The `medium` is "print" for a page as it will be on paper.
        """
        features = [
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]
        media = {"media": medium, "features": features}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)

    @contextlib.contextmanager
    def without_javascript(self) -> Iterator[None]:
        command = "Emulation.setScriptExecutionDisabled"
        self.driver.execute_cdp_cmd(command, {"value": True})
        yield
        self.driver.execute_cdp_cmd(command, {"value": False})

    # --- Seeing -----------------------------------------------------------------------------

    @property
    def path(self) -> str:
        return urlsplit(self.driver.current_url).path

    @property
    def text(self) -> str:
        return self.find("main").text

    def axe_findings(self) -> list[str]:
        """What axe finds wrong with the page, each with the elements concerned."""
        if not self.driver.execute_script("return typeof axe !== 'undefined'"):
            self.driver.execute_script(AXE.read_text())
        found = self.driver.execute_async_script(
            "axe.run(document, {resultTypes: ['violations']}).then(arguments[0])"
        )
        return [
            f"{rule['id']}: {rule['help']}: "
            + "; ".join(f"{node['html'][:200]} ({_reason(node)})" for node in rule["nodes"][:3])
            for rule in found["violations"]
        ]

    def sideways_scroll(self) -> int:
        """How many pixels the page is wider than the window."""
        root = "document.documentElement"
        return self.driver.execute_script(f"return {root}.scrollWidth - {root}.clientWidth")

    def console_errors(self) -> list[str]:
        """What the console complained of since last asked."""
        entries = self.driver.get_log("browser")
        errors = [entry["message"] for entry in entries if entry["level"] in ("SEVERE", "WARNING")]
        return [error for error in errors if not any(path in error for path in NOT_OURS)]

    def foreign_requests(self) -> list[str]:
        """What was asked of any other host since last asked."""
        home = urlsplit(self.address).netloc
        addresses = [urlsplit(address) for address in self._requested()]
        return [
            parts.geturl()
            for parts in addresses
            if parts.scheme not in ("data", "blob", "about", "chrome") and parts.netloc != home
        ]

    def _requested(self) -> Iterator[str]:
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                yield message["params"]["request"]["url"]


def _reason(node: dict) -> str:
    return node["failureSummary"].replace("\n", " ")[:200]


@tag("e2e")
class BrowserTestCase(StaticLiveServerTestCase):
    """One Chromium for a class, a fresh visitor for each test, pictures in a folder of its own."""

    @classmethod
    def setUpClass(cls):
        folder = cls.enterClassContext(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        cls.enterClassContext(override_settings(MEDIA_ROOT=Path(folder) / "media"))
        super().setUpClass()
        driver = start_chromium(f"{folder}/profile")
        cls.addClassCleanup(driver.quit)
        cls.browser = Browser(driver, cls.live_server_url)

    def setUp(self):
        self.browser.set_width(1440)
        self.browser.set_colours("light")
        self.browser.be_nobody()
        # Whatever the page before still had to ask or to say belongs to another test.
        self.browser.leave()
        self.browser.console_errors()
        self.browser.foreign_requests()

    def session_of(self, user, **values) -> str:
        """A session in which `user` (None for a guest) is signed in."""
        signed_in = {
            SESSION_KEY: str(user.pk),
            BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
            HASH_SESSION_KEY: user.get_session_auth_hash(),
            SIGNED_IN_AT: time.time(),
        } if user else {}  # fmt: skip
        return make_session(**signed_in, **values)
