"""Customer service's stream on a real server: news of another process, refusals, the end."""

import http.client
import json
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from uuid import uuid4

from django.conf import settings
from django.test import Client, TransactionTestCase, tag
from redis import Redis

from main.tests.support.customer_service_case import ask
from main.tests.support.factories import EmployeeFactory, OrderFactory, UserFactory
from main.tests.support.live_shop import LiveShop, Post, live_shop

PATH = "/customer-service/notify/"
SOON = 5  # seconds; what is told by a sweep alone comes after 15


def session_of(user) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


@contextmanager
def stream(shop: LiveShop, session_key: str = "", **headers: str) -> Iterator:
    cookie = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session_key}"} if session_key else {}
    with closing(http.client.HTTPConnection("127.0.0.1", shop.port, timeout=SOON)) as client:
        client.request("GET", PATH, headers=cookie | headers)
        yield client.getresponse()


def events(response) -> Iterator[tuple[str, dict]]:
    kind = ""
    for line in response:
        name, _, value = line.decode().rstrip("\n").partition(": ")
        if name == "event":
            kind = value
        elif name == "data":
            yield kind, json.loads(value)


@tag("server", "door")
class LiveStreamTests(TransactionTestCase):
    def test_told_at_once_refused_and_ended(self) -> None:
        """One story, since a server takes longer to start than all of it."""
        clerk, reader = EmployeeFactory(), UserFactory()
        # Whoever other tests left there is still there for half a minute.
        with Redis.from_url(settings.REDIS_URL) as redis:
            redis.flushdb()
        first, second, third = (OrderFactory(user=reader) for _ in range(3))
        ask(first)
        key = session_of(clerk)
        with live_shop(REDIS_URL=settings.REDIS_URL) as shop:
            self.assert_refused(shop, session_of(reader), key)
            with stream(shop, key) as response:
                self.assertEqual(response.status, 200)
                self.assertIsNone(response.getheader("Content-Encoding"))
                told = events(response)
                kind, data = next(told)
                self.assertEqual((kind, [row["order"] for row in data["rows"]]),
                                 ("snapshot", [first.pk]))  # fmt: skip
                self.assertEqual(next(told), ("presence", {}))
                ask(second)  # by this process: the other is nudged through Redis
                self.assert_upsert(next(told), second)
                self.say(shop, third, session_of(reader))  # by the server itself
                self.assert_upsert(next(told), third)
                shop.post(Post("/logout/", session_key=key))
                self.assert_ends(response)
            with stream(shop, key) as response:
                self.assertEqual(response.status, 401)

    def assert_refused(self, shop: LiveShop, customer: str, clerk: str) -> None:
        cross_site = {"Sec-Fetch-Site": "cross-site"}
        for key, headers, status in [("", {}, 401), (customer, {}, 403), (clerk, cross_site, 403)]:
            with stream(shop, key, **headers) as response:
                self.assertEqual(response.status, status)
                response.read()

    def say(self, shop: LiveShop, order, session_key: str) -> None:
        fields = {"text": "Where is it?", "cid": str(uuid4())}
        path = f"/orders/{order.pk}/conversation/"
        answer = shop.post(Post(path, fields, session_key))
        self.assertEqual(answer.status, 303)

    def assert_upsert(self, event: tuple[str, dict], order) -> None:
        kind, row = event
        self.assertEqual((kind, row["order"], row["unread"]), ("upsert", order.pk, 1))

    def assert_ends(self, response) -> None:
        began = time.monotonic()
        response.read()
        self.assertLess(time.monotonic() - began, SOON)
