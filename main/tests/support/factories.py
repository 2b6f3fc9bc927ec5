"""A small cast for the tests: customers, books, addresses, baskets and orders."""

from decimal import Decimal
from functools import cache
from importlib import import_module

import factory
from allauth.account.models import EmailAddress
from django.apps import apps
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from factory.django import DjangoModelFactory
from stdnum import ean

from main import models
from main.models.staff_roles import DISPATCH, OFFICE

PASSWORD = "seven-quiet-lamps"
BOOKS = [
    # name, authors, year, language
    ("Pride and Prejudice", "Jane Austen", 1813, "eng"),
    ("Moby-Dick; or, The Whale", "Herman Melville", 1851, "eng"),
    ("Jane Eyre", "Charlotte Brontë", 1847, "eng"),
    ("Les Misérables", "Victor Hugo", 1862, "fre"),
    ("Die Verwandlung", "Franz Kafka", 1915, "ger"),
    ("The Odyssey", "Homer", -700, "grc"),
    ("Middlemarch", "George Eliot", 1871, "eng"),
    ("Frankenstein; or, The Modern Prometheus", "Mary Shelley", 1818, "eng"),
    ("Война и мир", "Лев Толстой", 1869, "rus"),
    ("The Time Machine", "H. G. Wells", 1895, "eng"),
]
LONDON = {
    "name": "Ada Reader",
    "address1": "12 Gower Street",
    "address2": "",
    "city": "London",
    "zip_code": "WC1E 6BT",
    "country": "GB",
}


def _hashed(password: str) -> str:
    return _hashed_by(settings.PASSWORD_HASHERS[0], password)


@cache
def _hashed_by(hasher: str, password: str) -> str:
    """Hashing is slow by design; the cast shares one password, and a test may have its hasher."""
    return make_password(password)


def _group(name: str) -> Group:
    """As the migrations made it; a test that emptied the database has it made again."""
    if not Group.objects.filter(name=name).exists():
        import_module("main.migrations.0004_staff_groups").write_groups(apps)
        staff = import_module("main.migrations.0007_customer_service_staff")
        staff.add_permissions(apps)
    return Group.objects.get(name=name)


def _book(n: int) -> tuple[str, str, int, str]:
    name, *others = BOOKS[n % len(BOOKS)]
    volume = n // len(BOOKS)
    return (f"{name}, volume {volume + 1}" if volume else name, *others)


def _isbn(n: int) -> str:
    digits = f"978{n + 1:09d}"
    return digits + ean.calc_check_digit(digits)


class UserFactory(DjangoModelFactory):
    """A customer who can sign in with PASSWORD; `verified=False` for one who cannot yet."""

    class Meta:
        model = models.User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"reader{n}@booktime.example")
    first_name = "Ada"
    last_name = "Reader"
    password = factory.LazyFunction(lambda: _hashed(PASSWORD))

    @factory.post_generation
    def verified(self, create: bool, extracted: bool | None, **_) -> None:
        if create:
            EmailAddress.objects.create(
                user=self, email=self.email, primary=True, verified=extracted is not False
            )


class StaffFactory(UserFactory):
    email = factory.Sequence(lambda n: f"staff{n}@booktime.example")
    is_staff = True


class EmployeeFactory(StaffFactory):
    """One of the central office."""

    email = factory.Sequence(lambda n: f"office{n}@booktime.example")

    @factory.post_generation
    def group(self, create: bool, extracted, **_) -> None:
        if create:
            self.groups.add(_group(OFFICE.group))


class DispatcherFactory(StaffFactory):
    email = factory.Sequence(lambda n: f"dispatch{n}@booktime.example")

    @factory.post_generation
    def group(self, create: bool, extracted, **_) -> None:
        if create:
            self.groups.add(_group(DISPATCH.group))


class OwnerFactory(StaffFactory):
    email = factory.Sequence(lambda n: f"owner{n}@booktime.example")
    is_superuser = True


