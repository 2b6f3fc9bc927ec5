"""The import ranks: reads every import of the project, including those inside functions.

docs/architecture.md says what the packages are. Arrows go down: a package may import only from
those of lower rank, and from itself.
"""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

from django.conf import settings
from django.template import engines
from django.template.loader import get_template
from django.template.loader_tags import ExtendsNode, IncludeNode
from django.test import SimpleTestCase, tag

RANKS = [
    {"booktime.sight"},
    {"errors", "models"},
    {"wording"},
    {"gateways", "queue", "migrations"},
    {"emails", "broadcasts", "reports"},
    {"events"},
    {"actions"},
    {"forms"},
    {"access", "documents"},
    {"conversation_access", "sockets"},
    {"views", "api", "admin", "consumers", "context_processors", "middleware", "templatetags",
     "management", "demo", "signals", "checks", "sitemaps", "jobs", "tasks"},
    {"urls", "urls_accounts", "urls_api", "routing", "apps"},
    {"booktime.server", "booktime.backends"},
    {"booktime"},
]  # fmt: skip
RANK_OF = {package: rank for rank, packages in enumerate(RANKS) for package in packages}
# Arrows between packages of one rank: one place knows who is asking, for every door; the command
# that loads the demo shop draws its pictures; and a socket asks who may join, as a page does.
BESIDE = {
    ("models", "errors"),
    ("context_processors", "views"),
    ("signals", "views"),
    ("management", "demo"),
    ("sockets", "conversation_access"),
}
# Packages of booktime/ beside what assembles them: asgi.py, urls.py and the settings.
OF_BOOKTIME = {"sight", "server", "backends"}
FILE_LIMIT = 300  # lines that are not empty

Sources = Mapping[str, str]  # the text of each module, by its dotted name


def imports_of(source: str) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of all that a module imports; `from a import b` may mean a or a.b."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)


def package_of(module: str) -> str | None:
    """main.models.orders is in models, booktime.sight.logs in booktime.sight.

    None if the module is not ours.
    """
    root, _, rest = module.partition(".")
    package = rest.partition(".")[0]
    if root == "booktime":
        return f"booktime.{package}" if package in OF_BOOKTIME else "booktime"
    return package if root == "main" and rest else None


def broken_ranks(sources: Sources) -> list[str]:
    """A sentence for every import that does not go down."""
    problems = []
    for module, source in sources.items():
        here = package_of(module)
        if here and here not in RANK_OF:
            problems.append(f"{module} has no rank: give {here} one")
            continue
        for line, imported in imports_of(source):
            if imported.startswith("."):
                problems.append(f"{module}:{line} imports relatively")
            elif not _may_import(here, package_of(imported)):
                problems.append(f"{module}:{line} imports {imported}")
    return problems


def _may_import(here: str | None, there: str | None) -> bool:
    if there is None or here == there or (here, there) in BESIDE:
        return True
    return here in RANK_OF and there in RANK_OF and RANK_OF[there] < RANK_OF[here]


def circles(sources: Sources) -> list[str]:
    """Every module that imports itself by way of others."""
    graph = {
        module: {_known(name, sources) for _, name in imports_of(source)} - {None, module}
        for module, source in sources.items()
    }
    return [module for module in graph if module in _reachable(graph, module)]


def _known(name: str, sources: Sources) -> str | None:
    """The module that an imported name stands in: main.models.orders.Order is in its file."""
    if name in sources:
        return name
    parent = name.rpartition(".")[0]
    return parent if parent in sources else None


def _reachable(graph: Mapping[str, set], start: str) -> set:
    seen: set = set()
    waiting = [*graph[start]]
    while waiting:
        module = waiting.pop()
        if module not in seen:
            seen.add(module)
            waiting.extend(graph[module])
    return seen


def project_sources() -> dict[str, str]:
    files = [
        file
        for package in ("main", "booktime")
        for file in sorted((settings.BASE_DIR / package).rglob("*.py"))
        if "tests" not in file.relative_to(settings.BASE_DIR).parts
    ]
    return {_module_name(file): file.read_text() for file in files}


def _module_name(file: Path) -> str:
    parts = file.relative_to(settings.BASE_DIR).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@tag("once")
