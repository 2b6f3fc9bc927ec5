"""ISBNs in every writing in which they are typed, pasted or listed."""

from django.test import SimpleTestCase

from main.models.isbn import isbn13, isbn_in, without_label

ISBN = "9780261103344"
ALONE = [
    "9780261103344", "978-0-261-10334-4", " 978 0 261 10334 4 ", "ISBN 9780261103344",
    "ISBN: 978-0-261-10334-4", "isbn-13: 9780261103344", "ISBN9780261103344",
    "ISBN 13 978 0 261 10334 4", "EAN 9780261103344", "9780261103344.", "(9780261103344),",
    "“9780261103344”", "0261103342", "ISBN-10: 0-261-10334-2", "978‑0‑261‑10334‑4",
    "978–0–261–10334–4", "978\xad0261\u200b103344", "\u200e9780261103344\u200f",
    "\ufeff9780261103344", "978\xa00261\u202f103344", "９７８０２６１１０３３４４",
    "٩٧٨٠٢٦١١٠٣٣٤٤", "978.0.261.10334.4", "978/0/261/10334/4", "978·0·261·10334·4",
    "9780261103344.0", "9780261103344,00", "0261103342.0",
]  # fmt: skip
AMONG_WORDS = [
    "9780261103344 tolkien", "hobbit (978-0-261-10334-4)", "The Hobbit, ISBN: 0-261-10334-2.",
    "1937 9780261103344 2", "hobbit 978.0.261.10334.4",
]  # fmt: skip


class WritingTests(SimpleTestCase):
    def test_a_number_is_the_same_however_it_is_written(self) -> None:
        for text in ALONE:
            with self.subTest(text):
                self.assertEqual((isbn13(text), isbn_in(text)), (ISBN, ISBN))

    def test_a_search_may_hold_other_words_and_a_form_may_not(self) -> None:
        for text in AMONG_WORDS:
            with self.subTest(text):
                self.assertEqual(isbn_in(text), ISBN)
                with self.assertRaises(ValueError):
                    isbn13(text)

    def test_what_is_no_isbn_is_none_anywhere(self) -> None:
        for text in ("", "isbn", "9780261103345", "026110334", "1984", "20,000", "123456789012"):
            with self.subTest(text):
                self.assertEqual(isbn_in(text), "")
                with self.assertRaises(ValueError):
                    isbn13(text)

    def test_a_refusal_shows_the_number_without_invisible_marks(self) -> None:
        with self.assertRaises(ValueError) as refused:
            isbn13("978\xad0261\u200b103345")
        expected = "“9780261103345” is not an ISBN: its check digit does not fit"
        self.assertEqual(str(refused.exception), expected)

    def test_what_a_spreadsheet_made_of_a_number_is_said(self) -> None:
        shortened = "a spreadsheet has shortened it; "
        for text, reason in {
            "9.78014E+12": shortened, "9,78E+12": shortened, "9.78014143958700E+12": shortened,
            "261103342": "a spreadsheet has cut the zero in front",
            "261103343": "it must have ten or thirteen digits",
        }.items():  # fmt: skip
            with self.subTest(text), self.assertRaises(ValueError) as refused:
                isbn13(text)
            self.assertIn(f"“{text}” is not an ISBN: {reason}", str(refused.exception))

    def test_an_old_number_of_a_score_is_its_new_one(self) -> None:
        for text in ("M-060-11561-5", "ISMN M060115615", "979-0-060-11561-5", "ISMN: M 060115615."):
            with self.subTest(text):
                self.assertEqual((isbn13(text), isbn_in(text)), ("9790060115615",) * 2)
        with self.assertRaises(ValueError):
            isbn13("M-060-11561-4")
        self.assertEqual(without_label("M4 motorway"), "M4 motorway")
