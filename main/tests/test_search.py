"""Searching for books, on whichever database the tests run on: what is found, in which order, how.

The fixture's books have descriptions with words of other books' titles on purpose.
"""

from unittest import skipUnless

from django.core.paginator import Paginator
from django.db import connection
from django.db.models import QuerySet
from django.test import TestCase

from main.actions.folding import fold_texts
from main.models import Product, ProductTag, search_sqlite
from main.models.products import make_slug
from main.tests.support.needs import ON_POSTGRESQL

IS_SQLITE = connection.vendor == "sqlite"
BOOKS = [
    # name, authors, description
    ("The Hobbit", "J. R. R. Tolkien", "There and back again."),
    ("The Hobbit: A Graphic Novel (Middle-Earth Comics, #1)", "J. R. R. Tolkien", "Drawn."),
    ("Letters of Tolkien", "Humphrey Carpenter", ""),
    ("A Reader's Guide", "Robert Foster", "To the hobbit and to Tolkien."),
    ("Emma", "Jane Austen", "A matchmaker."),
    ("Emma's Secret", "Barbara Bradford", ""),
    ("Pride and Prejudice", "Jane Austen", "Mr Darcy is rude at a dance."),
    ("Pride and Prejudice and Zombies", "Seth Grahame-Smith, Jane Austen", "Dogs, too."),
    ("Jane Eyre", "Charlotte Brontë", "A governess."),
    ("The Life of Charlotte Bronte", "Elizabeth Gaskell", ""),
    ("Crime and Punishment", "Fyodor Dostoevsky", "A student with an axe."),
    ("Demons", "Fyodor Dostoevsky", ""),
    ("Harry Potter and the Philosopher's Stone (Harry Potter, #1)", "J. K. Rowling", ""),
    ("Hamlet", "William Shakespeare", ""),
    ("The Lord of the Rings", "J. R. R. Tolkien", ""),
    ("Tess of the d’Urbervilles", "Thomas Hardy", ""),
    ("L'Étranger", "Albert Camus", ""),
    ("It", "Stephen King", ""),
    ("Dune Road", "Jane Green", ""),
    ("Dune (Dune Chronicles, #1)", "Frank Herbert", ""),
    ("The Call of the Wild", "Jack London", "A dog goes back."),
    ("Война и мир", "Лев Толстой", ""),
    ("الفيل الأزرق", "أحمد مراد", ""),
]
ISBN = "9780141439587"  # of Emma


def make_books(books) -> None:
    Product.objects.bulk_create(
        Product(
            name=name,
            authors=authors,
            description=description,
            isbn=ISBN if name == "Emma" else None,
            slug=make_slug(name=name, authors=authors, isbn=None),
            price=9,
        )
        for name, authors, description in books
    )


def names(products: QuerySet) -> list[str]:
    return [product.name for product in products]


WRITTEN = [
    ("20,000 Leagues under the Sea", "Jules Verne", "A whale?"),
    ("MASH", "Richard Hooker", ""),
    ("The E-Mail", "JRR Smith", ""),
    ("Tintin™ au Tibet", "Hergé", ""),
    ("E=mc²", "David Bodanis", ""),
    ("Snømannen", "Jo Nesbø", ""),
    ("Die Straße", "Äsop Müller", ""),
    ("Æsop’s Fables", "Æsop", ""),
    ("Przygody", "Stanisław Łempicki", ""),
    ("Ёлка", "Чехов", ""),
    ("村上春樹の世界", "加藤典洋", ""),
    ("รวมนิยายไทย", "ก. สุรางคนางค์", ""),
    ("O’Brien’s Book", "Séan O’Brien", ""),
]


