"""The rows that many_orders.py measures: a shop that has sold for some years, written in bulk.

Django must be set up. Every run generates the same shop.
"""

import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone
from many_orders_billed import bill, count_series
from stdnum import ean

from main.models import ChargeKind, Order, OrderCharge, OrderLine, Product, User, add_up
from main.models.products import make_slug
from main.models.staff_roles import DISPATCH, OFFICE

YEARS = 4
BOOKS = 2000
AT_ONCE = 2000  # orders in a transaction
# The last orders are not all paid or sent: those of four days, but at least a full page.
BEING_SENT, BEING_SENT_AT_LEAST = timedelta(days=4), 120
NAMES = ["Ada", "Amir", "Beth", "Carlos", "Dana", "Emma", "Grace", "Kofi", "Lena", "Olga", "Rosa"]
SURNAMES = [
    "Abbott", "Baker", "Carter", "Dixon", "Ellis", "Fisher", "Graham", "Hughes", "Jones", "Khan",
    "Lowe", "Moore", "Nolan", "Price", "Reid", "Shaw", "Tanaka", "Underhill", "Voss", "Walsh",
]  # fmt: skip
CITIES = [("London", "WC1E 6BT"), ("Bath", "BA1 1AA"), ("Leeds", "LS1 4AP"), ("York", "YO1 7HH")]


def make_shop(count: int) -> None:
    """Fill an empty database with `count` orders and all that belongs to them."""
    chance = random.Random(7)
    books = _books(chance)
    people = _people(max(count // 4, 10))
    # The rows' own dates, not the current time.
    for model, name in ((Order, "created_at"), (Product, "created_at")):
        model._meta.get_field(name).auto_now_add = False
    numbers: dict[str, int] = defaultdict(int)
    for orders in _orders(count, people, chance):
        with transaction.atomic():
            _write(orders, books, numbers, chance)
    count_series(numbers)


def make_staff() -> dict[str, tuple[User, str]]:
    """One of each kind, with their site."""
    owner = User.objects.create_superuser("owner@booktime.example", "not-used")
    clerk = User.objects.create_user("clerk@booktime.example", "not-used", is_staff=True)
    clerk.groups.add(Group.objects.get(name=OFFICE.group))
    sender = User.objects.create_user("dispatch@booktime.example", "not-used", is_staff=True)
    sender.groups.add(Group.objects.get(name=DISPATCH.group))
    return {
        "owner": (owner, "/admin/"),
        "office": (clerk, "/office-admin/"),
        "dispatch": (sender, "/dispatch-admin/"),
    }


def isbn_of(book: int) -> str:
    digits = f"978{book:09d}"
    return digits + ean.calc_check_digit(digits)


def _books(chance: random.Random) -> list[Product]:
    return Product.objects.bulk_create(
        Product(
            name=f"{chance.choice(SURNAMES)}’s Collected Works, volume {n}",
            authors=f"{chance.choice(NAMES)} {chance.choice(SURNAMES)}",
            slug=make_slug(name=f"Collected works {n}", authors=str(n), isbn=None),
            isbn=isbn_of(n),
            description="A book that people have read for a long time. " * 12,
            price=Decimal(chance.randrange(399, 3999)) / 100,
            tax_rate=Decimal("20.00") if n % 9 == 0 else Decimal("0.00"),
            stock=chance.randrange(200) if n % 25 else chance.randrange(5),
        )
        for n in range(BOOKS)
    )


def _people(count: int) -> list[User]:
    return User.objects.bulk_create(
        User(
            email=f"{SURNAMES[n % len(SURNAMES)].lower()}{n}@readers.example",
            first_name=NAMES[n % len(NAMES)],
            last_name=SURNAMES[n % len(SURNAMES)],
            password="!",
        )
        for n in range(count)
    )


def _orders(count: int, people: list[User], chance: random.Random) -> Iterator[list[Order]]:
    """Unsaved orders, day by day, in batches."""
    now = timezone.now()
    step = timedelta(days=365 * YEARS) / count
    for first in range(0, count, AT_ONCE):
        numbers = range(first, min(first + AT_ONCE, count))
        yield [
            _order(
                now - step * (count - n) + step / 2,
                is_open=step * (count - n) < BEING_SENT or count - n <= BEING_SENT_AT_LEAST,
                people=people,
                chance=chance,
            )
            for n in numbers
        ]


def _order(at: datetime, *, is_open: bool, people: list[User], chance: random.Random) -> Order:
    person = chance.choice(people)
    is_guest = chance.random() < 0.2
    city, postcode = chance.choice(CITIES)
    address = {
        "name": f"{chance.choice(NAMES)} {chance.choice(SURNAMES)}",
        "address1": f"{chance.randrange(1, 200)} {chance.choice(SURNAMES)} Street",
        "city": city,
        "zip_code": postcode,
        "country": "GB",
    }
    return Order(
        user=None if is_guest else person,
        email=f"guest{chance.randrange(10**9)}@guests.example" if is_guest else person.email,
        status=_status(is_open, chance),
        currency="GBP",
        created_at=at,
        **{f"billing_{name}": text for name, text in address.items()},
        **{f"shipping_{name}": text for name, text in address.items()},
    )


def _status(is_open: bool, chance: random.Random) -> Order.Status:
    drawn = chance.random()
    if is_open:
        return Order.Status.NEW if drawn < 0.3 else Order.Status.PAID
    if drawn < 0.05:
        return Order.Status.NEW if drawn < 0.01 else Order.Status.CANCELLED
    return Order.Status.DONE


def _write(orders: list[Order], books: list[Product], numbers: dict, chance) -> None:
    lines = {order.pk: _lines(order, books, chance) for order in orders}
    charges = {order.pk: _charges(order, chance) for order in orders}
    for order in orders:
        sums = add_up([*lines[order.pk], *charges[order.pk]])
        order.total, order.total_vat = sums.gross, sums.vat
    Order.objects.bulk_create(orders)
    OrderLine.objects.bulk_create(line for order in orders for line in lines[order.pk])
    OrderCharge.objects.bulk_create(each for order in orders for each in charges[order.pk])
    bill(orders, lines, charges, numbers=numbers, chance=chance)


def _lines(order: Order, books: list[Product], chance: random.Random) -> list[OrderLine]:
    """Some books sell far better than others."""
    places = {int(len(books) * chance.random() ** 3) for _ in range(chance.choice([1, 2, 2, 3, 5]))}
    status = {Order.Status.DONE: OrderLine.Status.SENT, Order.Status.CANCELLED: 40}
    return [
        OrderLine(
            order=order,
            product=book,
            name=book.name,
            unit_price=book.price,
            tax_rate=book.tax_rate,
            quantity=chance.choice([1, 1, 1, 2]),
            status=status.get(order.status, OrderLine.Status.NEW),
        )
        for book in (books[place] for place in places)
    ]


def _charges(order: Order, chance: random.Random) -> list[OrderCharge]:
    """One parcel in three goes by courier, at a charge."""
    if chance.random() > 0.3:
        return []
    is_cancelled = order.status == Order.Status.CANCELLED
    return [
        OrderCharge(
            order=order,
            kind=ChargeKind.DELIVERY,
            code="courier",
            name="Delivery by courier",
            unit_price=Decimal("4.95"),
            tax_rate=Decimal("20.00"),
            quantity=1,
            status=40 if is_cancelled else 10,
        )
    ]
