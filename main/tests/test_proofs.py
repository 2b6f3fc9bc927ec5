"""bin/prove: each proof is a test of bin/test at length, and one that fails is counted."""

import contextlib
import importlib
import io
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from types import ModuleType
from unittest import mock

from django.conf import settings
from django.test import SimpleTestCase, tag

from main.tests import proofs
from main.tests.support.in_parts import InParts

sys.path.append(str(settings.BASE_DIR / "bin" / "support"))
import checks

FOLDER = Path(proofs.__path__[0])
NAMES = sorted(file.stem for file in FOLDER.glob("[!_]*.py"))


def proof(name: str) -> ModuleType:
    return importlib.import_module(f"{proofs.__name__}.{name}")


def cases(name: str) -> set[type]:
    suites = unittest.defaultTestLoader.loadTestsFromModule(proof(name))
    return {type(test) for suite in suites for test in suite}


@tag("once", "e2e")  # not for the gate of a deployment, which lacks what some of them import
class ProofTests(SimpleTestCase):
    def test_each_repeats_with_greater_numbers_what_bin_test_runs_with_small_ones(self):
        self.assertIn("invoice_numbers", NAMES)
        for name in NAMES:
            with self.subTest(name):
                self.assertTrue(cases(name))
                for case in cases(name):
                    self.assertRegex(case.__base__.__module__, r"^main\.tests\.test_\w+$")
                    changed = {key for key in vars(case) if not key.startswith("__")}
                    self.assertLessEqual(changed - {"tags", "shop"}, set(vars(case.__base__)))
                    self.assertTrue(changed)

    def test_what_is_asked_in_parts_is_asked_wholly_by_as_many_pages(self) -> None:
        asker, asked = InParts(), list(range(7))
        asker.parts = 3
        parts = [each for _ in range(3) for each in asker.part_of(asked)]
        self.assertEqual(sorted(parts), asked)
        asker.parts = 1
        self.assertEqual(asker.part_of(asked), asked)

    def prove(self, *names: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [settings.BASE_DIR / "bin" / "prove", *names], capture_output=True, text=True,
            check=False,
        )  # fmt: skip

    def test_without_a_name_it_lists_them_each_with_a_sentence(self):
        done = self.prove()
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        told = [line.split(maxsplit=1) for line in done.stdout.splitlines()]
        first = {name: proof(name).__doc__.splitlines()[0] for name in NAMES}
        self.assertEqual(told, [[name, first[name]] for name in NAMES])

    def test_a_name_that_is_none_is_refused(self):
        done = self.prove("crowd", "nothing")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertEqual(done.stderr, "prove: there is no proof nothing; bin/prove lists them\n")


@tag("once", "e2e")
class CheckTests(SimpleTestCase):
    """What bin/test and bin/prove say of what they ran."""

    def setUp(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        self.enterContext(mock.patch.object(checks, "LOGS", Path(folder)))

    def run_all(self, *commands: str) -> tuple[tuple[int, int], str]:
        made = [
            checks.Check(f"Check {number}", ["sh", "-c", command], time_limit=5)
            for number, command in enumerate(commands, 1)
        ]
        with contextlib.redirect_stdout(io.StringIO()) as told:
            counts = checks.run_all(made, dict(os.environ), 2)
        return counts, told.getvalue()

    def test_tests_are_counted_as_each_tool_tells_them(self):
        counts, told = self.run_all(
            "echo 'Ran 12 tests in 3.0s'; echo; echo 'OK (skipped=2)'",
            "echo 'Tests:       1 skipped, 30 passed, 31 total'",
            "echo 'all took 3 s'; echo '5 passed, 0 failed'",
            "echo nothing to count",
        )
        self.assertEqual(counts, (45, 0))
        self.assertRegex(told, r"ok +Check 1 +\d\.\d s  10 passed, 2 skipped")

    def test_what_fails_is_counted_and_shown(self):
        counts, told = self.run_all(
            "echo 'Ran 12 tests in 3.0s'; echo; echo 'FAILED (failures=2, errors=1)'; exit 1",
            "echo 'it broke'; exit 3",
            "echo '5 passed, 2 failed'; exit 1",
        )
        self.assertEqual(counts, (14, 6))
        self.assertIn("it broke\n\nFAIL  Check 2", told)

    def test_what_takes_too_long_is_ended_and_fails(self):
        made = [checks.Check("Endless", ["sleep", "60"], time_limit=1)]
        with contextlib.redirect_stdout(io.StringIO()):
            self.assertEqual(checks.run_all(made, dict(os.environ), 1), (0, 1))
