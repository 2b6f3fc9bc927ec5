"""What the demo shop's customers ordered in the past, and what became of it, day by day."""

import csv
import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

from django.db import transaction
from django.utils import timezone

from main.actions.checkout import place_order
from main.actions.checkout_filling import open_checkout, set_addresses
from main.actions.quotes import offer_quote
from main.demo.people import PEOPLE, Person, fill_basket, is_known, write_person
from main.demo.stories import STORIES, date, take
from main.models import Basket, Message, Order, Product, User

ORDERS = Path(__file__).parents[1] / "fixtures/demo_orders.csv"


@dataclass(frozen=True)
class PastOrder:
    """A row of the fixture: an order by its products' names, and what became of it."""

    number: int
    days_ago: int
    email: str
    story: str
    basket: dict[str, int]

    @property
    def placed_at(self) -> datetime:
        """Spread over the day."""
        ago = timedelta(days=self.days_ago, minutes=self.number * 137 % 600)
        return timezone.localtime() - ago


def read_orders(path: Path = ORDERS) -> list[PastOrder]:
    with path.open(encoding="utf-8", newline="") as file:
        return [_read_order(number, row) for number, row in enumerate(csv.DictReader(file))]


def _read_order(number: int, row: dict[str, str]) -> PastOrder:
    quantities = (item.partition("*") for item in row["basket"].split("|"))
    return PastOrder(
        number=number,
        days_ago=int(row["days_ago"]),
        email=f"{row['customer']}@booktime.example",
        story=row["story"],
        basket={name: int(quantity or 1) for name, _, quantity in quantities},
    )


@transaction.atomic
def load_people() -> tuple[int, int]:
    """Write the missing people with orders and baskets; return how many accounts and orders."""
    missing = [person for person in PEOPLE if not is_known(person)]
    for person in missing:
        write_person(person)
    orders = _write_orders(missing)
    for person in missing:
        fill_basket(person.owner, person.basket)
    return sum(not person.is_guest for person in missing), orders


def _write_orders(people: Sequence[Person]) -> int:
    """Place these people's orders and move them on; return how many there are.

    All steps of all orders happen in order of time, as invoices are numbered.
    """
    staff = {user.email: user for user in User.objects.filter(is_staff=True)}
    by_email = {person.email: person for person in people}
    past_orders = [past for past in read_orders() if past.email in by_email]
    stories = [_live(past, by_email[past.email], staff) for past in past_orders]
    queue = [(next(story), number, story) for number, story in enumerate(stories)]
    heapq.heapify(queue)
    before = Order.objects.count()
    while queue:
        _, number, story = heapq.heappop(queue)
        at = next(story, None)
        if at:
            heapq.heappush(queue, (at, number, story))
    return Order.objects.count() - before


def _live(past: PastOrder, person: Person, staff: dict[str, User]) -> Iterator[datetime]:
    """The life of an order: yields the time of the next step, and takes it when resumed."""
    at = past.placed_at
    yield at
    order = _place(past, person)
    if order is None:
        return
    Order.objects.filter(pk=order.pk).update(created_at=at)
    Message.objects.of(order.pk).update(at=at)
    date(order, at=at, by=order.user)
    for step in STORIES[past.story]:
        at = (at + timedelta(days=step.days)).replace(hour=step.hour)
        yield at
        take(step, order, at=at, by=staff[step.by])
        date(order, at=at, by=staff[step.by])


def _place(past: PastOrder, person: Person) -> Order | None:
    """As the customer would; None if anything in it is unavailable."""
    books = Product.objects.active().filter(name__in=past.basket)
    stock = dict(books.values_list("name", "stock"))
    if any(stock.get(name, 0) < quantity for name, quantity in past.basket.items()):
        return None
    basket = cast("Basket", fill_basket(person.owner, past.basket))
    addresses = person.postal_addresses
    checkout = set_addresses(
        checkout_id=open_checkout(owner=person.owner).pk,
        billing=addresses[0],
        shipping=addresses[past.days_ago % len(addresses)],
        email=person.email if person.is_guest else "",
        choices={},
    )
    quote = offer_quote(checkout, lines=basket.lines.for_reading())
    return place_order(checkout_id=checkout.pk, quote=quote.key)
