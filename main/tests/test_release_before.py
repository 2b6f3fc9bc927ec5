"""Orders of release 0.1.0 look the same after the migration, before the backfill and after it.

A small case: bin/prove release_before compares a thousand orders and the demo shop.
"""

import re
import tempfile
from pathlib import Path

from django.test import SimpleTestCase, tag

from main.tests.support.release_before.comparing import Changed, differences, listed, unused
from main.tests.support.release_before.looks import assert_looks_the_same
from main.tests.support.release_before.running import Before, Shop, kept_before, take_over


@tag("once", "server")
class SmallShopTests(SimpleTestCase):
    shop = Shop(orders=20, every=7, papers=1, early=3)

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        before, database = cls.make_shop()
        cls.before = before.pages
        cls.after = take_over(cls.shop, before, database=database)

    @classmethod
    def make_shop(cls) -> tuple[Before, str]:
        """How it looks, and the database it stands in."""
        folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        database = Path(folder) / "shop.sqlite3"
        return kept_before(cls.shop, database=database), f"sqlite:///{database}"

    def test_it_looks_the_same(self) -> None:
        assert_looks_the_same(self, self.before, *self.after)
        self.assertGreater(len(self.before), 5 * self.shop.orders)
        self.assertNotIn("(answered", " ".join(self.before.values()))

    def test_a_changed_cent_or_word_is_found_on_every_kind_of_page(self) -> None:
        """The negative control, with all that is allowed to differ."""
        by_kind = {name.rpartition(": ")[2]: name for name in self.before}
        self.assertGreater(len(by_kind), 10)
        for kind, name in by_kind.items():
            words = self.before[name].split()
            sums = [place for place, word in enumerate(words) if re.search(r"\d\.\d\d\b", word)]
            for place in sums[:1] + sums[-1:]:
                other = words[place].translate(str.maketrans("0123456789", "1234567890"))
                changed = " ".join([*words[:place], other, *words[place + 1 :]])
                self.assertTrue(self.is_found(name, changed), (kind, words[place]))
            middle = len(words) // 2  # or after it: a number of titles has gone from one page
            middle += next(k for k, word in enumerate(words[middle:]) if not word.isdigit())
            without = " ".join([*words[:middle], *words[middle + 1 :]])
            self.assertTrue(self.is_found(name, without), (kind, words[middle]))

    def is_found(self, name: str, changed: str) -> bool:
        return differences({name: changed}, {name: self.after[1][name]}, listed()) != []


@tag("once")
class ComparingTests(SimpleTestCase):
    """The comparison itself: what it must find, and what it must let pass."""

    RULES = [
        Changed(was=r"of it (\d+) % VAT", now=r"including \1% VAT"),
        Changed(added=r"Payment nothing due ", on=("office",)),
    ]

    def differing(self, was: str, now: str, *, kind: str = "order") -> list[str]:
        name = f"1234: {kind}"
        return differences({name: was}, {name: now}, self.RULES)

    def test_a_changed_cent_is_found(self) -> None:
        self.assertEqual(
            self.differing("of £18.98 of it 20 % VAT", "of £18.99 including 20% VAT"),
            ["1234: order: “of £18.98 including 20% VAT” became “of £18.99 including 20% VAT”"],
        )

    def test_a_changed_a_missing_and_a_further_word_are_found(self) -> None:
        for now in ("Sent: 1 × Emma. Read", "Sent: 1 × Dracula.", "Sent: 1 ×"):
            self.assertEqual(len(self.differing("Sent: 1 × Emma.", now)), 1, now)

    def test_words_in_another_order_are_found(self) -> None:
        self.assertNotEqual(self.differing("paid then sent", "sent then paid"), [])

    def test_a_page_that_only_one_has_is_found(self) -> None:
        self.assertEqual(
            differences({"a: order": ""}, {}), ["a: order: it is there in one of them only"]
        )

    def test_words_that_were_changed_on_purpose_pass(self) -> None:
        self.assertEqual(self.differing("of it 20 % VAT", "including 20% VAT"), [])
        self.assertEqual(
            self.differing("Invoices", "Payment nothing due Invoices", kind="office"), []
        )

    def test_a_rule_holds_for_its_kind_of_page_only(self) -> None:
        self.assertNotEqual(self.differing("Invoices", "Payment nothing due Invoices"), [])

    def test_a_rule_that_nothing_matches_is_named(self) -> None:
        old = [Changed(was="never said")]
        self.assertEqual(unused([{"a: order": "of it 5 % VAT"}], [], [*self.RULES[:1], *old]), old)


@tag("once")
class ListTests(SimpleTestCase):
    def test_no_rule_hides_a_figure(self) -> None:
        for rule in listed():
            words = re.sub(r"\\[0-9dgsSwW]|\{[0-9,]+\}|\(\?[^)]*\)", "", f"{rule.was} {rule.now}")
            self.assertNotRegex(words, r"[0-9£€]", rule)
            self.assertNotIn(r"£", rule.now)
