"""A guest buys and gets the mail with its link; staff mark the order paid; both see the invoice."""

import re
import secrets
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import urlsplit

import httpx

from rehearsal.host import Host
from rehearsal.walk_browser import PATIENCE, Browser, Page, expect
from rehearsal.walk_mail import Mailbox
from rehearsal.walk_shop import any_book, wait_for
from rehearsal.walk_upload import bucket_names

ADDRESSES, REVIEW = "/order/address_select/", "/order/review/"
BILLING = {
    "billing-name": "Marguerite Thistlewood",
    "billing-address1": "7 Quillpen Passage",
    "billing-zip_code": "BS1 2JL",
    "billing-city": "Bristol",
    "billing-country": "GB",
}


@dataclass
class Bought:
    """An order, its customer and their browser."""

    browser: Browser
    email: str
    order_id: int = 0
    private: list[str] = field(default_factory=list)  # what no log may contain


def buy(browser: Browser, email: str, *, book: str = "") -> Bought:
    """From a book's page to the thanks, form by form."""
    book = book or any_book(browser)
    added = browser.send(book, browser.open(book).form("product_id"), quantity="1")
    expect(urlsplit(str(added.url)).path == "/basket/", f"adding led to {added.url}")
    form = browser.open(REVIEW).form("billing-name")  # it leads to the addresses first
    given = browser.send(ADDRESSES, form, email=email, shipping_same="on", **BILLING)
    where = urlsplit(str(given.url)).path
    expect(where == REVIEW, f"the addresses led to {where}: {Page(given.text).text[:300]}")
    thanks = browser.send(REVIEW, Page(given.text).form("quote"))
    where = urlsplit(str(thanks.url)).path
    expect(where == "/order/done/", f"ordering led to {where}: {Page(thanks.text).text[:300]}")
    found = re.search(r'href="/orders/(\d+)/"', thanks.text)
    expect(found, "the thanks have no link to the order")
    return Bought(browser, email, int(found.group(1)) if found else 0)


def purchase(host: Host, mailbox: Mailbox) -> Bought:
    """Buy as a guest, up to the mail and the page that its link opens in another browser."""
    bought = buy(Browser(host), f"marguerite.{secrets.token_hex(4)}@walk.example")
    link = wait_for(
        lambda: _link_in_mail(host, mailbox, bought.email), "the mail with the order's link", 180
    )
    with Browser(host) as elsewhere:
        page = elsewhere.get(link)
        path = urlsplit(str(page.url)).path
        expect(path == f"/orders/{bought.order_id}/", f"the mail's link led to {path}")
        expect("Quillpen Passage" in page.text, "the order's page shows no address")
    with Browser(host) as stranger:
        status = stranger.ask("GET", f"/orders/{bought.order_id}/").status_code
        expect(status == HTTPStatus.FOUND, f"a stranger gets {status} for the order")
    token = urlsplit(link).path.split("/")[-2]
    bought.private = [bought.email, token, "Thistlewood", "Quillpen", *_cookies(bought.browser)]
    return bought


def mark_paid(staff: Browser, bought: Bought) -> str:
    """With the button on the office's page of the order."""
    path = f"/office-admin/main/order/{bought.order_id}/change/"
    answer = staff.send(path, staff.open(path).form("/status/"), to="20")
    said = Page(answer.text).text
    expect("is now paid" in said, f"the page says: {said[:300]}")
    return f"order {bought.order_id}"


def invoice(staff: Browser, bought: Bought) -> str:
    """The same PDF for the customer and the office."""
    own = f"/orders/{bought.order_id}/invoice/"
    expect("Invoice" in bought.browser.open(own).text, "the invoice's page shows no invoice")
    sizes = [_pdf(bought.browser, own), _pdf(staff, f"/office-admin/invoice/{bought.order_id}/")]
    _is_kept_private(bought.browser.host)
    return f"PDF of {sizes[0]} bytes for the customer and {sizes[1]} for the office, kept privately"


def _is_kept_private(host: Host) -> None:
    """It is in the bucket, and nobody can read it there without the shop's signature."""
    kept = [name for name in bucket_names(host) if "invoices/" in name]
    expect(kept, "the bucket holds no invoice")
    for name in kept:
        address = f"{host.s3.endpoint}/{host.s3.name}/{name}"
        status = httpx.get(address, timeout=PATIENCE, trust_env=False).status_code
        expect(status == HTTPStatus.FORBIDDEN, f"{name} answers anyone with {status}")


def _pdf(browser: Browser, path: str) -> int:
    answer = browser.get(f"{path}?format=pdf")
    kind = answer.headers.get("content-type")
    expect(kind == "application/pdf", f"{path} came as {kind}, {answer.status_code}")
    expect(answer.content.startswith(b"%PDF-"), f"{path} is no PDF")
    return len(answer.content)


def _link_in_mail(host: Host, mailbox: Mailbox, email: str) -> str | None:
    for text in mailbox.texts_to(email):
        if found := re.search(r"https://\S+/orders/open/[^\s\"<]+", text):
            return found.group().removeprefix(host.url)
    return None


def _cookies(browser: Browser) -> list[str]:
    return [cookie.value for cookie in browser.http.cookies.jar if cookie.value]
