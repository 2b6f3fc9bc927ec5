"""Visitors at a steady rate: on new connections, on kept ones, and some who buy.

New connections use HTTP/1.1, where nothing hides a failure. HTTP/2 has a goodbye (GOAWAY) with
which nginx ends kept connections when reloaded: browsers resend what it did not accept, while our
client reports that the connection ended; so these are counted separately.
"""

import asyncio
import itertools
import random
import re
import ssl
import time
from collections import Counter
from http import HTTPStatus

import httpx

from rehearsal.walk_browser import LOOPBACK, Page
from rehearsal.walk_purchase import ADDRESSES, BILLING, REVIEW

PATIENCE = 30  # seconds; visitors do not wait longer
KEPT = 4  # kept connections, each like a browser's
SECONDS_PER_ORDER = 4.0
SHOWN = 10  # failures
FIXED = ("/", "/products/all/", "/search/?q=proust", "/basket/", "/healthz/", "/sitemap.xml")
BUY = "/add_to_basket/"


class Visitors:
    """Until `is_over`. Anything but a good answer is a failure, except what a browser retries.

    `where` says how many come each second on new connections (rate), and how many seconds lie
    between two requests on a kept one (kept).
    """

    def __init__(self, where: dict) -> None:
        self.where = where
        self.trust = ssl.create_default_context(cafile=where["ca"])
        self.is_over = False
        self.paths: list[str] = list(FIXED)
        self.books: list[str] = []
        self.took: list[float] = []
        self.failures: list[str] = []
        self.retried: list[str] = []
        self.counts: Counter[str] = Counter()
        self.orders: dict[str, str] = {}  # who was thanked, and for which order
        self.seconds = self.standstill = 0.0  # of coming anew, and without anyone who came

    def results(self) -> dict:
        names = ("failures", "retried", "counts", "orders", "seconds", "standstill")
        return {"took": sorted(self.took)} | {name: getattr(self, name) for name in names}

    async def keep_coming(self) -> None:
        await self._look_around()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._come_anew())
            tasks.create_task(self._buy())
            for _ in range(KEPT):
                tasks.create_task(self._stay())

    async def _look_around(self) -> None:
        async with self._client() as client:
            answer = await self._ask(client, "GET", "/products/all/")
        found = Page(answer.text).links
        self.books = sorted({link for link in found if link.startswith("/product/")})
        self.paths += [*self.books, *(link for link in found if link.startswith("/static/"))]

    def _client(self, *, http2: bool = False, **options) -> httpx.AsyncClient:
        name = f"{self.where['domain']}:{self.where['port']}"
        return httpx.AsyncClient(
            http2=http2, verify=self.trust, base_url=f"https://{LOOPBACK}:{self.where['port']}",
            headers={"Host": name, "Origin": self.where["url"], "Referer": self.where["url"] + "/"},
            timeout=PATIENCE, trust_env=False, **options,
        )  # fmt: skip

    async def _ask(self, client: httpx.AsyncClient, method: str, path: str, **options):
        extensions = {"sni_hostname": self.where["domain"]}
        began = time.monotonic()
        answer = await client.request(method, path, extensions=extensions, **options)
        self.took.append(time.monotonic() - began)
        return answer

    def _note(self, kind: str, path: str, answer: httpx.Response) -> bool:
        """Whether the answer is good and complete."""
        self.counts[kind] += 1
        is_good = answer.status_code in (HTTPStatus.OK, HTTPStatus.FOUND)
        if is_good and "text/html" in answer.headers.get("content-type", "") and answer.text:
            is_good = answer.text.rstrip().endswith("</html>")
        if not is_good:
            self.failures.append(
                f"{kind} {path}: {answer.status_code}, {len(answer.content)} bytes"
            )
        return is_good

    # --- On new connections -----------------------------------------------------------------

    async def _come_anew(self) -> None:
        """On schedule, however slow the answers are."""
        begin = last = time.monotonic()
        async with asyncio.TaskGroup() as tasks:
            for number in itertools.count():
                at = begin + number / self.where["rate"]
                await asyncio.sleep(max(0, at - time.monotonic()))
                now = time.monotonic()
                self.standstill, last = max(self.standstill, now - last), now
                if self.is_over:
                    self.seconds = now - begin
                    return
                tasks.create_task(self._visit(random.choice(self.paths)))

    async def _visit(self, path: str) -> None:
        try:
            async with self._client() as client:
                self._note("new", path, await self._ask(client, "GET", path))
        except httpx.HTTPError as error:
            self.counts["new"] += 1
            self.failures.append(f"new {path}: {type(error).__name__} {error}")

    # --- On kept connections ----------------------------------------------------------------

    async def _stay(self) -> None:
        """As a browser does: a request that a kept connection lost unanswered is retried once."""
        async with self._client(http2=True) as client:
            while not self.is_over:
                path = random.choice(self.paths)
                try:
                    answer = await self._ask(client, "GET", path)
                except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError) as error:
                    self.retried.append(f"{path}: {type(error).__name__} {error}")
                    await self._visit(path)
                except httpx.HTTPError as error:
                    self.failures.append(f"kept {path}: {type(error).__name__} {error}")
                else:
                    self._note("kept", path, answer)
                await asyncio.sleep(random.uniform(0, 2 * self.where["kept"]))

    # --- Buyers -----------------------------------------------------------------------------

    async def _buy(self) -> None:
        """One purchase after another, from a book's page to the thanks. No form is sent twice."""
        for number in itertools.count():
            if self.is_over:
                return
            email = f"buyer{number}-{self.where['run']}@walk.example"
            try:
                await self._buy_one(email)
            except (httpx.HTTPError, AssertionError) as error:
                self.failures.append(f"order {number}: {type(error).__name__} {error}")
            await asyncio.sleep(random.uniform(0, 2 * SECONDS_PER_ORDER))

    async def _buy_one(self, email: str) -> None:
        cookies = httpx.Cookies()
        book = await self._step(cookies, "GET", random.choice(self.books))
        await self._step(cookies, "POST", BUY, Page(book).form("product_id").fields)
        form = Page(await self._step(cookies, "GET", ADDRESSES)).form("billing-name")
        typed = form.fields | BILLING | {"email": email, "shipping_same": "on"}
        await self._step(cookies, "POST", ADDRESSES, typed)
        form = Page(await self._step(cookies, "GET", REVIEW)).form("quote")
        await self._step(cookies, "POST", REVIEW, form.fields)
        thanks = await self._step(cookies, "GET", "/order/done/")
        found = re.search(r'href="/orders/(\d+)/"', thanks)
        if not found:
            raise AssertionError("the thanks have no link to the order")
        self.orders[email] = found.group(1)

    async def _step(self, cookies: httpx.Cookies, method: str, path: str, form=None) -> str:
        """Each request on its own connection, with the cookies."""
        async with self._client(cookies=cookies) as client:
            answer = await self._ask(client, method, path, data=form)
            cookies.update(client.cookies)
        if not self._note("buying", path, answer):
            raise AssertionError(f"{method} {path} failed")
        return answer.text
