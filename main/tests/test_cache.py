"""The shop while Redis is away: it goes on, and says so to whoever asks."""

from django.core.cache import cache
from django.test import TestCase, override_settings

from main.tests.support.factories import PASSWORD, ProductFactory, UserFactory

AWAY = "redis://127.0.0.1:1/0"  # nothing listens there


@override_settings(
    REDIS_URL=AWAY,
    CACHES={
        "default": {"BACKEND": "booktime.backends.cache.ForgivingRedisCache", "LOCATION": AWAY}
    },
)
class RedisAwayTests(TestCase):
    def test_nothing_is_found_and_nothing_kept(self) -> None:
        with self.assertLogs("booktime.backends.cache", "WARNING"):
            cache.set("a", 1)
            self.assertEqual(cache.get("a", "nothing"), "nothing")
            self.assertEqual(cache.get_many(["a"]), {})
            self.assertTrue(cache.add("a", 1))
            self.assertFalse(cache.delete("a"))
            self.assertNotIn("a", cache)

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
