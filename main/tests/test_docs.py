"""The documents: every link leads somewhere, and the deployment's commands exist as typed."""

import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.test import SimpleTestCase, tag

# Read by the Python buildpack; a part of an address, read by Django.
OTHERS = {"DISABLE_COLLECTSTATIC", "DISABLE_SERVER_SIDE_CURSORS"}


def documents() -> list[Path]:
    found = [*settings.BASE_DIR.glob("*.md"), *(settings.BASE_DIR / "docs").rglob("*.md")]
    return sorted(found)


def broken_links(text: str, folder: Path) -> Iterator[str]:
    """Links to files that are not there, and to headings that are not in them."""
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"https?:|mailto:", target):
            continue
        path, _, heading = target.partition("#")
        file = (folder / path).resolve() if path else None
        there = file is None or file.exists()
        if not there or (heading and heading not in headings(file.read_text() if file else text)):
            yield target


def headings(text: str) -> set[str]:
    """The anchors of a document's headings, as they are made of their words."""
    found = re.findall(r"^#+ (.+)$", text, re.M)
    return {re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-") for words in found}


def commands_of(name: str) -> str:
    """What a page of docs/ has its reader type."""
    text = (settings.BASE_DIR / "docs" / name).read_text()
    return "".join(re.findall(r"```sh\n(.*?)```", text, re.S))


def missing_files(text: str) -> Iterator[str]:
    """Files and folders in backticks that are not in the checkout, `main` or `frontend`."""
    for path in re.findall(r"`([\w./-]+(?:/|\.py|\.js))`", text):
        roots = [settings.BASE_DIR / name for name in (".", "main", "frontend")]
        if not any((root / path).exists() for root in roots):
            yield path


@tag("once")
class LinkTests(SimpleTestCase):
    def test_every_link_leads_somewhere(self):
        self.assertGreater(len(documents()), 20)
        for file in documents():
            with self.subTest(file.relative_to(settings.BASE_DIR)):
                self.assertEqual([*broken_links(file.read_text(), file.parent)], [])

    def test_a_link_to_nothing_is_seen(self):
        text = "# One, two\n[a](nothing.md) [b](#one-two) [c](#three) [d](https://shop.example/x)"
        self.assertEqual([*broken_links(text, settings.BASE_DIR)], ["nothing.md", "#three"])


@tag("once")
class TypedCommandTests(SimpleTestCase):
    """What documents have their readers type works in a fresh checkout."""

    def test_a_push_names_the_branch_that_a_checkout_has(self):
        for file in documents():
            if "decisions" in file.parts or file.name == "CHANGELOG.md":
                continue  # what was, as it was
            with self.subTest(file.relative_to(settings.BASE_DIR)):
                pushed = re.findall(r"git push dokku ([\w:]+)", file.read_text())
                self.assertLessEqual({*pushed}, {"main:master"})

    def test_commands_of_the_shop_say_that_this_is_development(self):
        """Without DEBUG or SECRET_KEY there are no settings; only help does without them."""
        typed = r"(\S*) ?\.venv/bin/python manage\.py (\w+)"
        for file in documents():
            with self.subTest(file.relative_to(settings.BASE_DIR)):
                for before, command in re.findall(typed, file.read_text()):
                    expected = "`" if command == "help" else "`DEBUG=true"
                    self.assertIn(before, {expected, "bin/with-services", "--postgres"}, command)


@tag("once")
class GlossaryTests(SimpleTestCase):
    def test_every_word_lives_where_the_glossary_says(self):
        text = (settings.BASE_DIR / "docs" / "glossary.md").read_text()
        self.assertGreater(text.count(".py`"), 30)
        self.assertEqual([*missing_files(text)], [])

    def test_a_file_that_has_moved_is_seen(self):
        text = "`models/orders.py` `bin/` `lib/timeline.js` `models/desk.py` `desk/` `Order.number`"
        self.assertEqual([*missing_files(text)], ["models/desk.py", "desk/"])


@tag("once")
class DeploymentPagesTests(SimpleTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.commands = commands_of("deployment.md") + commands_of("growing.md")

    def test_every_variable_that_is_set_is_one_that_the_site_reads(self):
        known = set(re.findall(r"^#(\w+)=", (settings.BASE_DIR / ".env.example").read_text(), re.M))
        named = set(re.findall(r"\b([A-Z][A-Z0-9_]{3,})=", self.commands))
        self.assertGreater(len(named), 15)
        self.assertEqual(named - known - OTHERS, set())

    def test_the_first_shop_fits_on_one_page(self):
        lines = (settings.BASE_DIR / "docs" / "deployment.md").read_text().splitlines()
        self.assertLessEqual(len(lines), 180)

    def test_uploads_are_rehearsed_with_the_limit_that_is_set(self):
        proxy = settings.BASE_DIR / "rehearsal" / "proxy.py"
        [limit] = re.findall(r'^BODY_LIMIT = "(\w+)"', proxy.read_text(), re.M)
        self.assertIn(f"client-max-body-size {limit}\n", self.commands)

    def test_every_command_of_ours_is_there(self):
        folder = settings.BASE_DIR / "main" / "management" / "commands"
        django = {"createsuperuser", "migrate"}
        commands = set(re.findall(r"manage\.py (\w+)", self.commands))
        self.assertLessEqual({"backup", "restore"}, commands)
        self.assertEqual(
            {name for name in commands - django if not (folder / f"{name}.py").exists()}, set()
        )
        scripts = set(re.findall(r"\bbin/[\w-]+", self.commands)) - {"bin/python"}
        self.assertEqual(
            {name for name in scripts if not (settings.BASE_DIR / name).exists()}, set()
        )