class ProductTagFactory(DjangoModelFactory):
    class Meta:
        model = models.ProductTag

    name = factory.Sequence(lambda n: f"Shelf {n}")
    slug = factory.Sequence(lambda n: f"shelf-{n}")


class ProductFactory(DjangoModelFactory):
    """A book with an ISBN, in stock; `tags=[...]` shelves it."""

    class Meta:
        model = models.Product
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: _book(n)[0])
    authors = factory.Sequence(lambda n: _book(n)[1])
    year = factory.Sequence(lambda n: _book(n)[2])
    language = factory.Sequence(lambda n: _book(n)[3])
    isbn = factory.Sequence(_isbn)
    description = "A book that people have read for a long time."
    price = Decimal("8.49")
    tax_rate = Decimal("0.00")
    stock = 10

    @factory.post_generation
    def tags(self, create: bool, extracted, **_) -> None:
        if create and extracted:
            self.tags.set(extracted)


class ProductImageFactory(DjangoModelFactory):
    """A small picture; its files go to MEDIA_ROOT, which a test sets to a temporary folder."""

    class Meta:
        model = models.ProductImage

    product = factory.SubFactory(ProductFactory)
    image = factory.django.ImageField(width=400, height=600, color="navy", format="PNG")
    alt = factory.LazyAttribute(lambda image: f"Cover of {image.product.name}")
    position = factory.Sequence(int)


class AddressFactory(DjangoModelFactory):
    class Meta:
        model = models.Address

    user = factory.SubFactory(UserFactory)
    name = LONDON["name"]
    address1 = LONDON["address1"]
    address2 = LONDON["address2"]
    city = LONDON["city"]
    zip_code = LONDON["zip_code"]
    country = LONDON["country"]


class BasketFactory(DjangoModelFactory):
    """An open basket of a user; `guest=True` for one of a guest with a key of their own."""

    class Meta:
        model = models.Basket

    class Params:
        guest = factory.Trait(user=None, guest_key=factory.Sequence(lambda n: f"guest-key-{n}"))

    user = factory.SubFactory(UserFactory)


class BasketLineFactory(DjangoModelFactory):
    class Meta:
        model = models.BasketLine

    basket = factory.SubFactory(BasketFactory)
    product = factory.SubFactory(ProductFactory)
    quantity = 1
    price_seen = factory.SelfAttribute("product.price")


class OrderFactory(DjangoModelFactory):
    """A NEW order of a user, without lines; `guest=True` for one by e-mail only."""

    class Meta:
        model = models.Order

    class Params:
        guest = factory.Trait(
            user=None, email=factory.Sequence(lambda n: f"guest{n}@booktime.example")
        )

    user = factory.SubFactory(UserFactory)
    email = factory.SelfAttribute("user.email")
    currency = settings.CURRENCY
    total = Decimal("8.49")
    total_vat = Decimal("0.00")

    @classmethod
    def _adjust_kwargs(cls, **fields):
        frozen = {
            f"{kind}_{name}": value
            for kind in ("billing", "shipping")
            for name, value in LONDON.items()
        }
        return frozen | fields


class OrderLineFactory(DjangoModelFactory):
    """What was agreed is copied from the product, as the shop does."""

    class Meta:
        model = models.OrderLine

    order = factory.SubFactory(OrderFactory)
    product = factory.SubFactory(ProductFactory)
    name = factory.SelfAttribute("product.name")
    unit_price = factory.SelfAttribute("product.price")
    tax_rate = factory.SelfAttribute("product.tax_rate")
    quantity = 1


class OrderChargeFactory(DjangoModelFactory):
    """Delivery for £3.00, 20% VAT in it."""

    class Meta:
        model = models.OrderCharge

    order = factory.SubFactory(OrderFactory)
    kind = models.ChargeKind.DELIVERY
    code = "post"
    name = "Delivery by post"
    unit_price = Decimal("3.00")
    tax_rate = Decimal("20.00")
    quantity = 1
