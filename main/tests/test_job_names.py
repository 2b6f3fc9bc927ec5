"""A wrong name of a job or mail in the events is found before the shop serves."""

import ast
import inspect
from unittest import mock

from django.core.checks import run_checks
from django.test import SimpleTestCase, tag

from main import events
from main.checks.names import wrong_names
from main.queue import JOBS
from main.tests.test_architecture import imports_of, project_sources


def event_with(call: str) -> str:
    return f"def order_placed(*, order_id, **ids):\n    {call}\n"


@tag("once")
class NameCheckTests(SimpleTestCase):
    def test_every_name_in_the_events_is_known(self) -> None:
        source = inspect.getsource(events)
        calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
        asked = [call for call in calls if ast.unparse(call.func) in ("_mail", "put_off")]
        self.assertGreaterEqual(len(asked), 10)
        self.assertEqual(list(wrong_names(source)), [])

    def test_django_says_so_before_it_serves(self) -> None:
        self.assertEqual([found.id for found in run_checks() if found.id == "main.E002"], [])
        jobs = {name: job for name, job in JOBS.items() if name != "send_mail"}
        with mock.patch.dict(JOBS, jobs, clear=True):
            (found,) = [found for found in run_checks() if found.id == "main.E002"]
        self.assertRegex(found.msg, r"^events.py, line \d+: there is no “send_mail” in main/jobs.$")

    def test_what_is_wrong_is_named(self) -> None:
        for call, wrong in {
            '_mail("order_place", order_id=order_id)': "there is no “order_place” in main/emails.",
            'put_off("send_male", event="x")': "there is no “send_male” in main/jobs.",
            'put_off_until(at, "send_male")': "there is no “send_male” in main/jobs.",
            '_mail("order_placed")': "“order_placed” in main/emails: missing a required argument: "
            "'order_id'.",
            '_mail("order_placed", order_id=1, line_ids=[])': "“order_placed” in main/emails: got "
            "an unexpected keyword argument 'line_ids'.",
            'put_off_until(at, "look_for_unread_replies", order=1)': "“look_for_unread_replies” in "
            "main/jobs: missing a required argument: 'order_id'.",
            "_mail(name, order_id=order_id)": "only a literal name can be checked.",
        }.items():
            with self.subTest(call):
                found = list(wrong_names(event_with(call)))
                self.assertEqual(found, [f"events.py, line 2: {wrong}"])

    def test_what_is_right_passes(self) -> None:
        for call in (
            '_mail("order_placed", order_id=order_id)',
            'put_off("render_pictures", **ids)',
            'put_off("send_mail", event="order_placed", **ids)',
            'after_commit("no_job")',
        ):
            with self.subTest(call):
                self.assertEqual(list(wrong_names(event_with(call))), [])

    def test_nothing_else_puts_off_by_name(self) -> None:
        """The check reads the events only."""
        putting = {
            module
            for module, source in project_sources().items()
            for _, imported in imports_of(source)
            if imported.rpartition(".")[2] in ("put_off", "put_off_until")
        }
        self.assertEqual(putting, {"main.events", "main.queue", "main.queue.clock"})
