"""The one folding: what is the same, what is not, and the words that are stored and asked for."""

from django.test import SimpleTestCase

from main.models.folding import fold, is_of_a_word, plain, squeeze
from main.models.search_words import chunks_in, stored_title, stored_words


class FoldTests(SimpleTestCase):
    def test_letters_are_those_of_a_plain_keyboard(self) -> None:
        for text, folded in {
            "MÜLLER": "muller", "Zoë": "zoe", "Strauß STRASSE": "strauss strasse",
            "Æsop Œuvre": "aesop oeuvre", "Nesbø Øyvind": "nesbo oyvind", "Łódź": "lodz",
            "Đorđe Þór Guðrún": "dorde thor gudrun", "İstanbul ıssız": "istanbul issiz",
            "Ёлка Йод": "елка иод", "Ἑλλάς ΟΔΟΣ": "ελλασ οδοσ", "أحمد كِتاب": "احمد كتاب",
            "Việt Nguyễn": "viet nguyen", "ﬁnal ＡＢＣ mc²": "final abc mc2", "ƒ Ŋ": "f n",
            "١٩٨٤ １９８４": "1984 1984", "علی كتابة": "علي كتابه", "على کتابه": "علي كتابه",
        }.items():  # fmt: skip
            self.assertEqual(fold(text), folded)

    def test_marks_that_make_another_letter_stay(self) -> None:
        for text in ("ガラス", "नहीं", "ที่นี่", "한국"):
            self.assertEqual(fold(text), text)
        self.assertEqual(fold("ｶﾞ"), "ガ")

    def test_each_letter_folds_to_what_folds_to_itself(self) -> None:
        for code in range(0x3400):
            once = fold(chr(code))
            if fold(once) != once:
                self.fail(f"{code:x}: {once!r}")

    def test_signs_and_spaces_are_no_part_of_a_name(self) -> None:
        for names in (
            ("O’Brien", "O'Brien", "OBrien", "o ʼbrien", "O\u200bBrien"),
            ("J. R. R. Tolkien", "JRR Tolkien", "j.r.r.tolkien"),
            ("Smith-Jones", "Smith‑Jones", "smith jones", "SmithJones"),
        ):
            self.assertEqual(len({squeeze(name) for name in names}), 1, names)

    def test_what_is_typed_plainly_keeps_its_signs(self) -> None:
        self.assertEqual(plain(" 1234‑5678\xad \u200f90\xa012 "), "1234-5678 90 12")


class WordTests(SimpleTestCase):
    def test_words_are_stored_joined_and_in_parts(self) -> None:
        for text, words in {
            "J. R. R. Tolkien": "j r r jrr tolkien",
            "J.-P. Sartre": "j p jp sartre",
            "M*A*S*H": "m a s h mash",
            "20,000 Leagues": "20 000 20000 leagues",
            "O’Brien-Smith": "o brien smith obriensmith obrien",
            "Catch-22": "catch 22 catch22",
            "E=mc²": "e mc2 emc2",
            "1,00,000 Rupees": "1 00 000 100000 rupees",
            "(Un)common 3:10": "un common uncommon 3 10 310",
            "Wall·E, WALL•E": "wall e walle wall e walle",
            "J·K·罗琳": "j k jk 罗琳 琳",
            "ハリー・ポッター": "ハリ リー ー ポッ ッタ ター ー ハリ リー ーポ ポッ ッタ ター ー",
            "ש״י צ׳ארלי": "ש י שי צ ארלי צארלי",
            "Tintin™": "tintin",
            "村上春樹の世界": "村上 上春 春樹 樹の の世 世界 界",
            "iPhone入門": "iphone 入門 門",
            "Plan B: A Novel": "plan b a novel",
        }.items():
            self.assertEqual(stored_words(text), words)

    def test_titles_are_compared_without_article_and_series(self) -> None:
        for name, title in {
            "The Hobbit": "hobbit", "Emma (Penguin Classics)": "emma", "A": "a", "The": "the",
            "Dune（Dune Chronicles）": "dune", "20,000 Leagues": "20000 leagues",
            "M*A*S*H": "mash", "Catch-22": "catch 22", "(x)": "x", "": "",
        }.items():  # fmt: skip
            self.assertEqual(stored_title(name), title)

    def test_a_query_asks_for_each_way_of_writing(self) -> None:
        ways = [chunk.ways for chunk in chunks_in("j.r. catch-22 d'urb hobbit")]
        self.assertEqual(
            ways,
            [[["jr"], ["j", "r"]], [["catch22"], ["catch", "22"]], [["durb"], ["d", "urb"]],
             [["hobbit"]]],
        )  # fmt: skip

    def test_no_word_holds_what_a_query_language_interprets(self) -> None:
        everything = "".join(map(chr, range(1, 0xD800)))
        words = stored_words(" ".join(everything[at : at + 9] for at in range(0, 15_000, 9)))
        self.assertEqual({char for char in words if not is_of_a_word(char)}, {" "})
        self.assertNotIn("  ", words)

    def test_a_word_that_no_index_takes_is_cut(self) -> None:
        self.assertEqual(stored_words("é" + "a" * 5000), "e" + "a" * 99)
