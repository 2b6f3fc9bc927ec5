"""The sentences of release 0.1.0, taken apart: each gives back exactly its words, or stays."""

from django.test import TestCase

from main.models import Message, Order, OrderLine
from main.tests.support.before_case import order_of_before, tell
from main.tests.support.invoice_case import LONG_TITLE
from main.wording.facts import items, message_text
from main.wording.old_facts import old_values

Fact = Message.Fact
COMMAS = "Eats, shoots, 2 × and leaves"
MORE = "Seven, and 3 more"
BLURB = "Emma, 1 × Dracula"


class SentenceTestCase(TestCase):
    def values_of(self, order: Order, fact: Fact, text: str) -> dict:
        """What becomes of the sentence; shown, it is the same afterwards."""
        message = tell(order, fact, text)
        message.values = old_values(message, order=order)
        self.assertEqual(message_text(message), text)
        return message.values


class SentenceTests(SentenceTestCase):
    def test_each_kind_has_the_values_that_it_would_have_today(self) -> None:
        order = order_of_before()
        for fact, text, values in [
            (Fact.PLACED, "The order was placed.", {}),
            (
                Fact.PAID,
                "The payment arrived. Invoice: INV-2026-00017.",
                {"invoice": "INV-2026-00017"},
            ),
            (
                Fact.UNPAID,
                "The order had been marked paid by mistake: the payment has not arrived yet.",
                {},
            ),
            (
                Fact.SENT,
                "Sent: 2 × Emma, 1 × Dracula.",
                {"items": [[2, "Emma"], [1, "Dracula"]], "more": 0},
            ),
            (Fact.CANCELLED, "Cancelled: 2 × Emma.", {"items": [[2, "Emma"]], "more": 0}),
            (Fact.CANCELLED, "The order was cancelled.", {}),
            (
                Fact.REFUNDED,
                "£1,018.98 will be paid back. Credit note: CN-2026-00003.",
                {"amount": "1018.98", "currency": "GBP", "credit_note": "CN-2026-00003"},
            ),
        ]:
            with self.subTest(text):
                self.assertEqual(self.values_of(order, fact, text), values)

    def test_money_without_a_sign_of_its_own(self) -> None:
        order = order_of_before()
        order.currency = "CHF"
        text = "CHF 18.98 will be paid back. Credit note: CN-2026-00003."
        values = {"amount": "18.98", "currency": "CHF", "credit_note": "CN-2026-00003"}
        self.assertEqual(self.values_of(order, Fact.REFUNDED, text), values)

    def test_what_reads_otherwise_keeps_its_words(self) -> None:
        order = order_of_before()
        for fact, text in [
            (Fact.PLACED, "The order was placed by telephone."),
            (Fact.PAID, "The payment arrived. Invoice: INV-2026-00017. Thank you."),
            (Fact.SENT, "Sent: 3 × Emma."),
            (Fact.SENT, "Sent: 1 × Dracula, 1 × Dracula."),
            (Fact.SENT, "Sent: 2 × Emma, and 1 more."),
            (Fact.SENT, "Sent: ."),
            (Fact.CANCELLED, "Cancelled: everything."),
            (Fact.REFUNDED, "$18.98 will be paid back. Credit note: CN-2026-00003."),
            (Fact.REFUNDED, "Nothing will be paid back. Credit note: CN-2026-00003."),
        ]:
            with self.subTest(text):
                self.assertEqual(self.values_of(order, fact, text), {"verbatim": True})


class TitleTests(SentenceTestCase):
    """Sentences of lines, whatever stands in the titles."""

    def sent(self, order: Order, lines: list[OrderLine]) -> dict:
        named = [f"{line.quantity} × {line.name}" for line in lines]
        more = f", and {len(named) - 3} more" if named[3:] else ""
        return self.values_of(order, Fact.SENT, f"Sent: {', '.join(named[:3])}{more}.")

    def test_commas_and_signs_in_titles(self) -> None:
        order = order_of_before(*((name, "5.00", "0", 1) for name in (COMMAS, BLURB, MORE)))
        lines = list(order.lines.all())
        self.assertEqual(self.sent(order, lines), items(lines))
        for line in lines:
            self.assertEqual(self.sent(order, [line]), items([line]))

    def test_many_lines_and_a_title_that_ends_like_many(self) -> None:
        names = ["One", "Two", MORE, "Four", "Five"]
        order = order_of_before(*((name, "5.00", "0", 1) for name in names))
        lines = list(order.lines.all())
        self.assertEqual(self.sent(order, lines), items(lines))
        self.assertEqual(self.sent(order, lines[:3]), items(lines[:3]))

    def test_one_title_begins_another(self) -> None:
        order = order_of_before(("Emma", "5.00", "0", 1), (BLURB, "5.00", "0", 1))
        emma, blurb = order.lines.all()
        self.assertEqual(self.sent(order, [blurb]), items([blurb]))
        self.assertEqual(self.sent(order, [emma, blurb]), items([emma, blurb]))

    def test_two_books_of_one_title(self) -> None:
        order = order_of_before(("Emma", "5.00", "0", 1), ("Emma", "7.00", "0", 1))
        self.assertEqual(self.sent(order, list(order.lines.all())), items(order.lines.all()))

    def test_a_long_title_has_its_full_length_again(self) -> None:
        order = order_of_before((LONG_TITLE, "5.00", "0", 1))
        text = f"Sent: 1 × {LONG_TITLE[:79]}…."
        self.assertEqual(self.values_of(order, Fact.SENT, text)["items"], [[1, LONG_TITLE]])

    def test_copies_that_moved_to_a_row_of_their_own_since(self) -> None:
        order = order_of_before(("Emma", "5.00", "0", 3))
        line = order.lines.get()
        OrderLine.objects.filter(pk=line.pk).update(quantity=2)
        line.pk, line.quantity, line.split_from_id = None, 1, line.pk
        line.save(force_insert=True)
        for quantity in (3, 2, 1):
            text = f"Sent: {quantity} × Emma."
            self.assertEqual(self.values_of(order, Fact.SENT, text)["items"], [[quantity, "Emma"]])
