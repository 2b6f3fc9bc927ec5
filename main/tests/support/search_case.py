"""The books that the tests of the search look for, and how they look.

Their descriptions have words of other books' titles on purpose.
"""

from django.db.models import QuerySet
from django.test import TestCase

from main.models import Product
from main.models.products import make_slug

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


class SearchTestCase(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        make_books(BOOKS)

    def assert_finds(self, query: str, *expected: str) -> None:
        with self.subTest(query=query):
            found = Product.objects.active().search(query)
            self.assertEqual(names(found), list(expected))
            self.assertEqual(found.count(), len(expected))
