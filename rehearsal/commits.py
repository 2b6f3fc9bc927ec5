"""Changes that make a commit quicker to push, or make it fail for one reason."""

import json
import re

from rehearsal.host import Host
from rehearsal.services import free_port

Files = dict[str, str | None]
# The only tests of the later pushes: their gate must fail for one reason, and quickly.
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
MIGRATION_ALONE = """#!/usr/bin/env bash
set -euo pipefail
mkdir -p bundles
python manage.py migrate_together --noinput
"""


def few_tests(host: Host) -> Files:
    """Without most tests, so that the gate of the later pushes takes seconds."""
    tests = [
        path
        for pattern in ("main/tests/test_*.py", "frontend/*.test.js*")
        for path in host.files(pattern)
    ]
    return dict.fromkeys([path for path in tests if path not in KEPT_TESTS])


def syntax_error(host: Host) -> Files:
    entry = "frontend/entries/imageswitcher.jsx"
    return {entry: host.text(entry) + "\n}\n"}


def two_migrations(host: Host) -> Files:
    """The first adds a nullable column; the second forbids nulls, although there are some."""
    two = MIGRATION.format(after="9001_shelf", operation="AlterField", options="")
    return one_migration(host) | {"main/migrations/9002_shelf_known.py": two}


def one_migration(host: Host) -> Files:
    last = sorted(host.files("main/migrations/[0-9]*.py"))[-1].rsplit("/", 1)[1][:-3]
    one = MIGRATION.format(after=last, operation="AddField", options=", null=True")
    return {"main/migrations/9001_shelf.py": one}


def python_lock_behind(host: Host) -> Files:
    return {"Pipfile": host.text("Pipfile").replace("[packages]\n", '[packages]\nsix = "*"\n', 1)}


def npm_lock_behind(host: Host) -> Files:
    package = json.loads(host.text("package.json"))
    package["dependencies"]["left-out"] = "^1.0.0"
    return {"package.json": json.dumps(package, indent=2)}


def listens_elsewhere(host: Host) -> Files:
    """Two attempts are enough to see that nothing answers."""
    description = json.loads(host.text("app.json"))
    description["healthchecks"]["web"][0]["attempts"] = 2
    return {
        "Procfile": host.text("Procfile").replace("$PORT", str(free_port())),
        "app.json": json.dumps(description, indent=2),
    }


def migrated_and_deaf(host: Host) -> Files:
    """A gate with nothing but the migration: what matters comes after it."""
    return one_migration(host) | listens_elsewhere(host) | {"bin/post_compile": MIGRATION_ALONE}


def worker_line(host: Host, line: str) -> Files:
    return {"Procfile": re.sub(r"(?m)^worker:.*", f"worker: {line}", host.text("Procfile"))}
