"""The shop while Redis is away, full or read-only: it goes on, counts, and says so."""

from unittest import mock

from django.core.cache import cache
from django.core.cache.backends.dummy import DummyCache
from django.core.cache.backends.redis import RedisCacheClient
from django.test import SimpleTestCase, TestCase, override_settings, tag
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import OutOfMemoryError, ReadOnlyError

from booktime.backends import cache as backend
from booktime.sight import outages
from main.gateways import readiness
from main.tests.support.account_case import AccountTestCase
from main.tests.support.factories import PASSWORD, ProductFactory, UserFactory
from main.tests.support.second_factor_case import SecondFactorTestCase, code_of

AWAY = "redis://127.0.0.1:1/0"  # nothing listens there
FULL = OutOfMemoryError("command not allowed when used memory > 'maxmemory'.")
COPY = ReadOnlyError("You can't write against a read only replica.")
GONE = RedisConnectionError("Connection refused.")
BACKEND = "booktime.backends.cache.ForgivingRedisCache"


def in_redis() -> override_settings:
    return override_settings(
        REDIS_URL=AWAY, CACHES={"default": {"BACKEND": BACKEND, "LOCATION": AWAY}}
    )


class Refusing:
    """A Redis that refuses to write, or everything if it is gone."""

    def __init__(self, error: Exception | None) -> None:
        self.error = error
        self.stored: dict[str, bytes] = {}

    def get(self, key: str) -> bytes | None:
        if self.error is GONE:
            raise GONE
        return self.stored.get(key)

    def mget(self, keys: list[str]) -> list[bytes | None]:
        return [self.get(key) for key in keys]

    def exists(self, key: str) -> bool:
        return self.get(key) is not None

    def set(self, key: str, value: bytes, ex: int, nx: bool = False) -> bool:
        if self.error:
            raise self.error
        if nx and key in self.stored:
            return False
        self.stored[key] = value
        return True

    def delete(self, *keys: str) -> int:
        if self.error in (GONE, COPY):
            raise self.error
        return sum(self.stored.pop(key, None) is not None for key in keys)

    def flushdb(self) -> bool:
        self.stored.clear()
        return True


class RefusingCase(SimpleTestCase):
    def refuse(self, error: Exception | None) -> Refusing:
        """From now on Redis answers with this error; the cache is empty."""
        redis = Refusing(error)
        self.enterContext(mock.patch.dict(backend._servers, clear=True))
        self.enterContext(mock.patch.object(RedisCacheClient, "get_client", return_value=redis))
        self.enterContext(in_redis())
        self.enterContext(self.assertLogs("booktime.backends.cache", "WARNING"))
        cache.clear()
        self.addCleanup(cache.clear)
        return redis


@tag("once")
class KeptInThisProcessTests(RefusingCase):
    def test_what_redis_refuses_is_kept_in_this_process(self) -> None:
        for error in (FULL, COPY, GONE):
            with self.subTest(type(error).__name__):
                self.refuse(error)
                cache.set("a", 1)
                self.assertEqual((cache.get("a"), cache.get_many(["a", "b"])), (1, {"a": 1}))
                self.assertIs(cache.add("a", 2), False)
                self.assertIs(cache.add("b", 2), True)
                self.assertIn("b", cache)
                self.assertEqual(cache.set_many({"c": 3}), [])
                self.assertIs(cache.touch("c", 60), True)
                cache.delete_many(["a", "c"])
                self.assertEqual(cache.get_many(["a", "b", "c"]), {"b": 2})

    def test_what_redis_takes_again_replaces_what_was_kept(self) -> None:
        redis = self.refuse(FULL)
        cache.set("a", "in this process")
        redis.error = None
        self.assertEqual(cache.get("a"), "in this process")
        cache.set("a", "in Redis")
        redis.stored.clear()
        self.assertIsNone(cache.get("a"))

    def test_a_redis_that_is_gone_is_asked_again_after_a_moment(self) -> None:
        redis = self.refuse(GONE)
        cache.set("a", 1)
        redis.error = None
        cache.set("b", 1)
        self.assertEqual(redis.stored, {})
        with mock.patch.object(backend._Server, "is_away", False):
            cache.set("b", 1)
        self.assertEqual(list(redis.stored), [":1:b"])

    def test_it_counts_as_away(self) -> None:
        for error in (FULL, COPY, GONE):
            self.assertIs(outages.is_away(error), True, error)
            with (
                mock.patch.object(readiness.Redis, "set", side_effect=error),
                self.assertLogs("main.gateways.readiness", "WARNING"),
                override_settings(REDIS_URL=AWAY),
            ):
                self.assertEqual(readiness._look_at_redis(), {"redis": False})


class LimitsGoOnTests(RefusingCase, AccountTestCase):
    def guess(self) -> str:
        """Five wrong passwords, then the right one: the page that follows."""
        user = UserFactory()
        for _ in range(5):
            self.log_in(user, password="wrong")
        return self.log_in(user).content.decode()

    def test_guessing_is_stopped_whatever_redis_says(self) -> None:
        for error in (FULL, COPY, GONE):
            with self.subTest(type(error).__name__):
                self.refuse(error)
                self.assertIn("Too many failed login attempts", self.guess())
                self.assert_nobody_signed_in()

    def test_if_nothing_were_kept_guessing_would_go_on(self) -> None:
        with mock.patch.object(backend, "LocMemCache", DummyCache):
            self.refuse(FULL)
            self.assertNotIn("Too many", self.guess())

    def test_the_api_and_the_contact_form_count_too(self) -> None:
        self.refuse(FULL)
        fields = {"name": "Ada", "email": "ada@booktime.example", "message": "Hello"}
        said = [self.send("/contact-us/", **fields).status_code for _ in range(6)]
        self.assertEqual(said, [302] * 5 + [429])
        asked = [self.client.get("/mobile-api/my-orders/").status_code for _ in range(61)]
        self.assertEqual(asked, [401] * 60 + [429])


class CodesGoOnTests(RefusingCase, SecondFactorTestCase):
    def test_a_used_code_opens_nothing_again(self) -> None:
        for error in (FULL, COPY, GONE):
            with self.subTest(type(error).__name__):
                self.refuse(error)
                secret = self.give_app(user := UserFactory())
                self.user = user
                code = code_of(secret)
                self.assertEqual(self.sign_in(code).status_code, 302)
                self.client.logout()
                cache.clear()
                self.assertContains(self.sign_in(code), "This code has already been used")
                self.assert_nobody_signed_in()
                self.client.logout()


@in_redis()
class RedisAwayTests(TestCase):
    def setUp(self) -> None:
        self.enterContext(mock.patch.dict(backend._servers, clear=True))
        self.addCleanup(cache.clear)

    def test_customers_find_books_and_sign_in(self) -> None:
        book, user = ProductFactory(), UserFactory()
        with self.assertLogs("booktime.backends.cache", "WARNING"):
            self.assertContains(self.client.get("/"), book.name)
            fields = {"login": user.email, "password": PASSWORD}
            self.assertRedirects(self.client.post("/login/", fields), "/")

    def test_health_tells(self) -> None:
        response = self.client.get("/healthz/")
        self.assertEqual(response.status_code, 503)
        self.assertIs(response.json()["redis"], False)