class SearchTestCase(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        make_books(BOOKS)

    def assert_finds(self, query: str, *expected: str) -> None:
        with self.subTest(query=query):
            found = Product.objects.active().search(query)
            self.assertEqual(names(found), list(expected))
            self.assertEqual(found.count(), len(expected))


class FindTests(SearchTestCase):
    def test_every_word_must_be_there_and_the_last_may_be_unfinished(self):
        self.assert_finds("crime punishment", "Crime and Punishment")
        self.assert_finds("punishment crime", "Crime and Punishment")
        self.assert_finds("crime pun", "Crime and Punishment")
        self.assert_finds("crime dostoevsky", "Crime and Punishment")
        self.assert_finds("cri punishment")
        self.assert_finds("crime prejudice")

    def test_diacritics_and_case_are_folded_both_ways(self):
        both = ("The Life of Charlotte Bronte", "Jane Eyre")
        for query in ("bronte", "Brontë", "BRONTE", "bronte\u0308"):
            self.assert_finds(query, *both)
        self.assert_finds("étranger", "L'Étranger")
        self.assert_finds("etranger", "L'Étranger")

    def test_apostrophes_may_be_written_left_out_or_split(self):
        for query in ("tess of the d'urbervilles", "d’Urbervilles", "durbervilles", "urbervilles"):
            self.assert_finds(query, "Tess of the d’Urbervilles")
        self.assert_finds("l'etranger", "L'Étranger")
        for query in ("philosopher's stone", "philosophers stone"):
            self.assert_finds(query, "Harry Potter and the Philosopher's Stone (Harry Potter, #1)")

    def test_singular_and_plural_find_each_other(self):
        both = ("Pride and Prejudice and Zombies", "The Call of the Wild")
        for query in ("dog", "dogs"):
            self.assertCountEqual(names(Product.objects.search(query)), both)

    def test_other_scripts_are_found(self):
        self.assert_finds("война", "Война и мир")
        self.assert_finds("ТОЛСТОЙ", "Война и мир")
        self.assert_finds("الأزرق", "الفيل الأزرق")

    def test_little_words_are_asked_for_only_where_there_are_no_others(self):
        self.assert_finds("it", "It")
        self.assert_finds("a crime with the punishment", "Crime and Punishment")

    def test_an_isbn_finds_its_book_however_it_is_written(self):
        for query in (ISBN, "978-0-14-143958-7", " 978 0141439587 ", "0-14-143958-0"):
            self.assert_finds(query, "Emma")
        self.assert_finds("9780141439518")

    def test_an_isbn_is_found_with_a_label_among_words_and_with_invisible_marks(self):
        for query in (f"ISBN: {ISBN}", f"emma {ISBN}.", "\u200e978\xad0141\u200b439587"):
            self.assert_finds(query, "Emma")
        self.assertEqual(names(Product.objects.search_close(f"emm {ISBN}")), [])

    def test_what_is_not_for_sale_is_not_found(self):
        Product.objects.filter(name="Hamlet").update(active=False)
        self.assert_finds("hamlet")

    def test_no_text_does_harm(self):
        nothing = ["", " ", "-", "...", '"', "()", "*", "\0", "😀", "%", "'", "\\", "\ud800", "ʼ"]
        syntax = [
            '"hobbit', "hobbit*", "hobbit AND", "NOT hobbit", "NEAR(hobbit tolkien)", "name:hobbit",
            "hobbit:*A", "hobbit & !", "hobbit <-> x", "h%bb_t", "'); DROP TABLE main_product; --",
            "{name} : hobbit", "^hobbit", "+hobbit", "½", "ŉ", "\u0301", "हिन्दी", "a" * 10_000,
            "hobbit " * 10_000, "' OR ''='", "\0hobbit\0", "１９８４", "$$", "E'\\x'", ":", "|",
        ]  # fmt: skip
        for query in nothing:
            self.assert_finds(query)
            self.assertEqual(names(Product.objects.search_close(query)), [])
        for query in syntax:
            with self.subTest(query=query[:40]):
                list(Product.objects.search(query))
                list(Product.objects.search_close(query))
        self.assertEqual(Product.objects.search('"hobbit* ^(').count(), 4 - 1)


class WritingTests(TestCase):
    """A book is found however it and the query are written, on both databases alike."""

    @classmethod
    def setUpTestData(cls) -> None:
        make_books([*BOOKS, *WRITTEN])

    def assert_first(self, expected: str, *queries: str) -> None:
        for query in queries:
            with self.subTest(query):
                self.assertEqual(names(Product.objects.search(query))[:1], [expected])

    def test_initials_with_dots_spaces_or_none(self):
        tolkiens = {name for name, authors, _ in BOOKS if authors == "J. R. R. Tolkien"}
        for query in (
            "jrr tolkien",
            "J.R.R. Tolkien",
            "j r r tolkien",
            "J. Tolkien",
            "tolkien jrr",
        ):
            with self.subTest(query):
                self.assertEqual({*names(Product.objects.search(query))}, tolkiens)
        self.assert_first(
            "The E-Mail", "J. R. R. Smith", "j.r.r. smith", "j r r smith", "jrr smith"
        )

    def test_hyphens_stars_and_grouped_numbers(self):
        self.assert_first("The E-Mail", "email", "e-mail", "e mail", "e‑mail", "The E-Mail")
        self.assert_first("MASH", "mash", "M*A*S*H", "m.a.s.h.")
        twenty = ("20,000 leagues", "20000 leagues", "20.000 leagues", "20 000 leagues", "20000")
        self.assert_first("20,000 Leagues under the Sea", *twenty)
        self.assert_first("Pride and Prejudice and Zombies", "grahamesmith", "grahame smith")

    def test_signs_and_small_numbers(self):
        self.assert_first("Tintin™ au Tibet", "Tintin™ au Tibet", "tintin tibet", "tintin")
        self.assert_first("E=mc²", "E=mc²", "e=mc2", "emc2", "mc²")

    def test_letters_that_have_no_parts(self):
        self.assert_first("Snømannen", "nesbo", "Nesbø", "snomannen")
        self.assert_first("Die Straße", "strasse", "STRASSE", "straße", "muller", "die str")
        self.assert_first("Æsop’s Fables", "aesop", "æsop", "aesops fables", "Æsop's fables")
        self.assert_first("Przygody", "stanislaw lempicki", "Łempicki")
        self.assert_first("Ёлка", "елка", "ЁЛКА", "ёлка")
        self.assert_first("O’Brien’s Book", "obrien", "o'brien", "O’Brien", "o brien", "obriens")

    def test_a_part_of_what_has_no_spaces(self):
        self.assert_first(
            "村上春樹の世界", "春樹", "村上春樹の世界", "村上", "世界", "界", "樹の世", "加藤"
        )
        self.assert_first("รวมนิยายไทย", "นิยาย", "ไทย")
        for query in ("上村", "世春", "樹春"):
            self.assertEqual(names(Product.objects.search(query)), [])

    def test_what_is_left_of_a_name_begins_no_other_word(self):
        """ "emma's" is no search for "emma" and something that begins with s."""
        Product.objects.create(name="Emma Seen", price=9)
        found = names(Product.objects.search("emma's s"))
        self.assertCountEqual(found, ["Emma's Secret", "Emma Seen"])
        self.assertEqual(names(Product.objects.search("o'm")), [])

    def test_a_word_typed_wrongly_is_still_found(self):
        for query, name in {"nesbu": "Snømannen", "lempiki": "Przygody"}.items():
            self.assertEqual(names(Product.objects.search(query)), [])
            self.assertIn(name, names(Product.objects.search_close(query)))


class RankTests(SearchTestCase):
    def test_title_before_authors_before_description(self):
        found = names(Product.objects.search("tolkien"))
        self.assertEqual(found[0], "Letters of Tolkien")
        self.assertEqual(
            set(found[1:-1]),
            {
                "The Hobbit",
                "The Hobbit: A Graphic Novel (Middle-Earth Comics, #1)",
                "The Lord of the Rings",
            },
        )
        self.assertEqual(found[-1], "A Reader's Guide")

    def test_the_exact_title_is_first(self):
        self.assert_finds(
            "hobbit",
            "The Hobbit",
            "The Hobbit: A Graphic Novel (Middle-Earth Comics, #1)",
            "A Reader's Guide",
        )
        self.assert_finds("emma", "Emma", "Emma's Secret")
        self.assert_finds("dune", "Dune (Dune Chronicles, #1)", "Dune Road")
        self.assert_finds(
            "pride and prejudice", "Pride and Prejudice", "Pride and Prejudice and Zombies"
        )

    def test_the_order_is_the_same_on_each_page(self):
        make_books([(f"Volume {number}", "Anna Volume", "Volume.") for number in range(50)])
        paginator = Paginator(Product.objects.active().search("volume").for_listing(), 24)
        pages = [names(paginator.page(number)) for number in paginator.page_range]
        self.assertEqual([len(page) for page in pages], [24, 24, 2])
        self.assertEqual(len({name for page in pages for name in page}), 50)

    def test_a_search_can_be_narrowed_further(self):
        tag = ProductTag.objects.create(name="Satire", slug="satire")
        Product.objects.get(name="Pride and Prejudice and Zombies").tags.add(tag)
        found = Product.objects.active().search("austen").tagged(tag).in_stock()
        self.assertEqual(found.count(), 0)
        Product.objects.update(stock=1)
        self.assertEqual(names(found.all()), ["Pride and Prejudice and Zombies"])


class TypoTests(SearchTestCase):
    def test_close_words_are_found_when_nothing_matches(self):
        for query, expected in {
            "tolkein": ["Letters of Tolkien", "The Hobbit", "The Lord of the Rings"],
            "hary poter": ["Harry Potter and the Philosopher's Stone (Harry Potter, #1)"],
            "shakspeare": ["Hamlet"],
            "prid and prejudise": ["Pride and Prejudice", "Pride and Prejudice and Zombies"],
            "dostoyevsky": ["Crime and Punishment", "Demons"],
            "lord of the rigns": ["The Lord of the Rings"],
            "charlote brönte": ["Jane Eyre", "The Life of Charlotte Bronte"],
        }.items():
            with self.subTest(query=query):
                self.assertEqual(Product.objects.search(query).count(), 0)
                close = Product.objects.active().search_close(query)
                self.assertLessEqual(set(expected), set(names(close)))
                self.assertEqual(close.count(), len(close))

    def test_the_closest_is_first(self):
        self.assertEqual(
            names(Product.objects.search_close("prid and prejudise"))[0], "Pride and Prejudice"
        )

    def test_every_word_must_be_close(self):
        self.assertEqual(names(Product.objects.search_close("tolkein xylophone")), [])
        self.assertEqual(names(Product.objects.search_close("xqzvv")), [])

    def test_an_isbn_that_the_shop_has_not_is_not_guessed_at(self):
        self.assertEqual(names(Product.objects.search_close("9780141439518")), [])


class KeptInStepTests(SearchTestCase):
    def test_each_way_of_writing_is_found_at_once(self):
        book = Product.objects.create(name="Vanity Fair", price=9)
        self.assert_finds("vanity", "Vanity Fair")
        book.name = "Barry Lyndon"
        book.save()
        self.assert_finds("vanity")
        self.assert_finds("lyndon", "Barry Lyndon")
        Product.objects.filter(pk=book.pk).update(authors="Thackeray")
        self.assert_finds("thackeray", "Barry Lyndon")
        book.description = "Snobs."
        Product.objects.bulk_update([book], ["description"])
        self.assert_finds("snobs", "Barry Lyndon")
        book.delete()
        self.assert_finds("lyndon")

    def test_a_list_that_changes_many_books_is_folded_with_them(self):
        book = Product.objects.create(name="Vanity Fair", price=9)
        book.name, book.authors = "Ödön", "J. R. Müller"
        named = ["name", "authors"]
        Product.objects.bulk_create(
            [book], update_conflicts=True, unique_fields=["id"], update_fields=named
        )
        self.assert_finds("jr muller", "Ödön")
        book.name = "Łódź"
        Product.objects.bulk_update([book], ["name"])
        self.assert_finds("lodz jr", "Łódź")
        book.authors = "Ø. Å. Berg"
        book.save(update_fields=["authors"])
        self.assert_finds("oa berg", "Łódź")
        self.assertFalse(Product.objects.filter(folded=None).exists())

    @ON_POSTGRESQL
    def test_what_the_release_before_writes_is_found_as_it_did_and_then_by_the_folding(self):
        book = Product.objects.create(name="Vanity Fair", authors="A. Müller", price=9)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE main_product SET authors = 'J. R. Müller' WHERE id = %s", [book.pk]
            )
            cursor.execute("SELECT folded, folded_words FROM main_product WHERE id = %s", [book.pk])
            self.assertEqual(cursor.fetchone(), (None, None))
        self.assert_finds("muller vanity", "Vanity Fair")
        self.assertEqual(names(Product.objects.search_close("mulller")), ["Vanity Fair"])
        self.assert_finds("jr muller")
        self.assertEqual(fold_texts(), 1)
        self.assert_finds("jr muller", "Vanity Fair")
        self.assertEqual(fold_texts(), 0)

    @skipUnless(IS_SQLITE, "PostgreSQL keeps its triggers")
    def test_sqlite_builds_an_index_of_an_earlier_shape_anew(self):
        Product.objects.create(name="Łódź", price=9)
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE main_product_search")
            cursor.execute("CREATE VIRTUAL TABLE main_product_search USING fts5(title)")
        search_sqlite.ensure_index(connection)
        self.assert_finds("lodz", "Łódź")

    @skipUnless(IS_SQLITE, "PostgreSQL keeps its triggers")
    def test_sqlite_gets_back_what_the_remaking_of_a_table_takes(self):
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER main_product_search_insert")
        Product.objects.create(name="Vanity Fair", price=9)
        self.assert_finds("vanity")
        search_sqlite.ensure_index(connection)
        self.assert_finds("vanity", "Vanity Fair")
        Product.objects.create(name="Barry Lyndon", price=9)
        self.assert_finds("lyndon", "Barry Lyndon")
        with self.assertNumQueries(1):
            search_sqlite.ensure_index(connection)


