"""What a host reads of the checkout: names that fit each other, and pins."""

import json
import re

from django.conf import settings
from django.core.management import get_commands
from django.test import SimpleTestCase, tag
from django.urls import resolve

ROOT = settings.BASE_DIR


def text(name: str) -> str:
    return (ROOT / name).read_text()


@tag("once")
class DeploymentFilesTests(SimpleTestCase):
    def test_the_health_check_asks_the_page_that_knows(self):
        checks = json.loads(text("app.json"))["healthchecks"]["web"]
        self.assertEqual([resolve(check["path"]).url_name for check in checks], ["healthz"])

    def test_the_formation_is_the_procfile(self):
        """What app.json does not know is not started; a quantity would disable ps:scale."""
        formation = json.loads(text("app.json"))["formation"]
        lines = dict(re.findall(r"^(\w+): (.+)$", text("Procfile"), re.M))
        self.assertEqual({*lines} - {"release"}, {*formation})
        self.assertFalse([name for name, each in formation.items() if "quantity" in each])

    def test_the_procfile_names_what_there_is_and_no_shell(self):
        procfile = text("Procfile")
        commands = re.findall(r"manage\.py (\w+)", procfile + text("bin/post_compile"))
        self.assertEqual({*commands} - {*get_commands()}, set())
        self.assertNotRegex(procfile, r"[&|;<>`]")

    def test_buildpacks_are_pinned_node_first(self):
        names = re.findall(r"^\S+/heroku-buildpack-(\w+)\.git#v\d+$", text(".buildpacks"), re.M)
        self.assertEqual(names, ["nodejs", "python"])
        self.assertEqual(len(text(".buildpacks").splitlines()), 2)

    def test_python_is_the_one_that_is_checked(self):
        version = text(".python-version").strip()
        self.assertIn(f'python_version = "{version}"', text("pyproject.toml"))

    def test_one_lock_for_python(self):
        others = ["requirements.txt", "poetry.lock", "uv.lock", "runtime.txt", "setup.py"]
        self.assertEqual([name for name in others if (ROOT / name).exists()], [])

    def test_the_packages_of_the_gate_are_not_pruned(self):
        """Whatever the front end imports, tests included, and what runs it."""
        package = json.loads(text("package.json"))
        imported = {"jest", "jest-environment-jsdom", "webpack", "webpack-cli", "babel-loader"}
        for file in (ROOT / "frontend").rglob("*.js*"):
            found = re.findall(
                r"""(?:from|import|require\() ?["']([^."'][^"']*)["']""", file.read_text()
            )
            imported |= {"/".join(name.split("/")[: 2 if name[0] == "@" else 1]) for name in found}
        imported -= {"react", "react-dom"}  # names that mean Preact
        pruned = sorted(imported & {*package["devDependencies"]})
        unknown = sorted(imported - {*package["dependencies"], *package["devDependencies"]})
        self.assertEqual((pruned, unknown), ([], []))
