"""Without Redis one process serves, and what would make it several is refused."""

import os
import subprocess
import sys
import tempfile

from django.conf import settings
from django.core.checks import run_checks
from django.test import SimpleTestCase, override_settings, tag

from main.tests.test_settings import run_python

HOLD = (
    "from booktime.server import one_process as o; o.hold(patience=0); print('held', flush=True); "
)


@tag("once")
class OneProcessTests(SimpleTestCase):
    def setUp(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        self.environment = {
            "DEBUG": "true",
            "DATABASE_URL": f"sqlite:///{folder}/shop.sqlite3",
            "DJANGO_SETTINGS_MODULE": "booktime.settings",
            "TMPDIR": folder,
            # A deployment's Python finds its own library by it.
            "LD_LIBRARY_PATH": os.environ.get("LD_LIBRARY_PATH", ""),
        }

    def hold(self, **environment: str) -> subprocess.CompletedProcess:
        return run_python(["-c", HOLD], self.environment | environment)

    def test_a_second_process_ends_with_one_clear_line_until_the_first_has_ended(self):
        first = subprocess.Popen(
            [sys.executable, "-c", f"{HOLD}input()"],
            cwd=settings.BASE_DIR,
            env=self.environment | {"ENV_FILE": ""},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        with first:
            self.assertEqual(first.stdout.readline(), "held\n")
            second = self.hold()
            self.assertEqual((second.returncode, second.stdout), (1, ""))
            self.assertEqual(len(second.stderr.splitlines()), 1)
            self.assertIn("another process serves this database", second.stderr)
            # With a Redis they may be many; and another database is another shop.
            for others in ({"REDIS_URL": "redis://x"}, {"DATABASE_URL": "sqlite:///other.db"}):
                self.assertEqual(self.hold(**others).stdout, "held\n", others)
            first.kill()
        self.assertEqual(self.hold().stdout, "held\n")

    def test_several_processes_want_a_redis(self):
        for processes, redis, expected in [
            (1, "", []), (2, "", ["main.E001"]), (2, "redis://x", []),
        ]:  # fmt: skip
            with override_settings(WEB_CONCURRENCY=processes, REDIS_URL=redis):
                found = [message.id for message in run_checks()]
                self.assertEqual([name for name in found if name == "main.E001"], expected)