class IndexTests(TestCase):
    """No search reads every product."""

    @classmethod
    def setUpTestData(cls) -> None:
        make_books(BOOKS)
        make_books([(f"Filler {n:05d}", f"Author {n}", "Fills.") for n in range(4000)])
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE main_product")

    @skipUnless(IS_SQLITE, "SQLite's plan")
    def test_sqlite_reads_the_full_text_table_and_looks_up_what_it_found(self):
        for found in (Product.objects.search("tolkien"), Product.objects.search_close("tolkein")):
            for query in (found, found.order_by().values("pk")):
                plan = query.explain()
                self.assertIn("main_product_search VIRTUAL TABLE INDEX", plan)
                self.assertIn("SEARCH main_product USING INTEGER PRIMARY KEY", plan)
                self.assertNotIn("SCAN main_product\n", f"{plan}\n")

    @ON_POSTGRESQL
    def test_postgresql_uses_the_full_text_index(self):
        found = Product.objects.active().search("tolkien hob")
        for query in (found, found.order_by().values("pk")):
            plan = query.explain()
            self.assertIn("Bitmap Index Scan on main_product_folded_words", plan)
            self.assertNotIn("Seq Scan", plan)

    @ON_POSTGRESQL
    def test_postgresql_finds_close_words_by_the_trigram_index(self):
        # What a function does is in no plan, but it is counted.
        with connection.cursor() as cursor:

            def count_scans() -> tuple[int, int]:
                cursor.execute(
                    "SELECT seq_scan, idx_scan FROM pg_stat_xact_user_tables"
                    " WHERE relid = 'main_product'::regclass"
                )
                return cursor.fetchone()

            before = count_scans()
            cursor.execute(
                "SELECT count(*) FROM booktime_resembling(%s, %s)",
                [["tolkein", "hobit"], ["tolkein tolkien", "hobit hobti"]],
            )
            self.assertEqual(cursor.fetchone(), (2,))
            after = count_scans()
        self.assertEqual(after[0], before[0])
        self.assertGreater(after[1], before[1])

    def test_a_search_is_one_query_and_its_count_another(self):
        for found in (Product.objects.search("filler"), Product.objects.search_close("fillre")):
            with self.assertNumQueries(2):
                paginator = Paginator(found.for_listing(), 24)
                self.assertEqual(len(list(paginator.page(1))), 24)
                self.assertEqual(paginator.count, 4000)
