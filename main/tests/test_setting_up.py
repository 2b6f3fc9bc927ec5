"""What bin/run says while it sets up: each step as it begins, and that it still goes on."""

import io
import sys
import tempfile
from contextlib import redirect_stdout
from pathlib import Path

from django.conf import settings
from django.test import SimpleTestCase, tag

sys.path.append(str(settings.BASE_DIR / "bin" / "support"))
import side_by_side
from side_by_side import Job, SetupError, Step, Teller


def python(code: str) -> list[str]:
    return [sys.executable, "-S", "-c", code]


@tag("once")
class TellingTests(SimpleTestCase):
    def setUp(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        self.log = Path(folder) / "pip.log"
        self.said = self.enterContext(redirect_stdout(io.StringIO()))

    def lines(self) -> list[str]:
        """Without the program's name and the time."""
        return [line.partition(" s  ")[2] for line in self.said.getvalue().splitlines()]

    def test_each_step_is_said_as_it_begins(self):
        steps = [Step("making one", python("")), Step("making two", python("print('made')"))]
        side_by_side.run_side_by_side([Job(self.log, steps), Job(self.log, [])])
        self.assertEqual(self.lines(), ["making one", "making two", "done"])
        self.assertEqual(self.log.read_text(), "made\n")

    def test_with_nothing_to_do_nothing_is_said(self):
        side_by_side.run_side_by_side([Job(self.log, [])])
        self.assertEqual(self.said.getvalue(), "")

    def test_a_step_that_fails_ends_it_and_shows_its_log(self):
        failing = Step("making one", python("print('no room'); raise SystemExit(3)"))
        with self.assertRaises(SetupError) as caught:
            side_by_side.run_side_by_side([Job(self.log, [failing, Step("making two", [])])])
        said = f"no room\n\nset-up failed while making one (see {self.log})"
        self.assertEqual(str(caught.exception), said)
        self.assertEqual(self.lines(), ["making one"])

    def test_it_is_never_silent_for_long(self):
        clock = iter([0, 0, 9.9, 10, 10, 19.9, 21, 21])
        teller = Teller(now=lambda: next(clock))
        teller.tell("making one")
        for _ in range(4):
            teller.still(["making one", "making two"])
        still = "still making one and making two"
        self.assertEqual(self.lines(), ["making one", still, still])
        self.assertIn(":   10 s  still", self.said.getvalue())
