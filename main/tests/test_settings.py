"""Settings: read in a process of their own, from environments that somebody got wrong."""

import os
import re
import subprocess
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from types import ModuleType
from unittest.mock import patch

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.test import SimpleTestCase, tag

from booktime import setting_types
from main.tests.support.odd_settings import (
    AN_ADDRESS,
    MALFORMED,
    MALFORMED_URLS,
    ODD_OPTIONS,
    POSTGRESQL,
    WELL_FORMED,
)

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


def read_settings(environment: dict[str, str]) -> ModuleType:
    """All of them anew, as production would have them; ours stay as they are."""
    others = {name: module for name, module in sys.modules.items()
              if not name.startswith("booktime.settings")}  # fmt: skip
    ours = PRODUCTION | {"ENV_FILE": ""} | environment
    with (
        patch.dict(os.environ, ours, clear=True),
        patch.dict(sys.modules, others, clear=True),
        patch("booktime.settings"),
    ):
        return import_module("booktime.settings")


def documented() -> list[str]:
    return re.findall(r"^#([A-Z_0-9]+)=", (settings.BASE_DIR / ".env.example").read_text(), re.M)


@tag("once")
class VatIdTests(SimpleTestCase):
    """Every invoice keeps the number of its day, so a wrong one is told at the start."""

    def test_a_number_is_taken_as_its_own_country_writes_it(self):
        for number in (
            "GB999999973", "XI110305878", "EL094259216", "ATU13585627", "IE6433435F",
            "CHE107787577MWST", "NO995525828MVA", "US123456789",
        ):  # fmt: skip
            with self.subTest(number):
                self.assertEqual(setting_types.vat_id(number), number)

    def test_anything_else_is_none(self):
        for number in (
            "n/a", "gb999999973", "999999973", "GB999999974", "GB 999 9999 73", "GB999999973.",
            "GB", "XX999999973", "EU528003555", "EL094259217", "US-12", "VAT GB999999973",
            "GB٩٩٩٩٩٩٩٧٣",
        ):  # fmt: skip
            with self.subTest(number), self.assertRaises(ValueError):
                setting_types.vat_id(number)


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
        for key in ({}, {"DEBUG": "false"}, {"SECRET_KEY": ""}, {"SECRET_KEY": " "}):
            self.assert_refused(key, named="SECRET_KEY")

    def test_production_needs_its_host_names(self):
        for hosts in ({}, {"ALLOWED_HOSTS": ""}):
            environment = {k: v for k, v in PRODUCTION.items() if k != "ALLOWED_HOSTS"} | hosts
            self.assert_refused(environment, named="ALLOWED_HOSTS")
        self.assert_refused(PRODUCTION | {"ALLOWED_HOSTS": "*"}, named="SITE_URL")

    def test_help_needs_no_settings(self):
        done = run_python(["manage.py", "help"], {})
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for command in ("import_data", "run_worker", "backup", "migrate"):
            self.assertRegex(done.stdout, rf"(?m)^    {command}$")

    def test_it_is_said_by_commands_and_by_the_server(self):
        """And not as a traceback, wherever it is that a library stumbles."""
        for environment, said in [
            (
                {"DEBUG": "false"},
                "Set SECRET_KEY in the environment or in .env (see .env.example).",
            ),
            (PRODUCTION | {"SITE_URL": "http://["}, f"SITE_URL must be {AN_ADDRESS}."),
            (PRODUCTION | {"CSRF_TRUSTED_ORIGINS": "shop.example"}, "CSRF_TRUSTED_ORIGINS must be"),
        ]:
            self.assert_refused(environment, named=f"booktime: {said}")
            done = run_python(["-m", "daphne", "booktime.asgi:application"], environment)
            self.assertNotEqual(done.returncode, 0)
            self.assertNotIn("Traceback", done.stderr)
            self.assertIn(f"booktime: {said}", done.stderr)


