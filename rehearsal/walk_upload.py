"""The office uploads a cover: it goes to the bucket, and the worker makes its renditions."""

import io
import os
from http import HTTPStatus
from urllib.parse import urlsplit

import httpx
from PIL import Image

from rehearsal.host import Host
from rehearsal.services import client_of
from rehearsal.walk_browser import PATIENCE, Browser, Page, expect
from rehearsal.walk_shop import any_book, pictures_of, wait_for

SIZE = (800, 1200)  # noise, which no format compresses: by default nginx accepts only 1 MB
LEAST = 1_100_000
WIDTHS = 4
ALT = "A cover with a great deal of rain"
IMMUTABLE = "max-age=31536000"


def bucket_names(host: Host) -> set[str]:
    """Of all that the shop keeps."""
    pages = client_of(host.s3).get_paginator("list_objects_v2").paginate(Bucket=host.s3.name)
    return {item["Key"] for page in pages for item in page.get("Contents", [])}


def covers(host: Host) -> str:
    """Imported covers, once the worker is done: public, immutable, without a signature."""
    with Browser(host) as browser:
        book = any_book(browser)
        shown = wait_for(
            lambda: _all_there(browser.open(book)), "renditions of the imported cover", 180
        )
    return f"{len(shown)} pictures of {book} from {urlsplit(shown[0]).netloc}"


def upload(host: Host, staff: Browser) -> str:
    """Send the book's form in the office's admin, as a browser does."""
    with Browser(host) as browser:
        book = any_book(browser)
        before, names = set(pictures_of(browser.open(book))), bucket_names(host)
        size = _send_cover(staff, _admin_path(staff, book))
        new = wait_for(lambda: _whole(bucket_names(host) - names), "renditions of the upload", 180)
        shown = wait_for(lambda: _more(browser.open(book), before), "the upload on its page", 60)
    expect(all("product-images" in name for name in new), f"new in the bucket: {sorted(new)}")
    return f"{size / 1e6:.1f} MB, {WIDTHS} renditions, {len(shown)} new public addresses"


def _whole(new: set[str]) -> set[str] | None:
    """The original and one rendition per width."""
    renditions = [name for name in new if name.endswith("w.webp")]
    is_whole = len(renditions) == WIDTHS and len(new) == WIDTHS + 1
    return new if is_whole else None


def _admin_path(staff: Browser, book: str) -> str:
    slug = book.strip("/").rpartition("/")[2]
    links = staff.open("/office-admin/main/product/").links
    for link in (link for link in links if link.endswith("/change/")):
        if f"/product/{slug}/" in staff.open(link).links:
            return link
    raise AssertionError(f"the office has no book that is shown at {book}")


def _send_cover(staff: Browser, path: str) -> int:
    image = io.BytesIO()
    noise = os.urandom(SIZE[0] * SIZE[1] * 3)
    Image.frombytes("RGB", SIZE, noise).save(image, "PNG")
    expect(image.tell() > LEAST, "the picture is too small to prove anything")
    form = staff.open(path).form("images-TOTAL_FORMS")
    number = form.fields["images-INITIAL_FORMS"]
    files = {f"images-{number}-image": ("rain.png", image.getvalue(), "image/png")}
    answer = staff.send(path, form, files, **{f"images-{number}-alt": ALT})
    where = urlsplit(str(answer.url)).path
    expect(answer.status_code == HTTPStatus.OK, f"the upload was answered {answer.status_code}")
    expect(where == "/office-admin/main/product/", f"the upload led to {where}: {_errors(answer)}")
    return image.tell()


def _errors(answer: httpx.Response) -> str:
    text = Page(answer.text).text
    return text[text.find("Please correct") :][:300]


def _more(page: Page, before: set[str]) -> list[str] | None:
    """The new pictures, once all of them can be fetched."""
    new = [address for address in pictures_of(page) if address not in before]
    return new if new and all(_is_public(address) for address in new) else None


def _all_there(page: Page) -> list[str] | None:
    return _more(page, set())


def _is_public(address: str) -> bool:
    """Check that it is served without a signature and immutable; a missing file is no failure."""
    parts = urlsplit(address)
    expect(parts.scheme and not parts.query, f"{address} is no public address of a bucket")
    answer = httpx.get(address, timeout=PATIENCE, trust_env=False)
    if answer.status_code in (HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN):
        return False
    expect(answer.status_code == HTTPStatus.OK, f"{address} answers {answer.status_code}")
    kept = answer.headers.get("cache-control", "")
    expect(IMMUTABLE in kept and "immutable" in kept, f"{address} is kept by “{kept}”")
    Image.open(io.BytesIO(answer.content)).verify()
    return True
