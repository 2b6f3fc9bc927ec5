"""Each kind of page, at each status: every header by which browsers are told what to refuse."""

from unittest.mock import Mock, patch

from asgiref.sync import async_to_sync
from django.conf import settings
from django.test import override_settings, tag

from booktime import asgi
from main.actions.payments import mark_order_paid
from main.api.throttles import AnonymousThrottle
from main.sockets.addresses import CUSTOMER_SERVICE_STREAM
from main.tests.support.factories import OrderFactory, OrderLineFactory
from main.tests.support.headers_case import HOST, Answer, HeadersCase, Tags, ask

STANDING = {
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
HSTS = "max-age=63072000; includeSubDomains; preload"
POLICY = {
    "default-src": ["'none'"],
    "base-uri": ["'none'"],
    "font-src": ["'self'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
    "img-src": ["'self'", "data:"],
    "manifest-src": ["'none'"],
    "object-src": ["'none'"],
    "style-src": ["'self'"],
    "upgrade-insecure-requests": [],
    "worker-src": ["'none'"],
}
SOCKETS = {True: f"wss://{HOST}", False: f"ws://{HOST}"}
SITES = {"admin": "owner", "office-admin": "office", "dispatch-admin": "dispatch"}
STREAM = {"sec_fetch_site": "same-origin"}


@tag("once")
class HeaderTests(HeadersCase):
    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        cls.order = OrderFactory(user=cls.people["customer"])
        cls.line = OrderLineFactory(order=cls.order)
        mark_order_paid(order_id=cls.order.pk)

    def check(self, *rows: tuple) -> list[Answer]:
        """Of rows `(status, path)` or `(status, path, what else is asked)`: each is complete."""
        answers = []
        for status, path, *more in rows:
            options = more[0] if more else {}
            with self.subTest(path=path, **options):
                answer = self.ask(path, **options)
                self.assertEqual(answer.status, status)
                is_secure = options.get("scheme") != "http"
                self.assert_complete(answer, is_secure=is_secure)
                self.assert_scripts(answer, is_admin=is_secure and path.split("/")[1] in SITES)
                answers.append(answer)
        return answers

    def assert_complete(self, answer: Answer, *, is_secure: bool) -> None:
        for name, value in STANDING.items():
            self.assertEqual(answer.all(name), [value], name)
        self.assertEqual(answer.all("strict-transport-security"), [HSTS] if is_secure else [])
        features = answer.one("permissions-policy").split(", ")
        self.assertIn("camera=()", features)
        self.assertIn("publickey-credentials-get=(self)", features)
        policy = {name: words for name, words in answer.policy.items() if name != "script-src"}
        # No sockets where there is no page, or where no host of ours was asked.
        self.assertIn(policy.pop("connect-src"), (["'self'"], ["'self'", SOCKETS[is_secure]]))
        self.assertEqual(policy, POLICY)

    def assert_scripts(self, answer: Answer, *, is_admin: bool) -> None:
        """What may run is what the page has; our own pages' by their nonce."""
        is_page = answer.all("content-type")[:1] == ["text/html; charset=utf-8"]
        tags = Tags(answer.body if is_page else "")
        self.assertEqual(tags.wrong, [])
        self.assertTrue(all(script["src"].startswith("/") for script in tags.scripts))
        sources = answer.policy["script-src"]
        if is_admin:
            self.assertEqual(sources, ["'self'", *tags.nonces])
            return
        self.assertTrue(all("nonce" in script for script in tags.scripts))
        self.assertEqual(sources, [*tags.nonces] or ["'none'"])

    # --- Kinds of pages -----------------------------------------------------------------------

    def test_the_shop(self) -> None:
        home, *_ = self.check(
            (200, "/"),
            (200, "/login/"),
            (301, "/basket/?a=b", {"scheme": "http"}),
            (301, "/basket"),
            (302, "/orders/"),
            (400, "/products/all/?min_price=cheap"),
            (403, "/add_to_basket/", {"method": "POST"}),
            (403, "/customer-service/", {"who": "customer"}),
            (404, "/product/none/"),
            (405, "/", self.form()),
            (200, self.order.get_absolute_url(), {"who": "customer"}),
            (200, "/customer-service/", {"who": "office"}),
        )
        self.assertEqual(home.policy["connect-src"], ["'self'", f"wss://{HOST}"])

    def test_a_host_that_is_not_ours(self) -> None:
        self.check(
            (400, "/", {"host": "evil.example"}),
            (400, "/", {"host": "evil.example", "scheme": "http"}),
            (400, "/static/favicon.svg", {"host": "evil.example", "scheme": "http"}),
        )

    def test_the_admin(self) -> None:
        for site, who in SITES.items():
            model = f"/{site}/main/order"
            self.check(
                (200, f"/{site}/", {"who": who}),
                (200, f"{model}/", {"who": who}),
                (200, f"{model}/{self.order.pk}/change/", {"who": who}),
                (200, f"/{site}/jsi18n/", {"who": who}),
                (301, model, {"who": who}),
                (301, f"/{site}/", {"scheme": "http"}),
                (302, f"/{site}/"),
                (400, f"{model}/?q=%00", {"who": who}),
                (403, f"/{site}/", {"who": "customer"}),
                (403, f"{model}/", {"who": who, "method": "POST"}),
                (404, f"/{site}/none/", {"who": who}),
            )
            with patch("main.admin.sites.StaffSite.each_context", side_effect=RuntimeError):
                self.check((500, f"/{site}/", {"who": who}))
        self.check((200, "/office-admin/orders_per_day/", {"who": "office"}))

    def test_the_api(self) -> None:
        self.check(
            (200, "/api/orders/", {"who": "dispatch"}),
            (302, "/api/"),
            (301, "/api/orders/", {"scheme": "http"}),
            (401, "/api/orders/"),
            (403, "/api/orders/", {"who": "customer"}),
            (404, "/api/none/"),
            (405, "/api/orders/", {"who": "dispatch", **self.form(), "method": "DELETE"}),
            (200, "/mobile-api/my-orders/", {"who": "customer"}),
            (401, "/mobile-api/my-orders/"),
            (404, "/mobile-api/none/"),
            (405, "/mobile-api/auth/"),
            (400, "/mobile-api/auth/", {"method": "POST"}),
            (200, "/api/docs/"),
            (405, "/api/docs/", {"method": "PUT"}),
            (200, "/api/schema/"),
        )
        too_many = {"allow_request": Mock(return_value=False), "wait": Mock(return_value=5)}
        with patch.multiple(AnonymousThrottle, **too_many):
            self.check((429, "/mobile-api/my-orders/"), (429, "/api/orders/"))
        with patch("main.api.views.NeverCached.initial", side_effect=RuntimeError):
            self.check((500, "/api/orders/"), (500, "/mobile-api/my-orders/"))

    def test_faults_and_limits_of_the_shop(self) -> None:
        with patch("main.views.catalogue.reports.best_sellers", side_effect=RuntimeError):
            self.check((500, "/"))
        limits = settings.ACCOUNT_RATE_LIMITS | {"login": "1/h/ip"}
        with override_settings(ACCOUNT_RATE_LIMITS=limits):
            self.ask("/login/", **self.form())
            self.check((429, "/login/", self.form()))

    def test_files(self) -> None:
        for path in ("/media/cover.png", "/static/favicon.svg"):
            (whole,) = self.check((200, path))
            since = {"if_modified_since": whole.one("last-modified")}
            self.check(
                (304, path, since),
                (404, f"{path}.none"),
                (405, path, {"method": "POST", **self.form()}),
                (301, path, {"scheme": "http"}),
            )

    def test_invoices(self) -> None:
        path = f"/orders/{self.order.pk}/invoice/"
        self.check((200, path, {"who": "customer"}), (404, path, {"who": "office"}))
        with patch("main.documents.invoice_pdf", return_value=b"%PDF-"):
            (pdf,) = self.check((200, f"{path}?format=pdf", {"who": "customer"}))
        self.assertEqual(pdf.one("content-type"), "application/pdf")

    def test_pages_for_machines(self) -> None:
        self.check(
            (200, "/healthz/"),
            (200, "/healthz/", {"scheme": "http"}),
            (200, "/healthz/alive/", {"scheme": "http"}),
            (301, "/healthz/more/", {"scheme": "http"}),
            (405, "/healthz/", self.form()),
            (200, "/robots.txt"),
            (200, "/sitemap.xml"),
        )

    def test_customer_services_stream(self) -> None:
        (stream, *_) = self.check(
            (200, CUSTOMER_SERVICE_STREAM, STREAM | {"who": "office"}),
            (401, CUSTOMER_SERVICE_STREAM, STREAM),
            (403, CUSTOMER_SERVICE_STREAM, STREAM | {"who": "customer"}),
            (405, CUSTOMER_SERVICE_STREAM, STREAM | {"method": "POST"}),
        )
        self.assertIn("event: snapshot", stream.body)

    def test_the_server_answers_with_all_of_them(self) -> None:
        """What is asked here is put together as the server's application is."""
        answer = async_to_sync(ask)(
            asgi.application, "POST", CUSTOMER_SERVICE_STREAM, {"host": HOST}
        )
        self.assertEqual(answer.status, 405)
        for name, value in STANDING.items():
            self.assertEqual(answer.all(name), [value], name)