class ArchitectureTests(SimpleTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sources = project_sources()

    def test_every_import_goes_down(self):
        self.assertGreater(len(self.sources), 40)
        self.assertEqual(broken_ranks(self.sources), [])

    def test_no_module_imports_itself_by_way_of_others(self):
        self.assertEqual(circles(self.sources), [])

    def test_every_file_says_what_lives_in_it(self):
        files = {
            module: ast.get_docstring(ast.parse(source))
            for module, source in self.sources.items()
            if source.strip() and ".migrations" not in module
        }
        self.assertEqual([module for module, docstring in files.items() if not docstring], [])

    def test_no_file_has_grown_into_two(self):
        lines = {
            module: sum(bool(line.strip()) for line in source.splitlines())
            for module, source in self.sources.items()
            if ".migrations." not in module
        }
        self.assertEqual([name for name, count in lines.items() if count > FILE_LIMIT], [])


@tag("once")
class CheckerTests(SimpleTestCase):
    """The checker itself, on made-up sources: what it must see, and what it must let pass."""

    def assert_broken(self, module: str, source: str):
        self.assertEqual(len(broken_ranks({module: source})), 1, source)

    def test_an_upward_import_is_seen(self):
        self.assert_broken("main.models.orders", "from main.actions import checkout")
        self.assert_broken("main.actions.checkout", "import main.views.checkout")
        self.assert_broken("main.emails", "from main import events")
        self.assert_broken("main.queue.names", "from main.events import order_placed")
        self.assert_broken("main.queue.worker", "from main import jobs")
        self.assert_broken("main.events", "from main.jobs import send_mail")
        self.assert_broken("main.forms.checkout", "from main.views.visitor import basket_owner")
        self.assert_broken("main.views.site", "from booktime import settings")

    def test_sight_imports_nothing_of_ours(self):
        for ours in ("main.models", "main.errors", "booktime.server.drain", "booktime.environment",
                     "booktime.backends.cache"):  # fmt: skip
            self.assert_broken("booktime.sight.logs", f"import {ours}")
            self.assert_broken("booktime.sight.logs", f"def log():\n    import {ours}")
        allowed = "from booktime.sight import metrics\nimport logging\nimport prometheus_client"
        self.assertEqual(broken_ranks({"booktime.sight.logs": allowed}), [])

    def test_nobody_but_the_application_knows_the_server(self):
        for above in ("booktime.server.drain", "booktime.backends.cache", "booktime.urls"):
            self.assert_broken("main.models.orders", f"import {above}")
            self.assert_broken("main.consumers", f"import {above}")
            self.assert_broken("main.routing", f"import {above}")
        self.assert_broken("booktime.server.handler", "from booktime.settings import DEBUG")
        self.assert_broken("booktime.server.handler", "from booktime.backends import cache")
        self.assert_broken("booktime.backends.cache", "from booktime.server import drain")

    def test_an_import_inside_a_function_is_seen(self):
        self.assert_broken("main.models.orders", "def pay():\n    from main import queue\n")
        source = "class A:\n    async def b(self):\n        import main.actions.orders as o\n"
        self.assert_broken("main.events", source)

    def test_an_import_for_types_only_is_seen(self):
        self.assert_broken("main.models.a", "if TYPE_CHECKING:\n    from main.forms import F\n")

    def test_an_import_from_beside_is_seen(self):
        self.assert_broken("main.emails", "from main import reports")
        self.assert_broken("main.errors", "from main.models import Order")
        self.assert_broken("main.api.orders", "from main.views.site import home")

    def test_an_import_of_tests_is_seen(self):
        self.assert_broken(
            "main.management.commands.load_demo", "from main.tests.support import factories"
        )

    def test_a_relative_import_is_seen(self):
        self.assert_broken("main.views.basket", "from .visitor import basket_owner")

    def test_a_new_package_needs_a_rank(self):
        self.assert_broken("main.utils", "")
        self.assert_broken("main.views.basket", "from main.utils import anything")

    def test_downward_imports_pass(self):
        allowed = {
            "main.views.checkout": "from main.actions.checkout import place_order\n"
            "from main.models import Order\nfrom main import errors\nimport django",
            "main.actions.checkout": "from main import events\nfrom main.actions import basket",
            "main.context_processors": "from main.views.visitor import at_hand",
            "booktime.urls": "from main.urls import urlpatterns",
            "booktime.asgi": "from booktime.server.drain import Drain\nfrom main import routing",
            "booktime.server.drain": "from booktime.sight.asgi_types import Send",
            "main.models.orders": "from booktime.sight import metrics",
        }
        self.assertEqual(broken_ranks(allowed), [])

    def test_a_circle_is_seen(self):
        round_trip = {
            "main.actions.a": "from main.actions.b import two",
            "main.actions.b": "def two():\n    from main.actions import c",
            "main.actions.c": "import main.actions.a",
            "main.actions.d": "from main.actions import a",
        }
        self.assertEqual(
            circles(round_trip), ["main.actions.a", "main.actions.b", "main.actions.c"]
        )


@tag("once")
class TemplateTests(SimpleTestCase):
    def test_every_template_compiles_and_finds_those_it_names(self):
        names = [
            str(file.relative_to(folder))
            for folder in engines["django"].dirs
            for file in Path(folder).rglob("*")
            if file.is_file() and not file.name.startswith(".")
        ]
        self.assertGreater(len(names), 10)
        for name in names:
            with self.subTest(name):
                for named in _templates_named_in(name):
                    get_template(named)


def _templates_named_in(name: str) -> list[str]:
    nodes = get_template(name).template.nodelist
    extended = [node.parent_name for node in nodes.get_nodes_by_type(ExtendsNode)]
    included = [node.template for node in nodes.get_nodes_by_type(IncludeNode)]
    # A name worked out as the page is rendered cannot be read here.
    return [part.var for part in extended + included if isinstance(part.var, str)]
