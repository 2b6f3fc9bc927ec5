"""The walk: what customers, the office and operators do, through nginx over TLS."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

from rehearsal import walk_chat, walk_purchase, walk_shop, walk_sight, walk_upload
from rehearsal.host import Host
from rehearsal.walk_browser import Browser
from rehearsal.walk_mail import Mailbox
from rehearsal.walk_people import PASSWORD, Staff, make_staff, sign_in
from rehearsal.walk_purchase import Bought

Step = tuple[str, Callable[[], str]]


class Walk:
    """Its steps build on each other: an order that was not placed cannot be paid.

    `steps` yields each with its name; calling it performs it, returns what was seen, and raises if
    anything is not as expected. The shop sends its mails to the mailbox (`EMAIL_URL`).
    """

    def __init__(self, host: Host, mailbox: Mailbox) -> None:
        self.host = host
        self._mailbox = mailbox
        self._staff: Staff | None = None
        self._office: Browser | None = None
        self._bought: Bought | None = None
        self._open = ExitStack()

    def __enter__(self) -> "Walk":
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def steps(self) -> Iterator[Step]:
        host = self.host
        yield "books by import_data", lambda: walk_shop.import_books(host)
        yield "pages by HTTP/2", lambda: walk_shop.pages(host)
        yield "static files", lambda: walk_shop.static_files(host)
        yield "redirect to TLS", lambda: walk_shop.redirect(host)
        yield "security headers", lambda: walk_shop.security_headers(host)
        yield "covers in S3", lambda: walk_upload.covers(host)
        yield "a guest buys", self._buy
        yield "staff sign in", self._sign_in
        yield "marked paid", lambda: walk_purchase.mark_paid(self.office, self.bought)
        yield "invoice", lambda: walk_purchase.invoice(self.office, self.bought)
        yield "chat over wss", lambda: walk_chat.talk(host, self.office, self.bought)
        yield "customer service's stream", lambda: walk_chat.stream(host, self.office, self.bought)
        yield "a cover uploaded", lambda: walk_upload.upload(host, self.office)
        yield "health", lambda: walk_sight.health(host)
        yield "metrics", lambda: walk_sight.metrics(host)
        yield "logs", lambda: walk_sight.logs(host, self.private)

    @property
    def office(self) -> Browser:
        if self._office is None:
            raise AssertionError("nobody of the office has signed in")
        return self._office

    @property
    def bought(self) -> Bought:
        if self._bought is None:
            raise AssertionError("nothing was bought")
        return self._bought

    @property
    def private(self) -> list[str]:
        """What was typed, sent or issued on the way, and must not be in any log."""
        found = [PASSWORD, *(self._bought.private if self._bought else [])]
        if self._staff and self._office:
            found += [self._staff.email, self._staff.secret]
            found += [cookie.value for cookie in self._office.http.cookies.jar if cookie.value]
        return found

    def _buy(self) -> str:
        self._bought = walk_purchase.purchase(self.host, self._mailbox)
        self._open.enter_context(self._bought.browser)
        return f"order {self._bought.order_id}, its mail and its link"

    def _sign_in(self) -> str:
        self._staff = make_staff(self.host)
        self._office = self._open.enter_context(Browser(self.host))
        sign_in(self._office, self._staff, "/office-admin/")
        return "by password and the code of an app"
