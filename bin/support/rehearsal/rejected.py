"""Pushes that must be rejected, each for its own reason, while the release before serves on."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rehearsal import evidence
from rehearsal.host import Host
from rehearsal.services import free_port
from rehearsal.walk_browser import expect

Files = dict[str, str | None]
# All that the later pushes are tested by: their gate has to fail for one reason, and soon.
KEPT_TESTS = {"main/tests/test_opening_hours.py", "frontend/lib/tokens.test.js"}
FAILING_JEST = 'test("what is promised", () => expect(1).toBe(2));\n'
FAILING_DJANGO = '''"""A test that fails."""

from django.test import SimpleTestCase


class PromiseTests(SimpleTestCase):
    def test_what_is_promised(self):
        self.assertEqual(1, 2)
'''
MIGRATION = '''"""Rehearsed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("main", "{after}")]
    operations = [
        migrations.{operation}("product", "shelf", models.CharField(max_length=9{options}))
    ]
'''


@dataclass(frozen=True)
class Rejection:
    """A push, the reason that its rejection must give, and what must stand in its output."""

    name: str
    reason: str
    files: Callable[[Host], Files] = lambda host: {}
    shown: str = ""
    hidden: str = ""
    settings: dict[str, str | None] = field(default_factory=dict)  # None takes one away
    branch: str = "master"


def few_tests(host: Host) -> Files:
    """Without most tests, so that the gate of the later pushes takes seconds."""
    tests = [
        path
        for pattern in ("main/tests/test_*.py", "frontend/*.test.js*")
        for path in host.files(pattern)
    ]
    return dict.fromkeys([path for path in tests if path not in KEPT_TESTS])


def push_it(host: Host, rejection: Rejection) -> str:
    """Push, and raise what is not as it should be; says what was seen."""
    before = evidence.gather(host)
    with _settings(host, rejection.settings):
        commit = host.commit(rejection.name, rejection.files(host))
        push = host.push(commit, branch=rejection.branch)
    expect(not push.accepted, "it was accepted")
    expect(rejection.reason in push.reason, f"rejected for another reason: {push.reason!r}")
    expect(re.search(rejection.shown, push.output), f"it does not say {rejection.shown!r}")
    if rejection.hidden:
        expect(rejection.hidden not in push.output, f"it says {rejection.hidden!r}")
    evidence.compare(before, evidence.gather(host))
    return f"“{push.reason}”, {push.seconds:.0f} s; {before.revision[:8]} serves on"


@contextmanager
def _settings(host: Host, changed: dict[str, str | None]) -> Iterator[None]:
    kept = dict(host.config)
    for name, value in changed.items():
        host.config.pop(name, None)
        if value is not None:
            host.config[name] = value
    try:
        yield
    finally:
        host.config.clear()
        host.config.update(kept)


def _syntax_error(host: Host) -> Files:
    entry = "frontend/entries/imageswitcher.jsx"
    return {entry: host.text(entry) + "\n}\n"}


def _two_migrations(host: Host) -> Files:
    """The first adds a column that may be empty, the second says that it is nowhere: it is."""
    last = sorted(host.files("main/migrations/[0-9]*.py"))[-1].rsplit("/", 1)[1][:-3]
    one = MIGRATION.format(after=last, operation="AddField", options=", null=True")
    two = MIGRATION.format(after="9001_shelf", operation="AlterField", options="")
    return {"main/migrations/9001_shelf.py": one, "main/migrations/9002_shelf_known.py": two}


def _python_lock_behind(host: Host) -> Files:
    return {"Pipfile": host.text("Pipfile").replace("[packages]\n", '[packages]\nsix = "*"\n', 1)}


def _npm_lock_behind(host: Host) -> Files:
    package = json.loads(host.text("package.json"))
    package["dependencies"]["left-out"] = "^1.0.0"
    return {"package.json": json.dumps(package, indent=2)}


def _listens_elsewhere(host: Host) -> Files:
    return {"Procfile": host.text("Procfile").replace("$PORT", str(free_port()))}


REJECTIONS = [
    Rejection(
        "a failing Jest test", "bin/post_compile failed", shown=r"bin/post_compile: Jest failed",
        files=lambda host: {"frontend/lib/promise.test.js": FAILING_JEST},
    ),
    Rejection(
        "a failing Django test", "bin/post_compile failed",
        shown=r"FAIL: test_what_is_promised[\s\S]+bin/post_compile: Django tests failed",
        files=lambda host: {"main/tests/test_promise.py": FAILING_DJANGO},
    ),
    Rejection(
        "a failing build", "bin/post_compile failed", files=_syntax_error,
        shown=r"imageswitcher\.jsx[\s\S]+bin/post_compile: Production build failed",
    ),
    Rejection(
        "a migration that fails on real data", "bin/post_compile failed", files=_two_migrations,
        shown=r"9002_shelf_known failed: .*null values; nothing was changed[\s\S]+Migration failed",
        hidden="Traceback",
    ),
    Rejection(
        "Pipfile.lock out of date", "Pipfile.lock is out of date", files=_python_lock_behind
    ),
    Rejection("package-lock.json out of date", "npm ci failed", files=_npm_lock_behind),
    Rejection(
        "a second package manager's lock", "two package managers: uv.lock",
        files=lambda host: {"uv.lock": "version = 1\n"},
    ),
    Rejection(
        "no SECRET_KEY", "bin/post_compile failed", settings={"SECRET_KEY": None},
        shown=r"(?m)^booktime: .*SECRET_KEY.*\n !     bin/post_compile: Settings failed",
        hidden="Traceback",
    ),
    Rejection(
        "a release that is not healthy", "web is not healthy: /healthz/ gave",
        files=_listens_elsewhere,
    ),
    Rejection(
        "a release command that warns", "the Procfile's release command failed",
        settings={"SECURE": "false"}, shown=r"security\.W",
    ),
    Rejection("a push to another branch", "only master is deployed", branch="main"),
]  # fmt: skip


def deletion(host: Host) -> str:
    before = evidence.gather(host)
    push = host.push("")
    expect(not push.accepted, "it was accepted")
    expect("cannot be deleted" in push.reason, f"rejected for another reason: {push.reason!r}")
    evidence.compare(before, evidence.gather(host))
    return f"“{push.reason}”"
