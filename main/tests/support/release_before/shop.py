"""Makes the shop: as many orders as its argument says, in every state that there is.

Runs with release 0.1.0's own code, in a folder that holds it. The same orders each time but for
their numbers, at days that are given.
"""

import os
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import cycle
from unittest import mock
from uuid import uuid4

import django

sys.path.insert(0, os.getcwd())  # noqa: PTH109
os.environ["DJANGO_SETTINGS_MODULE"] = "booktime.settings"
django.setup()

from django.core.management import call_command  # noqa: E402
from django.test.utils import override_settings  # noqa: E402
from django.utils import timezone  # noqa: E402

from main.actions.basket import add_to_basket  # noqa: E402
from main.actions.checkout import place_order  # noqa: E402
from main.actions.conversations import post_message  # noqa: E402
from main.actions.order_lines import move_order_lines  # noqa: E402
from main.actions.orders import (  # noqa: E402
    cancel_order,
    correct_billing_address,
    mark_order_paid,
    revoke_payment,
)
from main.models import (  # noqa: E402
    Basket,
    BasketOwner,
    Order,
    OrderLine,
    Participant,
    PostalAddress,
    Product,
    Role,
    User,
)
from main.models.participants import staff  # noqa: E402

BEGINNING = datetime(2026, 10, 1, 8, 30, tzinfo=UTC)
NEW, PROCESSING, SENT, CANCELLED = OrderLine.Status
LONG = "The life and strange surprizing adventures of Robinson Crusoe, of York, mariner: who "
LONG += "lived eight and twenty years, all alone in an un-inhabited island"
# (title, price, VAT rate): what may be in a title, and sums that are rounded.
BOOKS = [
    ("Emma", "8.49", "0"),
    ("A calendar, 1 × a year", "9.99", "20"),
    ("Seven, and 3 more", "0.07", "20"),
    ("A map <of> “London” & Paris", "4.99", "5"),
    (LONG, "1018.98", "0"),
    ("吾輩は猫である", "6.25", "0"),
]
PEOPLE = [
    ("Ada", "Reader", "12 Quire Street", "Bath", "BA1 1AA", "GB"),
    ("Jürgen", "Groß", "Lange Gasse 3", "Köln", "50667", "DE"),
    ("Siobhán", "O’Neill", "Flat 2", "Leeds", "LS1 4AP", "GB"),
]
# What becomes of an order; `pay` and the like are the functions below.
STORIES = [
    "",
    "pay",
    "pay pack",
    "pay send_first",
    "pay pack send",
    "cancel",
    "pay cancel",
    "drop_last pay send",
    "pay drop_last send",
    "pay send drop_first",
    "pay send drop_first drop_last",
    "pay send drop",
    "pay revoke",
    "pay revoke pay send",
    "pay revoke cancel",
    "pay drop_last revoke",
    "pay drop_last revoke pay send",
    "correct pay",
    "pay correct",
    "pay drop_last correct send drop_first",
]
clock = BEGINNING


def main(count: int) -> None:
    call_command("migrate", verbosity=0)
    if count >= len(STORIES) * 10:
        with override_settings(DEBUG=True):  # it loads in development only
            call_command("load_demo", verbosity=0)
    office, people, books = make_staff(), make_people(), make_books()
    with mock.patch.object(timezone, "now", lambda: clock):
        for number, story in zip(range(count), cycle(STORIES), strict=False):
            wait(1)
            # A story comes with and without an account, with and without talk.
            turn = number // len(STORIES)
            person = people[turn % len(people)]
            some = list(chosen(number, books, at_least=2 if "drop" in story else 1))
            order = place(number, PEOPLE[turn % len(PEOPLE)], turn % 2 and person, some)
            if turn % 3 == 0:
                talk(order, office)
            for step in story.split():
                wait(7)
                STEPS[step](order)
    sys.stdout.write((clock + timedelta(days=3)).isoformat())


def wait(hours: int) -> None:
    global clock  # noqa: PLW0603
    clock += timedelta(hours=hours, seconds=clock.second + 1)


def make_staff() -> User:
    User.objects.create_superuser("proof@booktime.example", "not-used", first_name="Olive")
    return User.objects.get(email="proof@booktime.example")


def make_people() -> list[User]:
    return [
        User.objects.create_user(f"proof{n}@readers.example", "not-used", first_name=name)
        for n, (name, *_) in enumerate(PEOPLE)
    ]


def make_books() -> list[Product]:
    return [
        Product.objects.create(
            name=name, slug=f"proof-{n}", price=Decimal(price), tax_rate=Decimal(rate), stock=30000
        )
        for n, (name, price, rate) in enumerate(BOOKS)
    ]


def place(number: int, person: tuple[str, ...], user: User | None, books: list[Product]) -> Order:
    owner = BasketOwner(user_id=user.pk) if user else BasketOwner(guest_key=f"proof-{number}")
    for place, book in enumerate(books):
        add_to_basket(owner=owner, product_id=book.pk, quantity=1 + (number + place) % 3)
    basket = Basket.objects.open().owned_by(owner).get()
    first, last, address, city, zip_code, country = person
    fields = {"address1": address, "city": city, "zip_code": zip_code, "country": country}
    lines = basket.lines.select_related("product")
    return place_order(
        owner=owner,
        basket_id=basket.pk,
        email=user.email if user else f"guest{number}@guests.example",
        billing=PostalAddress(name=f"{first} {last}", address2="", **fields),
        shipping=PostalAddress(name=f"{last} & Co.", address2="Second door", **fields),
        expected_total=sum(line.total for line in lines),
    )


def chosen(number: int, books: list[Product], *, at_least: int) -> Iterator[Product]:
    """Up to five different ones."""
    for place in range(max(at_least, 1 + (number * 7 + number // 20) % 5)):
        yield books[(number + place) % len(books)]


def talk(order: Order, office: User) -> None:
    customer = Participant(role=Role.CUSTOMER, user_id=order.user_id, name=order.billing_name)
    for author, text in [
        (customer, "When will you send it?\nI leave on Monday <3"),
        (staff(office), "Dear {customer_name}, it is {status}."),
        (customer, "Thank you & goodbye"),
    ]:
        wait(1)
        post_message(order_id=order.pk, cid=uuid4(), text=text, author=author)


def move(order: Order, lines: slice, status: OrderLine.Status, reason: str = "") -> None:
    line_ids = [line.pk for line in order.lines.exclude(status=CANCELLED)][lines]
    move_order_lines(
        order_id=order.pk, line_ids=line_ids, status=status, may_refund=True, reason=reason
    )


def correct(order: Order) -> None:
    correct_billing_address(order_id=order.pk, address={"name": "Corrected & Sons"})


FIRST, LAST, ALL = slice(0, 1), slice(-1, None), slice(None)
STEPS: dict[str, Callable[[Order], object]] = {
    "pay": lambda order: mark_order_paid(order_id=order.pk),
    "revoke": lambda order: revoke_payment(order_id=order.pk),
    "cancel": lambda order: cancel_order(order_id=order.pk, reason="Not wanted any more"),
    "correct": correct,
    "pack": lambda order: move(order, ALL, PROCESSING),
    "send": lambda order: move(order, ALL, SENT),
    "send_first": lambda order: move(order, FIRST, SENT),
    "drop": lambda order: move(order, ALL, CANCELLED, "Lost in the post"),
    "drop_first": lambda order: move(order, FIRST, CANCELLED),
    "drop_last": lambda order: move(order, LAST, CANCELLED, "The last copy is damaged"),
}

if __name__ == "__main__":
    main(int(sys.argv[1]))
