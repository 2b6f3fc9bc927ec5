"""Log lines: one object each, of known fields, with what is known of the request beside them."""

import asyncio
import json
import logging
import threading

from django.db import DatabaseError
from django.http import HttpRequest
from django.test import SimpleTestCase, override_settings

from booktime.sight import log_context
from booktime.sight.log_lines import FIELDS, formatter
from main.tests.support.refused_row import FIRST, refuse


def line(message: str, *args, logger: str = "main.tests", error: Exception | None = None, **extra):
    exc_info = (type(error), error, error.__traceback__) if error else None
    made = logging.getLogger(logger).makeRecord(
        logger, logging.INFO, __file__, 1, message, args, exc_info, extra=extra
    )
    return formatter(as_json=True).format(made)


class LogLineTests(SimpleTestCase):
    def read(self, *args, **kwargs) -> dict:
        text = line(*args, **kwargs)
        self.assertNotIn("\n", text)
        return json.loads(text)

    @override_settings(GIT_REV="abc123")
    def test_a_line_says_when_where_and_by_which_revision(self) -> None:
        said = self.read("Order %s\nof two lines", 12)
        self.assertRegex(said.pop("time"), r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$")
        self.assertEqual(
            said,
            {"level": "info", "event": "Order 12\nof two lines", "logger": "main.tests",
             "revision": "abc123"},
        )  # fmt: skip

    def test_only_known_fields_get_out(self) -> None:
        request = HttpRequest()
        request.path = "/orders/open/a-guests-link/"
        extra = {"status": 404, "request": request, "email": "a@b.example", "name_of": "Ada"}
        said = self.read("request", **extra)
        self.assertEqual(said["status"], 404)
        self.assertEqual(set(said) - set(FIELDS), set())
        self.assertNotIn("guests", json.dumps(said))

    def test_django_does_not_say_the_path(self) -> None:
        said = self.read("%s: %s", "Not Found", "/orders/open/it/", logger="django.request")
        self.assertEqual(said["event"], "Not Found.")
        said = self.read("%s: %s", "Not found", "/app/cover.png", logger="main.tests")
        self.assertEqual(said["event"], "Not found: /app/cover.png")

    def test_an_error_has_a_traceback_without_values(self) -> None:
        def refuse(password: str) -> None:
            raise ValueError("no post for ada@booktime.example")

        secret = "seven-quiet-lamps"
        try:
            refuse(secret)
        except ValueError as error:
            said = self.read("It failed", error=error)
        self.assertTrue(said["exception"].endswith("ValueError: no post for [address]"))
        self.assertIn("in refuse", said["exception"])
        self.assertNotIn(secret, said["exception"])

    def test_a_row_that_was_refused_is_not_repeated(self) -> None:
        try:
            refuse()
        except DatabaseError as error:
            said = self.read("Not stored: %s", error, error=error)
        self.assertEqual(said["event"], f"Not stored: {FIRST}")
        self.assertTrue(said["exception"].endswith(f"\ndjango.db.utils.IntegrityError: {FIRST}"))
        self.assertNotIn("Ottoline", json.dumps(said))

    def test_a_strange_host_is_a_line_without_what_was_typed(self) -> None:
        with self.assertLogs("django.security.DisallowedHost") as logs:
            self.client.get("/", headers={"host": "ottoline.example"})
        (record,) = logs.records
        said = json.loads(formatter(as_json=True).format(record))
        del said["time"], said["revision"]
        self.assertEqual(said, {"level": "warning", "event": "Refused: DisallowedHost.",
                                "logger": "django.security.DisallowedHost"})  # fmt: skip

    def test_a_form_of_another_site_is_told_without_its_name(self) -> None:
        self.client.handler.enforce_csrf_checks = True
        with self.assertLogs("django.security.csrf") as logs:
            self.client.post("/login/", headers={"origin": "https://ottoline.example"})
        said = json.loads(formatter(as_json=True).format(logs.records[0]))
        self.assertEqual(said["event"], "Refused: Origin checking failed.")

    def test_a_path_that_leads_out_of_its_folder_is_no_page(self) -> None:
        with self.assertNoLogs("django.security"):
            answer = self.client.get("/media/%2e%2e/ottoline")
        self.assertEqual(answer.status_code, 404)

    def test_a_developer_reads_a_line(self) -> None:
        made = logging.makeLogRecord({"name": "a", "msg": "request", "levelname": "INFO"})
        with log_context.about(route="home", request_id="1" * 16):
            text = formatter(as_json=False).format(made)
        self.assertEqual(text, "INFO a request route=home")


class LogFactsTests(SimpleTestCase):
    def test_what_is_noted_in_a_thread_or_task_stands_beside_all_lines(self) -> None:
        async def note_later() -> None:
            log_context.note(role="customer")

        async def converse() -> dict:
            with log_context.about(socket="s1"):
                await asyncio.create_task(note_later())
                await asyncio.to_thread(log_context.note, user_id=7)
                return json.loads(line("x"))

        said = asyncio.run(converse())
        facts = {name: said.get(name) for name in ("socket", "role", "user_id")}
        self.assertEqual(facts, {"socket": "s1", "role": "customer", "user_id": 7})
        self.assertEqual(log_context.known(), {})

    def test_facts_of_two_do_not_meet(self) -> None:
        with log_context.about(socket="outer"):
            with log_context.about(task="inner"):
                log_context.note(attempt=1)
            self.assertEqual(log_context.known(), {"socket": "outer"})
            other: list[dict] = []
            thread = threading.Thread(target=lambda: other.append(dict(log_context.known())))
            thread.start()
            thread.join()
        self.assertEqual(other, [{}])

    def test_work_for_all_is_about_nobody(self) -> None:
        async def keep_up() -> dict:
            return dict(log_context.known())

        async def open_the_first() -> dict:
            with log_context.about(socket="first"):
                return await asyncio.create_task(keep_up(), context=log_context.of_nobody())

        self.assertEqual(asyncio.run(open_the_first()), {})
