"""Settings: read in a process of their own, from environments that somebody got wrong."""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from django.conf import settings
from django.test import SimpleTestCase, tag

PRODUCTION = {
    "DEBUG": "false",
    "SECRET_KEY": "k3y-of-a-shop-that-only-lives-in-this-test-and-is-long-enough",
    "ALLOWED_HOSTS": "shop.example",
    "DATABASE_URL": "sqlite:///:memory:",
}


def run_python(arguments: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess:
    """Run with this environment and no .env, whatever the developer has."""
    # A deployment's Python finds its own library by the last.
    names = ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH")
    kept = {name: os.environ[name] for name in names if name in os.environ}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=settings.BASE_DIR,
        env=kept | {"ENV_FILE": "", "PYTHONDONTWRITEBYTECODE": "1"} | environment,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=60,
        check=False,
    )


@tag("once")
class WrongSettingTests(SimpleTestCase):
    """One clear line that names the variable, and a status that says it failed."""

    def assert_refused(self, environment: dict[str, str], *, named: str):
        done = run_python(["manage.py", "check"], environment)
        with self.subTest(environment):
            self.assertNotEqual(done.returncode, 0, done.stdout)
            self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
            self.assertIn(named, done.stderr)

    def test_production_needs_a_key(self):
        self.assert_refused({"DEBUG": "false"}, named="SECRET_KEY")
        self.assert_refused({}, named="SECRET_KEY")

    def test_production_needs_its_host_names(self):
        for hosts in ({}, {"ALLOWED_HOSTS": ""}):
            environment = {k: v for k, v in PRODUCTION.items() if k != "ALLOWED_HOSTS"} | hosts
            self.assert_refused(environment, named="ALLOWED_HOSTS")
        self.assert_refused(PRODUCTION | {"ALLOWED_HOSTS": "*"}, named="SITE_URL")

    def test_malformed_values_are_named(self):
        for name, value in [
            ("ASGI_THREADS", "many"),
            ("ASGI_THREADS", "0"),
            ("DATABASE_URL", "nonsense"),
            ("DATABASE_URL", "postgres://shop@host:port/shop"),
            ("DATABASE_URL", "mysql://shop@localhost/shop"),
            ("DEFAULT_TAX_RATE", "twenty"),
            ("DEFAULT_TAX_RATE", "NaN"),
            ("DEFAULT_TAX_RATE", "100"),
            ("SECRET_KEY", ""),
            ("SECRET_KEY", " "),
            ("SITE_URL", "nonsense"),
            ("SITE_URL", "https://*"),
            ("EMAIL_URL", "pigeon://loft"),
            ("EMAIL_URL", "nonsense"),
            ("METRICS_PORT", "http"),
            ("PORT", "abc"),
            ("PORT", "70000"),
            ("REDIS_URL", "nonsense"),
            ("REDIS_URL", "http://localhost:6379"),
            ("SECURE", "perhaps"),
            ("SENTRY_DSN", "https://sentry.example/1"),
            ("TASKS_BACKEND", "foo"),
            ("TIME_ZONE", "Europe/Atlantis"),
            ("TRUSTED_PROXY_COUNT", "-"),
        ]:
            self.assert_refused({"DEBUG": "true", name: value}, named=name)
        self.assert_refused({"DEBUG": "maybe"}, named="DEBUG")

    def test_the_server_says_the_same(self):
        done = run_python(["-m", "daphne", "booktime.asgi:application"], {"DEBUG": "false"})
        self.assertNotEqual(done.returncode, 0)
        self.assertNotIn("Traceback", done.stderr)
        self.assertIn("SECRET_KEY", done.stderr)


@tag("once")
class RightSettingTests(SimpleTestCase):
    def test_production_passes_the_deployment_check(self):
        done = run_python(["manage.py", "check", "--deploy", "--fail-level=INFO"], PRODUCTION)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("no issues", done.stdout)

    def test_vat_wants_the_number_that_it_is_paid_under(self):
        code = "from booktime import settings as s; print(s.DEFAULT_TAX_RATE)"
        taxed = PRODUCTION | {"DEFAULT_TAX_RATE": "20"}
        refused = run_python(["-c", code], taxed)
        self.assertIn("VAT wants a SELLER_VAT_ID", refused.stderr)
        done = run_python(["-c", code], taxed | {"SELLER_VAT_ID": "GB999999973"})
        self.assertEqual(done.stdout.split(), ["20"], done.stderr)

    def test_a_variable_set_to_nothing_is_as_good_as_none(self):
        code = "from booktime import settings as s; print(s.DATABASE_KIND, s.SITE_URL)"
        done = run_python(
            ["-c", code], PRODUCTION | {"DATABASE_URL": "", "SITE_URL": "", "EMAIL_URL": ""}
        )
        self.assertEqual(done.stdout.split(), ["sqlite3", "https://shop.example"], done.stderr)

    def test_a_dot_env_file_is_read_and_the_environment_wins(self):
        code = "from booktime.settings import GIT_REV, PORT; print(GIT_REV, PORT)"
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "any.env"
            file.write_text("DEBUG=true\nGIT_REV=abc123\nPORT=8001\n")
            done = run_python(["-c", code], {"ENV_FILE": str(file), "PORT": "9000"})
        self.assertEqual(done.stdout.split(), ["abc123", "9000"], done.stderr)

    def test_outside_development_a_dot_env_file_is_not_read(self):
        code = "from booktime.settings import DEBUG, GIT_REV; print(DEBUG, GIT_REV)"
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "baked.env"
            file.write_text("GIT_REV=of-the-build\n")
            done = run_python(["-c", code], PRODUCTION | {"ENV_FILE": str(file)})
            self.assertEqual(done.stdout.split(), ["False", "development"], done.stderr)
            file.write_text("GIT_REV=of-the-build\nDEBUG=false\n")
            done = run_python(["-c", code], {"ENV_FILE": str(file)})
            self.assertIn("SECRET_KEY", done.stderr)

    def test_every_variable_is_documented(self):
        text = (settings.BASE_DIR / ".env.example").read_text()
        files = (settings.BASE_DIR / "booktime" / "settings").glob("*.py")
        source = "".join(file.read_text() for file in files)
        asked = set(re.findall(r'\benv(?:\.\w+)?\(\s*"([A-Z_]+)"', source))
        self.assertIn("DATABASE_URL", asked)
        self.assertEqual([name for name in sorted(asked) if f"{name}=" not in text], [])
