"""How many SQL queries each page takes: few, and no more with many times as many rows."""

from django.core.cache import cache
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext

from main.models import Order, Product, ProductImage, ProductTag
from main.models.products import make_slug
from main.tests.support.factories import (
    BasketFactory,
    BasketLineFactory,
    OrderFactory,
    OrderLineFactory,
    ProductFactory,
    ProductTagFactory,
    UserFactory,
)

FEW = 10
# Each page's limit.
MOST = {
    "/products/all/": 6,
    "/products/novels/": 6,
    "/products/novels/?sort=price&in_stock=on": 6,
    "/search/?q=whale": 6,
    "/search/?q=whael": 7,
    "/basket/": 8,
    "/": 8,
    "/orders/": 7,
}


def add_books(count: int, *, tag: ProductTag) -> None:
    """Books with a picture each, on one shelf."""
    first = Product.objects.count()
    books = (
        Product(
            name=f"The Whale {n}",
            authors="Herman Melville",
            slug=make_slug(name=f"The Whale {n}", authors=str(n), isbn=None),
            isbn=None,
            price=5 + n % 20,
            stock=n % 7,
        )
        for n in range(first, first + count)
    )
    # A hundred thousand at once would take longer than a statement may.
    Product.objects.bulk_create(books, batch_size=5_000)
    ids = list(Product.objects.filter(images=None).values_list("pk", flat=True))
    shelves = Product.tags.through
    shelves.objects.bulk_create(
        [shelves(product_id=pk, producttag=tag) for pk in ids], ignore_conflicts=True
    )
    ProductImage.objects.bulk_create(
        ProductImage(product_id=pk, image=f"product-images/{pk}.png", width=400, height=600)
        for pk in ids
    )


class QueryCountTests(TestCase):
    """As a signed-in customer with five books in the basket: the visitor who costs most."""

    many = 1_000

    @classmethod
    def setUpTestData(cls) -> None:
        cls.user = UserFactory()
        cls.tag = ProductTagFactory(slug="novels")
        add_books(FEW, tag=cls.tag)
        basket = BasketFactory(user=cls.user)
        for book in Product.objects.all()[:5]:
            BasketLineFactory(basket=basket, product=book)
        cls.add_orders(3)

    @classmethod
    def add_orders(cls, count: int) -> None:
        for _ in range(count):
            OrderLineFactory(order=OrderFactory(user=cls.user), product=Product.objects.first())

    def setUp(self) -> None:
        self.client.force_login(self.user)
        self.client.get("/")  # templates are compiled

    def count(self, path: str) -> int:
        cache.clear()
        with CaptureQueriesContext(connection) as queries:
            response = self.client.get(path)
        self.assertEqual(response.status_code, 200)
        shown = Order.objects.newest_first()[0].number if path == "/orders/" else "The Whale "
        self.assertContains(response, shown)
        self.sql = "\n".join(query["sql"] for query in queries)
        return len(queries)

    def test_few_and_the_same_with_many_more_rows(self) -> None:
        book = ProductFactory(name="The Whale by itself", tags=[self.tag])
        most = MOST | {book.get_absolute_url(): 8}
        few = {path: self.count(path) for path in most}
        for path, count in few.items():
            with self.subTest(path=path):
                self.assertLessEqual(count, most[path], self.sql)
        add_books(self.many, tag=self.tag)
        self.add_orders(30)
        many = {path: self.count(path) for path in most}
        self.assertEqual(few, many)
