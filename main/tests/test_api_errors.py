"""Whatever goes wrong at the API: a problem of RFC 9457, never a 500, nothing lost silently."""

import json
from unittest import mock

from django.core.cache import cache
from django.test import Client, TestCase, override_settings, tag

from main.models import OrderLine
from main.tests.support.factories import DispatcherFactory, OrderFactory, OrderLineFactory
from main.tests.support.odd_values import BODIES, ODD_VALUES

PROBLEM = "application/problem+json"
JSON, FORM = "application/json", "application/x-www-form-urlencoded"


@tag("door")
class ProblemTests(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        cls.dispatcher = DispatcherFactory()
        cls.line = OrderLineFactory(order=OrderFactory(status=20))
        cls.path = f"/api/orderlines/{cls.line.pk}/"

    def setUp(self) -> None:
        cache.clear()
        self.client.force_login(self.dispatcher)

    def assert_problem(self, response, status: int, detail: str, *, kind: str = "about:blank"):
        self.assertEqual(response.status_code, status, response.content)
        self.assertEqual(response["Content-Type"], PROBLEM)
        problem = json.loads(response.content)
        self.assertEqual([problem["status"], problem["detail"]], [status, detail])
        self.assertEqual(problem["type"], kind)
        self.assertTrue(problem["title"])

    def assert_nothing_changed(self) -> None:
        self.line.refresh_from_db()
        self.assertEqual(self.line.status, OrderLine.Status.NEW)

    def test_an_address_without_its_slash_is_not_redirected(self) -> None:
        """A redirect would drop the body, and sign nobody in."""
        for path in ("/api/orders", "/mobile-api/auth", "/api", self.path.rstrip("/")):
            for method in ("get", "post", "patch", "delete"):
                response = getattr(self.client, method)(path, {}, content_type=JSON)
                words = f"Addresses here end with a slash: {path}/"
                self.assert_problem(response, 404, words)

    def test_where_nothing_is(self) -> None:
        words = "There is nothing at this address."
        for path in (
            "/api/nothing/", "/mobile-api/", "/api/orders/abc/", "/api/orders/-1/",
            "/api/orders/%00/", "/api/%0A/", "/api/%FF", "/api/orderlines/1.5/",
        ):  # fmt: skip
            for method in ("get", "post"):
                self.assert_problem(getattr(self.client, method)(path), 404, words)
        self.assertEqual(self.client.head("/api/nothing/").status_code, 404)
        page = self.client.get("/apiary/")
        self.assertEqual(page["Content-Type"], "text/html; charset=utf-8")

    def test_what_is_not_for_you_is_as_if_it_were_not_there(self) -> None:
        words = "This does not exist, or you may not see it."
        self.assert_problem(self.client.get("/api/orders/100000000000/"), 404, words)

    def test_a_wrong_method_is_told_the_right_ones(self) -> None:
        response = self.client.post("/api/orders/", {}, content_type=JSON)
        self.assert_problem(response, 405, 'Method "POST" not allowed.')
        self.assertEqual(response["Allow"], "GET, HEAD, OPTIONS")
        for method in ("TRACE", "CONNECT", "BREW"):
            self.assertEqual(self.client.generic(method, self.path).status_code, 405)

    def test_an_answer_that_is_not_json_is_not_to_be_had(self) -> None:
        response = self.client.get("/api/orders/", headers={"Accept": "text/csv"})
        self.assert_problem(response, 406, "Could not satisfy the request Accept header.")
        for accept in ("*/*", JSON, "text/html, */*;q=0.1"):
            answer = self.client.get("/api/orders/", headers={"Accept": accept})
            self.assertEqual((answer.status_code, answer["Content-Type"]), (200, JSON))

    def test_a_body_that_cannot_be_read(self) -> None:
        for content_type, body, status in [
            ("text/csv", "status,30", 415), ("", "{}", 415),
            (JSON, "{", 400), (JSON, "", 400), (JSON, b"\xff", 400), (JSON, '{"status": NaN}', 400),
            (JSON, "[1]", 400), (JSON, "null", 400), (JSON, '"30"', 400), (JSON, "9" * 5000, 400),
            (JSON, "[" * 30_000, 400), (JSON, '{"a":' * 10_000, 400),
            (f"{JSON}; charset=nonsense", "{}", 400), (f"{JSON}; charset=idna", "{}", 400),
            (f"{FORM}; charset=idna", "status=%ff", 400), (FORM, "a=1&" * 2000, 400),
            (f"{FORM}; charset=utf-7", "status=+ADw-", 400),
            ("multipart/form-data", "no boundary", 400),
            (JSON, " " * 70_000, 413), (FORM, "a" * 70_000, 413),
            ("multipart/form-data; boundary=x", "x" * 70_000, 413),
        ]:  # fmt: skip
            with self.subTest(content_type=content_type, body=body[:20]):
                response = self.client.generic("PATCH", self.path, body, content_type=content_type)
                self.assertEqual(response.status_code, status, response.content)
                self.assertEqual(response["Content-Type"], PROBLEM)
                response.json()
        self.assert_nothing_changed()

    def test_no_odd_body_query_or_path_is_a_fault_of_ours(self) -> None:
        paths = ["/api/orders/", self.path, "/mobile-api/auth/", "/mobile-api/my-orders/"]
        with self.unthrottled():
            for path in paths:
                for method in ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"):
                    for content_type, body in BODIES:
                        answer = self.client.generic(method, path, body, content_type=content_type)
                        self.assertLess(answer.status_code, 500, (path, method, body))
            for name in ("order", "status", "cursor"):
                for value in ODD_VALUES:
                    query = {name: value.encode(errors="replace").decode()}
                    answer = self.client.get("/api/orderlines/", query)
                    self.assertLess(answer.status_code, 500, (name, value))
        self.assert_nothing_changed()

    def test_a_charset_that_no_query_can_be_read_in(self) -> None:
        for charset in ("idna", "punycode", "utf-16", "nonsense", "bz2_codec"):
            response = self.client.generic(
                "GET",
                "/api/orders/?status=%ff&order=%ff",
                content_type=f"{JSON}; charset={charset}",
            )
            self.assertEqual(response.status_code, 400, charset)

    def unthrottled(self):
        never = "rest_framework.throttling.SimpleRateThrottle.allow_request"
        return mock.patch(never, return_value=True)

    def test_a_crowd_is_told_when_to_come_back(self) -> None:
        rates = {"anon": "60/min", "user": "2/min"}
        throttle = "main.api.throttles.UserThrottle.THROTTLE_RATES"
        with mock.patch(throttle, rates):
            for _ in range(2):
                self.assertEqual(self.client.get(self.path).status_code, 200)
            response = self.client.get(self.path)
        self.assertEqual(response.status_code, 429)
        self.assertEqual(response["Content-Type"], PROBLEM)
        self.assertLessEqual(int(response["Retry-After"]), 60)

    def test_who_is_refused_is_counted_too(self) -> None:
        """Sixty refusals; then the address waits, and may read the description and sign in."""
        self.client.logout()
        mine, stale = "/mobile-api/my-orders/", {"Authorization": f"Token {'5c' * 32}"}
        for headers in ({}, stale, {"Authorization": "Token nonsense"}):
            with self.subTest(headers=headers):
                cache.clear()
                found = [self.client.get(mine, headers=headers).status_code for _ in range(61)]
                self.assertEqual(found, [401] * 60 + [429])
        self.assertEqual(self.client.get("/api/orders/").status_code, 429)
        self.assertEqual(self.client.get("/api/schema/").status_code, 200)
        self.assertEqual(self.client.post("/mobile-api/auth/").status_code, 400)

    def test_reading_the_description_keeps_nobody_out(self) -> None:
        self.client.logout()
        rates = {"anon": "60/min", "sign_in": "60/min", "user": "600/min", "description": "2/min"}
        with mock.patch("main.api.throttles.DescriptionThrottle.THROTTLE_RATES", rates):
            found = [self.client.get("/api/schema/").status_code for _ in range(3)]
            self.assertEqual(found, [200, 200, 429])
            self.assertEqual(self.client.post("/mobile-api/auth/").status_code, 400)
            self.assertEqual(self.client.get("/api/orders/").status_code, 401)

    def test_a_body_in_chunks_is_not_taken_for_an_empty_one(self) -> None:
        words = "Send the body's length (Content-Length): chunked bodies are not accepted."
        sign_in = "/mobile-api/auth/"
        for method, path in (("PATCH", self.path), ("PUT", self.path), ("POST", sign_in)):
            answer = self.client.generic(
                method, path, '{"status": 30}', content_type=JSON,
                headers={"Transfer-Encoding": "chunked"}, CONTENT_LENGTH="",
            )  # fmt: skip
            self.assert_problem(answer, 411, words)
        self.assert_nothing_changed()

    def test_pages_to_read_refuse_the_rest_as_a_problem(self) -> None:
        strict = Client(enforce_csrf_checks=True)
        for path in ("/api/", "/api/docs/"):
            for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
                answer = strict.generic(method, path, "{}", content_type=JSON)
                self.assert_problem(answer, 405, f'Method "{method}" not allowed.')
                self.assertEqual(answer["Allow"], "GET, HEAD")

    def test_a_parameter_that_a_list_does_not_know_is_refused(self) -> None:
        words = "There is no such parameter. Known: "
        lists = "cursor, order, status."
        for path, name, known in [
            ("/api/orders/?stauts=20", "stauts", lists),
            ("/api/orders/?status=20&page=2", "page", lists),
            ("/api/orderlines/?Order=100000000000", "Order", lists),
            ("/api/orderlines/?limit=5&cursor=x", "limit", lists),
            ("/mobile-api/my-orders/?page=2", "page", "none."),
        ]:
            with self.subTest(path):
                answer = self.client.get(path)
                kind = "urn:booktime:problem:fields_invalid"
                self.assert_problem(answer, 400, f"{name}: {words}{known}", kind=kind)
                self.assertEqual(answer.json()["errors"], {name: [words + known]})
        self.client.logout()
        self.assertEqual(self.client.get("/api/orders/?stauts=20").status_code, 401)

    def test_a_fault_of_ours_is_a_problem_too(self) -> None:
        words = "Something went wrong on our side, and we have been notified. Try again later."
        self.client.raise_request_exception = False
        with self.assertLogs("django.request", "ERROR"):
            with mock.patch("main.api.orders.Order.objects") as objects:
                objects.paid.side_effect = KeyError
                answer = self.client.get("/api/orders/")
                self.assert_problem(answer, 500, words)
            with mock.patch("main.views.catalogue.render", side_effect=KeyError):
                page = self.client.get("/")
        self.assertContains(page, "<h1", status_code=500)

    def test_faults_of_our_own_are_not_hidden(self) -> None:
        """They are logged and mailed to the admins as any other page's."""
        with mock.patch("main.api.orders.Order.objects") as objects:
            objects.paid.side_effect = KeyError
            with self.assertRaises(KeyError), self.assertLogs("django.request", "ERROR"):
                self.client.get("/api/orders/")


@tag("door")
class HeaderTests(TestCase):
    def setUp(self) -> None:
        cache.clear()  # of other tests' requests

    @classmethod
    def setUpTestData(cls) -> None:
        cls.dispatcher = DispatcherFactory()

    def test_nothing_is_cached_and_no_other_site_may_read_it(self) -> None:
        self.client.force_login(self.dispatcher)
        evil = {"Origin": "https://evil.example", "Access-Control-Request-Method": "PATCH"}
        for path in ("/api/orders/", "/api/orders/1/", "/mobile-api/my-orders/", "/api/nothing/",
                     "/api/schema/", "/api/docs/"):  # fmt: skip
            for method in ("get", "options"):
                response = getattr(self.client, method)(path, headers=evil)
                self.assertIn("no-store", response["Cache-Control"], path)
                cors = [name for name in response.headers if name.lower().startswith("access-")]
                self.assertEqual(cors, [])

    def test_a_head_is_a_get_without_its_body(self) -> None:
        self.client.force_login(self.dispatcher)
        response = self.client.head("/api/orders/")
        self.assertEqual((response.status_code, response.content), (200, b""))

    def test_options_tell_the_methods(self) -> None:
        self.client.force_login(self.dispatcher)
        response = self.client.options("/api/orderlines/")
        self.assertEqual((response.status_code, response["Allow"]), (200, "GET, HEAD, OPTIONS"))

    def test_a_browser_at_the_front_door_is_led_to_the_page(self) -> None:
        self.assertRedirects(self.client.get("/api/"), "/api/docs/")

    @override_settings(ALLOWED_HOSTS=["shop.example"])
    def test_links_between_pages_are_to_the_host_that_was_asked(self) -> None:
        self.client.force_login(self.dispatcher)
        OrderFactory.create_batch(51, status=20, user=self.dispatcher)
        page = self.client.get("/api/orders/", headers={"Host": "shop.example"}, secure=True).json()
        self.assertTrue(page["next"].startswith("https://shop.example/api/orders/?cursor="))
