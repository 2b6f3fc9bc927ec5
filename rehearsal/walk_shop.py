"""The shop of the walk: books imported on the host, and its pages as visitors see them."""

import csv
import re
import time
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx

from rehearsal.host import Host
from rehearsal.walk_browser import LOOPBACK, PATIENCE, Browser, Page, expect

BOOKS = 6
PICTURES = ("cover", "back")  # with only one, the image switcher has nothing to switch
STOCK = 5000  # the load also buys
HEADERS = (
    "strict-transport-security",
    "content-security-policy",
    "x-content-type-options",
    "referrer-policy",
    "x-frame-options",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "permissions-policy",
)
YEAR = 31_536_000
CODINGS = ("identity", "gzip", "br")


def import_books(host: Host) -> str:
    """Import the demo shop's first books with drawn pictures, as a real shop would.

    A second run changes nothing.
    """
    folder = host.folder / "list"
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)
    count = _write_list(folder)
    said = host.manage("import_data", str(folder / "books.csv"), str(folder))
    found = re.search(rf"Products processed={count} \(created=({BOOKS}|0)\)", said)
    expect(found and "Images processed" in said, f"import_data said: {said[-200:]}")
    return f"{BOOKS} books with {count} pictures, {found.group(1) if found else 0} books new"


def _write_list(folder: Path) -> int:
    """One row per picture: a repeated book gets another picture."""
    from main.demo.catalogue import read_catalogue
    from main.demo.pictures import draw_picture, picture_name

    books = [row for row in read_catalogue() if row.is_book][:BOOKS]
    rows = [(row, part) for row in books for part in PICTURES]
    with (folder / "books.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(books[0].cells | {"stock": ""}))
        writer.writeheader()
        for row, part in rows:
            name = picture_name(row, part)
            writer.writerow(row.cells | {"stock": str(STOCK), "image_filename": name})
            draw_picture(row, part).convert("RGB").save(folder / name)
    for path in folder.iterdir():
        path.chmod(0o644)  # the shop runs as another user
    return len(rows)


def pages(host: Host) -> str:
    """Home, list, search and book come over HTTP/2 and are not empty."""
    with Browser(host) as browser:
        book = any_book(browser)
        for path in ("/", "/products/all/", "/search/?q=proust", book, "/basket/", "/about-us/"):
            page = browser.open(path)
            expect("BookTime" in page.text, f"{path} is not a page of the shop")
        found = browser.open("/search/?q=proust").text
        expect("Du côté de chez Swann" in found, "the search does not find Proust")
        missing = browser.get("/product/no-such-book/").status_code
        expect(missing == HTTPStatus.NOT_FOUND, f"a book that is none: {missing}")
    return "6 pages and a 404 by HTTP/2"


def any_book(browser: Browser) -> str:
    links = browser.open("/products/all/").links
    books = sorted({link for link in links if link.startswith("/product/")})
    expect(books, "the list of books is empty")
    return books[0]


def static_files(host: Host) -> str:
    """Bundles are named by content, immutable and compressed as requested; no source maps."""
    with Browser(host) as browser:
        page = browser.open(any_book(browser))
        assets = [
            link for link in page.links if re.search(r"/static/.*\.bundle.*\.(css|js)$", link)
        ]
        kinds = {asset.rpartition(".")[2] for asset in assets}
        expect(kinds == {"css", "js"}, f"the page of a book has no bundles but {assets}")
        for asset in assets:
            sizes = {coding: _fetch_asset(browser, asset, coding) for coding in CODINGS}
            is_smaller = sizes["br"] < sizes["gzip"] < sizes["identity"] or not sizes["identity"]
            expect(is_smaller, f"{asset} is not smaller compressed: {sizes}")
    maps = [*host.current.folder.glob("staticfiles/**/*.map*")] if host.current else []
    expect(not maps, f"source maps are served: {maps[:3]}")
    return f"{len(assets)} bundles immutable, br and gzip, no source map"


def _fetch_asset(browser: Browser, asset: str, coding: str) -> int:
    """Bytes on the wire."""
    address = asset.removeprefix(browser.host.url)
    extensions = {"sni_hostname": browser.host.domain}
    headers = {"Accept-Encoding": coding}
    with browser.http.stream("GET", address, headers=headers, extensions=extensions) as answer:
        size = sum(len(part) for part in answer.iter_raw())
    expect(answer.status_code == HTTPStatus.OK, f"{asset} answers {answer.status_code}")
    kept = answer.headers.get("cache-control", "")
    age = re.search(r"max-age=(\d+)", kept)
    is_for_good = "immutable" in kept and age is not None and int(age.group(1)) >= YEAR
    expect(is_for_good, f"{asset} is kept by “{kept}”")
    given = answer.headers.get("content-encoding", "identity")
    expect(given == coding or not size, f"{asset} was asked as {coding} and came as {given}")
    return size


def redirect(host: Host) -> str:
    """Requests without TLS are redirected to the same address with TLS."""
    plain = f"http://{LOOPBACK}:{host.plain_port}/products/all/?page=1"
    answer = httpx.get(plain, headers={"Host": host.domain}, timeout=PATIENCE, trust_env=False)
    expect(answer.status_code == HTTPStatus.MOVED_PERMANENTLY, f"{answer.status_code}")
    expect(
        answer.headers["location"] == f"{host.url}/products/all/?page=1", answer.headers["location"]
    )
    return f"{answer.status_code} to {host.url}/..."


def security_headers(host: Host) -> str:
    """Each header once, on pages that exist or not, whatever answers: above all HSTS."""
    with Browser(host) as browser:
        asset = next(link for link in browser.open("/").links if ".bundle" in link)
        for path in ("/", asset, "/nothing/", "/healthz/", "/admin/", "/robots.txt"):
            answer = browser.ask("GET", path)
            for name in HEADERS:
                count = len(answer.headers.get_list(name))
                expect(count == 1, f"{path} has {name} {count} times")
            hsts = answer.headers["strict-transport-security"]
            age = int(re.sub(r"\D", "", hsts) or 0)
            expect(age >= YEAR and "includeSubDomains" in hsts, f"{path}: {hsts}")
    return f"{len(HEADERS)} headers once each on 6 kinds of answers"


def wait_for(look: Callable[[], Any], what: str, seconds: float = 30) -> Any:
    """Wait until `look` finds something, and return that."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := look():
            return found
        time.sleep(0.2)
    raise AssertionError(f"{what}: not within {seconds:.0f} s")


def pictures_of(page: Page) -> list[str]:
    return sorted({link for link in page.links if "product-images" in link})
