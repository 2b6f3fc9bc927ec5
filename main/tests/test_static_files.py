"""Static files above Django: the same answers as WhiteNoise's middleware gives inside it."""

import asyncio
import gzip
import tempfile
from pathlib import Path

from asgiref.testing import ApplicationCommunicator
from django.test import SimpleTestCase, override_settings, tag

from booktime.server.handler import LeasingHandler
from booktime.server.headers import StandingHeaders
from booktime.server.static_files import CHUNK_SIZE, StaticFiles

STYLE = b"body { margin: 0 }\n" * 50
BIG = bytes(range(256)) * (CHUNK_SIZE // 64)
# Under today's hashes, and under those of another day.
HASHED = "theme-{0}{0}.bundle.{0}00.css"
TODAY, BEFORE = HASHED.format("0123456789"), HASHED.format("9876543210")


@override_settings(
    ROOT_URLCONF="main.tests.support.asgi_views",
    ALLOWED_HOSTS=["*"],
    STATIC_URL="/static/",
    WHITENOISE_AUTOREFRESH=False,
    WHITENOISE_USE_FINDERS=False,
    WHITENOISE_IMMUTABLE_FILE_TEST=r"[-.][0-9a-f]{4,}\.",
    SECURE_SSL_REDIRECT=False,
    SECURE_HSTS_SECONDS=3600,
    SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https"),
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "whitenoise.middleware.WhiteNoiseMiddleware",
    ],
)
@tag("once")
class StaticFilesTests(SimpleTestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        files = {"site-12ab.css": STYLE, TODAY: STYLE, "big.bin": BIG, "none.txt": b""}
        for name, content in files.items():
            (self.root / name).write_bytes(content)
        for name in ("site-12ab.css", TODAY):
            (self.root / f"{name}.gz").write_bytes(gzip.compress(STYLE))
        with override_settings(STATIC_ROOT=str(self.root)):
            self.handler = LeasingHandler()
            self.inside = StandingHeaders(self.handler)
            self.above = StandingHeaders(StaticFiles(self.handler))

    def ask(self, application, path, *, method="GET", query=b"", **headers):
        """Status, headers and body of one answer."""

        async def exchange():
            pairs = [
                (name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()
            ]
            scope = {"type": "http", "method": method, "path": path, "query_string": query}
            server = ApplicationCommunicator(application, scope | {"headers": pairs})
            await server.send_input({"type": "http.request"})
            head, parts = await server.receive_output(), [await server.receive_output()]
            while parts[-1].get("more_body"):
                parts.append(await server.receive_output())
            await server.wait()
            found = sorted((name.lower(), value) for name, value in head["headers"])
            return head["status"], found, b"".join(part.get("body", b"") for part in parts)

        return asyncio.run(exchange())

    def test_answers_are_those_of_the_middleware(self):
        style, big = "/static/site-12ab.css", "/static/big.bin"
        tag = dict(self.ask(self.inside, big)[1])[b"etag"].decode()
        for status, path, options in [
            (200, style, {}),
            (200, style, {"accept_encoding": "gzip, br"}),
            (200, style, {"x_forwarded_proto": "https"}),
            (200, style, {"method": "HEAD"}),
            (405, style, {"method": "POST"}),
            (200, big, {}),
            (200, "/static/none.txt", {}),
            (206, big, {"range": "bytes=5-70000"}),
            (206, big, {"range": "bytes=-7"}),
            (416, big, {"range": "bytes=99999999-"}),
            (304, big, {"if_none_match": tag}),
            (304, big, {"if_modified_since": "Mon, 01 Jan 2091 00:00:00 GMT"}),
            (404, "/static/nothing.css", {}),
            (404, "/static/../manage.py", {}),
        ]:
            with self.subTest(path=path, **options):
                threads = self.handler.threads.started
                answer = self.ask(self.above, path, **options)
                self.assertEqual(answer[0], status)
                if status != 404:
                    self.assertEqual(self.handler.threads.started, threads)
                self.assertEqual(answer, self.ask(self.inside, path, **options))

    def test_bodies_and_headers(self):
        _, headers, body = self.ask(self.above, "/static/site-12ab.css", accept_encoding="gzip")
        self.assertEqual(gzip.decompress(body), STYLE)
        self.assertEqual(dict(headers)[b"x-content-type-options"], b"nosniff")
        self.assertIn(b"immutable", dict(headers)[b"cache-control"])
        self.assertNotIn(b"strict-transport-security", dict(headers))
        self.assertEqual(self.ask(self.above, "/static/big.bin")[2], BIG)
        self.assertEqual(self.ask(self.above, "/static/big.bin", range="bytes=1-3")[2], BIG[1:4])
        self.assertEqual(self.ask(self.above, "/static/big.bin", query=b"v=\xff")[0], 200)
        _, headers, _ = self.ask(self.above, "/static/big.bin", x_forwarded_proto="https")
        self.assertIn(b"strict-transport-security", dict(headers))

    def test_a_page_of_the_release_before_gets_todays_file_and_does_not_keep_it(self):
        for options in (
            {},
            {"accept_encoding": "gzip"},
            {"method": "HEAD"},
            {"range": "bytes=1-3"},
        ):
            status, headers, body = self.ask(self.above, f"/static/{TODAY}", **options)
            self.assertIn((b"cache-control", b"max-age=315360000, public, immutable"), headers)
            headers = sorted((dict(headers) | {b"cache-control": b"no-store"}).items())
            answer = self.ask(self.above, f"/static/{BEFORE}", **options)
            self.assertEqual(answer, (status, headers, body), options)

    def test_a_hash_of_what_there_never_was_is_not_found(self):
        names = [
            BEFORE.replace("theme", "them"), BEFORE.replace("css", "js"), f"more/{BEFORE}",
            "theme.bundle.css", TODAY.replace(".012345678900", ""), "big.0123456789ab.bin",
        ]  # fmt: skip
        for name in names:
            with self.assertLogs("django.request", "WARNING"):
                self.assertEqual(self.ask(self.above, f"/static/{name}")[0], 404, name)

    def test_the_rest_is_djangos(self):
        self.assertEqual(self.ask(self.above, "/thread/")[0], 200)
        with self.assertLogs("django.request", "WARNING"):
            self.assertEqual(self.ask(self.above, "/static/nothing.css")[0], 404)

    def test_plain_http_is_sent_to_https(self):
        with override_settings(SECURE_SSL_REDIRECT=True, STATIC_ROOT=str(self.root)):
            above = StandingHeaders(StaticFiles(LeasingHandler()))
            status, headers, _ = self.ask(above, "/static/big.bin", host="shop.example")
            self.assertEqual(status, 301)
            self.assertEqual(dict(headers)[b"location"], b"https://shop.example/static/big.bin")
            self.assertEqual(self.ask(above, "/static/big.bin", x_forwarded_proto="https")[0], 200)