@tag("once")
class MalformedSettingTests(SimpleTestCase):
    """What is said of each. Read in this process: one of its own for each would take a minute."""

    bucket = dict.fromkeys(
        ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_STORAGE_BUCKET_NAME"), "books"
    )

    def test_values_are_named_and_repeated(self):
        for name, wants, values in MALFORMED:
            for value in values:
                with self.subTest(name, value=value):
                    said = self.said_of({name: value})
                    self.assertEqual(said, f"{name} must be {wants}, not {value!r}.")

    def test_what_may_hold_a_password_is_not_repeated(self):
        for name, wants, values in MALFORMED_URLS:
            for value in values:
                with self.subTest(name, value=value):
                    self.assertEqual(self.said_of({name: value}), f"{name} must be {wants}.")

    def test_odd_options_of_a_database_are_told_at_the_start(self):
        for url, said in ODD_OPTIONS:
            with self.subTest(url):
                self.assertEqual(self.said_of({"DATABASE_URL": url}), f"DATABASE_URL: {said}")

    def test_numbers_have_limits(self):
        self.assertEqual(
            self.said_of({"PORT": "70000"}), "PORT must be from 1 to 65535, not 70000."
        )
        threads = self.said_of({"ASGI_THREADS": "0"})
        self.assertEqual(threads, "ASGI_THREADS must be from 1 to 1000, not 0.")
        both = self.said_of({"PORT": "9000", "METRICS_PORT": "9000"})
        self.assertEqual(both, "METRICS_PORT must differ from PORT, so not 9000.")

    def said_of(self, environment: dict[str, str]) -> str:
        with self.assertRaises(ImproperlyConfigured) as refused:
            read_settings(self.bucket | environment)
        return str(refused.exception)

    def test_what_is_well_formed_is_taken_as_it_is_meant(self):
        for name, value, setting, meant in WELL_FORMED:
            with self.subTest(name, value=value):
                self.assertEqual(getattr(read_settings({name: value}), setting), meant)

    def test_what_a_database_url_says_joins_what_bounds_a_statement(self):
        for said, is_pooled in (("false", False), ("true", True)):
            url = f"{POSTGRESQL}DISABLE_SERVER_SIDE_CURSORS={said}&options=-c%20search_path=x"
            found = read_settings({"DATABASE_URL": url}).DATABASES["default"]
            self.assertIs(found["DISABLE_SERVER_SIDE_CURSORS"], is_pooled)
            options = found["OPTIONS"]["options"]
            self.assertTrue(options.endswith("-c search_path=x"), options)
            self.assertEqual("statement_timeout=30s" in options, not is_pooled)


@tag("once")
class RightSettingTests(SimpleTestCase):
    def test_production_passes_the_deployment_check(self):
        environment = dict.fromkeys(documented(), "") | PRODUCTION
        done = run_python(["manage.py", "check", "--deploy", "--fail-level=INFO"], environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("no issues", done.stdout)

    def test_vat_wants_the_number_that_it_is_paid_under(self):
        code = "from booktime import settings as s; print(s.DEFAULT_TAX_RATE)"
        taxed = PRODUCTION | {"DEFAULT_TAX_RATE": "20"}
        refused = run_python(["-c", code], taxed)
        self.assertIn("VAT requires a SELLER_VAT_ID", refused.stderr)
        done = run_python(["-c", code], taxed | {"SELLER_VAT_ID": "GB999999973"})
        self.assertEqual(done.stdout.split(), ["20"], done.stderr)

    def test_a_variable_set_to_nothing_is_as_good_as_none(self):
        """Each that is documented: Dokku gives `PORT=` to whatever serves no pages."""
        code = (
            "from booktime import settings as s\n"
            "print([(name, value) for name, value in vars(s).items() if name.isupper()])"
        )
        needed = {name: PRODUCTION[name] for name in ("SECRET_KEY", "ALLOWED_HOSTS")}
        unset = run_python(["-c", code], needed)
        self.assertIn("('PORT', 8000)", unset.stdout, unset.stderr)
        for nothing in ("", " "):
            done = run_python(["-c", code], dict.fromkeys(documented(), nothing) | needed)
            self.assertEqual(done.stdout, unset.stdout, done.stderr)

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
        asked = set(re.findall(r'\benv(?:\.\w+)?\(\s*"([A-Z_0-9]+)"', source))
        self.assertIn("DATABASE_URL", asked)
        self.assertEqual([name for name in sorted(asked) if f"{name}=" not in text], [])
