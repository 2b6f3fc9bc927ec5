"""English is data below the doors: words are made in main/wording, dates by each language."""

import re
from importlib import import_module
from pathlib import Path

from django.conf import settings
from django.test import SimpleTestCase, tag

from booktime import formats
from main.tests.support.wording_rules import WORDLESS, money_signs, sentences, spelled_dates
from main.tests.test_architecture import package_of, project_sources

# Refusals that are worked out in one place and raised, or shown at a field, in another.
REFUSALS = {
    "main.gateways.backup_archive": "why a backup was refused",
    "main.gateways.s3": "why the storage was refused",
    "main.models.postal_rules": "what is wrong with an address",
    "main.models.one_line": "what is wrong with a line",
    "main.models.products": "what is wrong with a book",
    "main.models.users": "what is wrong with an account",
    "main.reports.waiting": "what a metric means",
}
DEMO = "main.demo"  # a shop's texts, loaded as data
DATE_IN_TEMPLATE = re.compile(r'\|(?:date|time):"([^"]*)"')
FOR_MACHINES = {"c", "Y-m-d", "Y-m"}
NAMED = re.compile(r'"([A-Z_]+_FORMAT)"')


def languages() -> list[str]:
    """Those that have formats of their own."""
    return [folder.parent.name for folder in Path(formats.__file__).parent.glob("*/formats.py")]


def templates() -> dict[str, str]:
    folder = settings.BASE_DIR / "templates"
    files = [file for file in folder.rglob("*.*") if file.suffix in {".html", ".txt"}]
    return {str(file.relative_to(folder)): file.read_text() for file in files}


@tag("once")
class WordingTests(SimpleTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sources = project_sources()
        cls.templates = templates()

    def found(self, rule, modules) -> list[tuple[str, int, str]]:
        return [(module, *each) for module in modules for each in rule(self.sources[module])]

    def test_dates_are_written_in_one_place(self):
        others = [module for module in self.sources if module != "main.wording.dates"]
        self.assertEqual(self.found(spelled_dates, others), [])

    def test_money_is_written_in_one_place(self):
        others = [
            module
            for module in self.sources
            if module != "main.wording.money" and not module.startswith(DEMO)
        ]
        self.assertEqual(self.found(money_signs, others), [])

    def test_nothing_below_the_doors_speaks(self):
        below = [module for module in self.sources if package_of(module) in WORDLESS]
        self.assertGreater(len(below), 40)
        speaking = self.found(sentences, [each for each in below if each not in REFUSALS])
        self.assertEqual(speaking, [])
        self.assertEqual(
            [each for each in REFUSALS if not list(sentences(self.sources[each]))],
            [],
            "these have no sentence any more: take them off the list",
        )

    def test_templates_name_their_formats(self):
        self.assertGreater(len(self.templates), 100)
        spelled = [
            (name, spelled)
            for name, text in self.templates.items()
            for spelled in DATE_IN_TEMPLATE.findall(text)
            if spelled not in FOR_MACHINES and not spelled.endswith("_FORMAT")
        ]
        self.assertEqual(spelled, [])

    def test_every_language_has_every_format_that_is_named(self):
        texts = [*self.templates.values(), self.sources["main.wording.dates"]]
        named = {name for text in texts for name in NAMED.findall(text)}
        self.assertIn("LONG_DATE_FORMAT", named)
        self.assertIn("en_GB", languages())
        for language in languages():
            known = vars(import_module(f"booktime.formats.{language}.formats"))
            self.assertEqual(sorted(named - known.keys()), [], language)


@tag("once")
class RuleTests(SimpleTestCase):
    """The rules themselves, on made-up sources: what they must see, and what they must let pass."""

    def assert_found(self, rule, *texts: str) -> None:
        for text in texts:
            self.assertEqual(len(list(rule(text))), 1, text)

    def assert_passes(self, rule, *texts: str) -> None:
        for text in texts:
            self.assertEqual(list(rule(text)), [], text)

    def test_dates(self):
        self.assert_found(
            spelled_dates,
            "from django.utils.formats import date_format",
            "from django.utils import dateformat, timezone",
            "def day(at):\n    return at.strftime('%d.%m.%Y')",
            "def day(at):\n    return f'{at:%-d %B}'",
            "def day(at):\n    return f'on {at:%A}'",
        )
        self.assert_passes(
            spelled_dates,
            "text = f'{at:%Y-%m-%dT%H:%M:%S}'",
            "text = f'{amount:,.2f} of {share:.0%}'",
            "from main.wording.dates import moment",
            "# %B is English",
        )

    def test_money(self):
        self.assert_found(
            money_signs,
            "text = f'£{amount}'",
            "text = '€ 5'",
            "text = f'${amount}'",
            "SIGN = '$'",
        )
        self.assert_passes(
            money_signs,
            'def money():\n    """“£5.00”."""',
            "PATTERN = r'^[0-9]+$'",
            "text = f'{amount} {currency}'",
        )

    def test_sentences(self):
        self.assert_found(
            sentences,
            "def text(order):\n    return f'Order {order} was sent.'",
            "WORDS = {10: 'We send the books soon.'}",
            "record_fact(text='The order was cancelled.')",
            "def text(n):\n    return f'{n} copies were sent.'",
        )
        self.assert_passes(
            sentences,
            '"""What lives here. And more."""',
            'def text():\n    """A sentence, in words."""',
            "class A:\n    async def b(self):\n        'It does so. And so.'",
            "raise MoveRefused(f'A part of order {n} was sent.')",
            "errors.append(RowError(line, 'This row is too long.'))",
            "logger.warning('The database is away: %s.', error)",
            "amount = models.DecimalField(help_text='VAT included. Always.')",
            "NEW = 10, 'to be packed'",
            "SQL = 'SELECT id FROM main_order'",
        )
