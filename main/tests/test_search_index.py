"""What is searched stays in step with the books, and is looked up in an index."""

from unittest import skipUnless

from django.core.paginator import Paginator
from django.db import connection
from django.test import TestCase

from main.actions.folding import fold_texts
from main.models import Product, search_sqlite
from main.tests.support.needs import ON_POSTGRESQL
from main.tests.support.search_case import BOOKS, SearchTestCase, make_books, names

IS_SQLITE = connection.vendor == "sqlite"


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
        """On PostgreSQL one more looks first whether all books are folded."""
        looks = {"search": 0 if IS_SQLITE else 1, "search_close": 0}
        for how, query in {"search": "filler", "search_close": "fillre"}.items():
            with self.subTest(how), self.assertNumQueries(2 + looks[how]):
                found = getattr(Product.objects, how)(query)
                paginator = Paginator(found.for_listing(), 24)
                self.assertEqual(len(list(paginator.page(1))), 24)
                self.assertEqual(paginator.count, 4000)
