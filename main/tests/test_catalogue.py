"""Finding books: home, lists, a book's page, and what machines read."""

import json
import re
from decimal import Decimal
from unittest import mock

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import OperationalError
from django.test import TestCase, tag

from main import reports
from main.models import Product, ProductTag
from main.tests.support.factories import (
    OrderFactory,
    OrderLineFactory,
    ProductFactory,
    ProductTagFactory,
)


def names(response) -> list[str]:
    return [product.name for product in response.context["page_obj"]]


@tag("door")
class ListTests(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        cls.novels = ProductTagFactory(name="Novels", slug="novels")
        hidden = ProductTagFactory(slug="hidden", active=False)
        make = ProductFactory
        make(name="Anna", price=Decimal("5.00"), stock=0, language="rus", tags=[cls.novels])
        make(name="Bleak House", price=Decimal("9.00"), language="eng", tags=[cls.novels])
        make(name="Candide", price=Decimal("7.00"), language="fre", tags=[hidden])
        make(name="Dracula", active=False, tags=[cls.novels])

    def test_all_active_books_by_title(self) -> None:
        self.assertEqual(
            names(self.client.get("/products/all/")), ["Anna", "Bleak House", "Candide"]
        )

    def test_a_subjects_books(self) -> None:
        response = self.client.get("/products/novels/")
        self.assertEqual(names(response), ["Anna", "Bleak House"])
        self.assertEqual(response.context["tag"], self.novels)

    def test_unknown_and_inactive_subjects_are_not_found(self) -> None:
        for slug in ("nothing", "hidden"):
            self.assertEqual(self.client.get(f"/products/{slug}/").status_code, 404)

    def test_filters_and_sorts(self) -> None:
        cases = {
            "in_stock=on": ["Bleak House", "Candide"],
            "min_price=6&max_price=8": ["Candide"],
            "language=rus": ["Anna"],
            "sort=price": ["Anna", "Candide", "Bleak House"],
            "sort=-price": ["Bleak House", "Candide", "Anna"],
            "sort=newest": ["Candide", "Bleak House", "Anna"],
            "sort=title&min_price=&language=": ["Anna", "Bleak House", "Candide"],
        }
        for query, expected in cases.items():
            with self.subTest(query=query):
                response = self.client.get(f"/products/all/?{query}")
                self.assertEqual((response.status_code, names(response)), (200, expected))

    def test_a_wrong_filter_is_named_and_the_rest_applied(self) -> None:
        response = self.client.get("/products/all/?min_price=cheap&language=rus")
        self.assertEqual((response.status_code, names(response)), (400, ["Anna"]))
        self.assertContains(response, "Enter a number", status_code=400)

    def test_prices_the_wrong_way_round_are_named(self) -> None:
        response = self.client.get("/products/all/?min_price=9&max_price=5")
        self.assertContains(response, "lower than “Price from”", status_code=400)

    def test_pages(self) -> None:
        ProductFactory.create_batch(24)
        self.assertEqual(len(names(self.client.get("/products/all/"))), 24)
        response = self.client.get("/products/all/?sort=price&page=2")
        self.assertEqual(len(names(response)), 3)
        links = response.context["page_links"]
        self.assertEqual(links[0]["url"], "/products/all/?sort=price&page=1")
        self.assertTrue(links[1]["current"])

    def test_a_later_page_is_canonical_itself(self) -> None:
        ProductFactory.create_batch(24)
        for query, canonical in {
            "?sort=price": "",
            "?page=1": "",
            "?page=2&x=1": "?page=2",
        }.items():
            with self.subTest(query=query):
                response = self.client.get(f"/products/all/{query}")
                url = f"{settings.SITE_URL}/products/all/{canonical}"
                self.assertContains(response, f'<link rel="canonical" href="{url}">')

    def test_pages_that_are_none_are_not_found(self) -> None:
        for page in ("2", "0", "-1", "x", "9" * 30):
            with self.subTest(page=page):
                self.assertEqual(self.client.get(f"/products/all/?page={page}").status_code, 404)

    def test_an_empty_shop_is_a_page(self) -> None:
        Product.objects.all().delete()
        for path in ("/", "/products/all/", "/search/?q=x"):
            self.assertEqual(self.client.get(path).status_code, 200)


@tag("door")
class ProductPageTests(TestCase):
    def page(self, **fields):
        self.book = ProductFactory(**fields)
        return self.client.get(self.book.get_absolute_url())

    def test_facts_are_shown(self) -> None:
        response = self.page(name="Emma", authors="Jane Austen", year=1815, price=Decimal("8.49"))
        for text in ("Emma", "Jane Austen", "1815", "£8.49", self.book.isbn):
            self.assertContains(response, text)

    def test_inactive_is_not_found(self) -> None:
        self.assertEqual(self.page(active=False).status_code, 404)

    def test_related_books_by_the_same_hand_come_first(self) -> None:
        tag = ProductTagFactory()
        same_shelf = ProductFactory(authors="Another", tags=[tag])
        same_hand = ProductFactory(authors="Jane Austen")
        ProductFactory(authors="Stranger")
        ProductFactory(authors="Jane Austen", active=False)
        response = self.page(authors="Jane Austen", tags=[tag])
        self.assertEqual(list(response.context["related"]), [same_hand, same_shelf])

    def test_a_book_without_authors_is_related_to_no_others_without(self) -> None:
        ProductFactory(authors="", isbn=None)
        self.assertEqual(list(self.page(authors="").context["related"]), [])

    def test_structured_data_is_a_book_with_an_offer(self) -> None:
        response = self.page(name="</script><x-y>", price=Decimal("8.00"), stock=0, language="eng")
        found = re.search(rb'<script type="application/ld\+json">(.*?)</script>', response.content)
        facts = json.loads(found[1])
        self.assertEqual(facts["@type"], ["Product", "Book"])
        self.assertEqual((facts["name"], facts["inLanguage"]), ("</script><x-y>", "en"))
        self.assertEqual(facts["offers"]["price"], "8.00")
        self.assertEqual(facts["offers"]["availability"], "https://schema.org/OutOfStock")
        self.assertNotIn(b"<x-y>", response.content)

    def test_canonical_address_has_no_query(self) -> None:
        self.page()
        url = self.book.get_absolute_url()
        response = self.client.get(f"{url}?utm_source=x")
        self.assertContains(response, f'<link rel="canonical" href="{settings.SITE_URL}{url}">')

    def test_slugs_are_unique_and_never_empty(self) -> None:
        books = [
            ProductFactory(name="Poems", authors="A", isbn=None),
            ProductFactory(name="Poems", authors="B", isbn=None),
            ProductFactory(name="源氏物語"),
            ProductFactory(name="x" * 255),
        ]
        self.assertEqual(len({book.slug for book in books}), 4)
        for book in books:
            self.assertRegex(book.slug, r"^[a-z0-9][a-z0-9-]+$")


class ProductRuleTests(TestCase):
    def test_two_books_without_isbn_differ_in_name_or_authors(self) -> None:
        ProductFactory(name="Poems", authors="Anon", isbn=None)
        twin = ProductFactory.build(name="Poems", authors="Anon", isbn=None)
        with self.assertRaisesMessage(ValidationError, "such a book without an ISBN already"):
            twin.full_clean()

    def test_the_longest_texts_can_be_stored(self) -> None:
        book = ProductFactory(name="愛" * 255, authors="恋" * 1000, isbn=None)
        self.assertEqual(Product.objects.get(pk=book.pk).name, "愛" * 255)

    def test_an_isbn_is_checked(self) -> None:
        for isbn in ("9780141439519", "0141439513", "97801414395x8", "978-0141439518"):
            with self.subTest(isbn=isbn), self.assertRaises(ValidationError):
                ProductFactory.build(isbn=isbn).full_clean()


@tag("door")
class HomeTests(TestCase):
    def setUp(self) -> None:
        cache.clear()

    def test_best_sellers_are_counted_and_filled_up(self) -> None:
        first, second, unsold = ProductFactory.create_batch(3)
        cancelled = OrderFactory(status=40)
        OrderLineFactory(product=second, quantity=2)
        OrderLineFactory(product=first, quantity=5)
        OrderLineFactory(order=cancelled, product=unsold, quantity=50)
        self.assertEqual(reports.best_sellers(limit=6), [first, second, unsold])

    def test_what_is_new_and_the_subjects_are_shown(self) -> None:
        tag = ProductTagFactory(name="Sea stories")
        old, new = ProductFactory.create_batch(2)
        response = self.client.get("/")
        self.assertEqual(list(response.context["new_products"]), [new, old])
        self.assertContains(response, tag.get_absolute_url())


class MachineTests(TestCase):
    def test_sitemap_names_active_books_and_subjects(self) -> None:
        tag = ProductTagFactory()
        book, hidden = ProductFactory(), ProductFactory(active=False)
        index = self.client.get("/sitemap.xml").content.decode()
        parts = re.findall(rf"<loc>{settings.SITE_URL}(.*?)</loc>", index)
        self.assertEqual(len(parts), 3)
        text = "".join(self.client.get(part).content.decode() for part in parts)
        self.assertIn(book.get_absolute_url(), text)
        self.assertIn(tag.get_absolute_url(), text)
        self.assertIn("/products/all/", text)
        self.assertNotIn(hidden.get_absolute_url(), text)

    def test_robots_names_the_sitemap(self) -> None:
        response = self.client.get("/robots.txt")
        self.assertContains(response, f"Sitemap: {settings.SITE_URL}/sitemap.xml")
        self.assertContains(response, "Disallow: /orders/")

    def test_health_tells_alive_and_ready_apart(self) -> None:
        facts = self.client.get("/healthz/").json()
        self.assertEqual((facts["alive"], facts["ready"], facts["database"]), (True, True, True))

    def test_alive_asks_no_database(self) -> None:
        with self.assertNumQueries(0):
            self.assertEqual(self.client.get("/healthz/alive/").json(), {"alive": True})

    def test_a_database_that_does_not_answer_is_told(self) -> None:
        with mock.patch("main.gateways.readiness.connection") as connection:
            connection.cursor.side_effect = OperationalError
            response = self.client.get("/healthz/")
        self.assertEqual(response.status_code, 503)
        self.assertEqual(
            {name: response.json()[name] for name in ("alive", "ready", "database")},
            {"alive": True, "ready": False, "database": False},
        )

    def test_tag_natural_key(self) -> None:
        tag = ProductTagFactory()
        self.assertEqual(ProductTag.objects.get_by_natural_key(*tag.natural_key()), tag)
