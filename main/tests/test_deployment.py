"""What a host reads of the checkout: names that fit each other, and pins."""

import ast
import json
import re
import sys
from importlib.metadata import packages_distributions

from django.conf import settings
from django.core.management import get_commands
from django.test import SimpleTestCase, tag
from django.urls import resolve

ROOT = settings.BASE_DIR


def text(name: str) -> str:
    return (ROOT / name).read_text()


def asked_for_at_once(tree: ast.AST) -> set[str]:
    """The packages that a module imports when it is loaded: what functions import comes later."""
    found = set()
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            found |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found |= asked_for_at_once(node)
    return found


@tag("once")
class GateTests(SimpleTestCase):
    """Its runner loads every module of the tests, and no development package is there."""

    def setUp(self):
        packages = {*json.loads(text("Pipfile.lock"))["default"]}
        self.known = {*sys.stdlib_module_names, "booktime", "main"}
        self.known |= {file.stem for file in (ROOT / "bin" / "support").iterdir()}
        for module, names in packages_distributions().items():
            if packages & {re.sub("[-_.]+", "-", name).lower() for name in names}:
                self.known.add(module)

    def unknown(self, source: str) -> list[str]:
        return sorted(asked_for_at_once(ast.parse(source)) - self.known)

    def test_no_module_asks_for_a_development_package(self):
        files = [file for folder in ("booktime", "main") for file in (ROOT / folder).rglob("*.py")]
        found = {file.name: self.unknown(file.read_text()) for file in [*files, ROOT / "manage.py"]}
        self.assertEqual({name: modules for name, modules in found.items() if modules}, {})

    def test_one_that_does_is_found(self):
        source = "import django, ruff\nclass A:\n from moto.server import B\ndef f():\n import mypy"
        self.assertEqual(self.unknown(source), ["moto", "ruff"])


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
