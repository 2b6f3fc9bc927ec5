"""The demo shop's people: three of the staff and two customers, with what they once ordered."""

from dataclasses import dataclass, field
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone

from main.actions.basket import add_to_basket
from main.actions.checkout import place_order
from main.actions.orders import cancel_order, mark_order_paid
from main.models import (
    Address,
    Basket,
    BasketOwner,
    Order,
    OrderLine,
    Product,
    User,
)
from main.models.users import DISPATCHERS, EMPLOYEES

PASSWORD = "booktime-demo"  # noqa: S105, everyone may know it


@dataclass(frozen=True)
class PastOrder:
    """An order of some days ago, by the names of its products."""

    days_ago: int
    status: Order.Status
    basket: dict[str, int]


@dataclass(frozen=True)
class Person:
    """Someone with an account."""

    email: str
    first_name: str
    last_name: str
    group: str = ""
    is_superuser: bool = False
    addresses: tuple[dict[str, str], ...] = ()
    orders: tuple[PastOrder, ...] = ()
    basket: dict[str, int] = field(default_factory=dict)

    @property
    def is_staff(self) -> bool:
        return bool(self.group) or self.is_superuser


def _address(*lines: str) -> dict[str, str]:
    """Name, one or two lines, city, postcode and country."""
    name, address1, *address2, city, zip_code, country = lines
    return {
        "name": name,
        "address1": address1,
        "address2": "".join(address2),
        "city": city,
        "zip_code": zip_code,
        "country": country,
    }


_DONE, _PAID = Order.Status.DONE, Order.Status.PAID
_NEW, _CANCELLED = Order.Status.NEW, Order.Status.CANCELLED

PEOPLE = (
    Person("owner@booktime.example", "Olive", "Marchbanks", is_superuser=True),
    Person("office@booktime.example", "Oswin", "Pell", group=EMPLOYEES),
    Person("dispatch@booktime.example", "Della", "Farrow", group=DISPATCHERS),
    Person(
        "customer@booktime.example",
        "Clara",
        "Whitlock",
        addresses=(
            _address("Clara Whitlock", "14 Lantern Row", "Top floor", "Bath", "BA1 2LR", "GB"),
            _address("Clara Whitlock", "The Old Signal Box", "Whitby", "YO21 1YN", "GB"),
        ),
        orders=(
            PastOrder(83, _DONE, {"Jane Eyre": 1, "Middlemarch": 1}),
            PastOrder(47, _CANCELLED, {"War and Peace": 1}),
            PastOrder(26, _DONE, {"The Moonstone": 1, "Dracula": 2, "Canvas Book Bag": 1}),
            PastOrder(6, _PAID, {"Pride and Prejudice": 2, "Meditations": 1}),
            PastOrder(1, _NEW, {"The Odyssey": 1, "Reading Journal": 1}),
        ),
        basket={"The Secret Garden": 1},
    ),
    Person(
        "reader@booktime.example",
        "Zoë",
        "Lindqvist",
        addresses=(
            _address("Zoë Lindqvist", "Violgatan 12", "Göteborg", "411 24", "SE"),
            _address(
                "Zoë Lindqvist",
                "c/o Søndergaard",
                "Havnegade 3, 2. th.",
                "København K",
                "1058",
                "DK",
            ),
        ),
        orders=(
            PastOrder(61, _DONE, {"Frankenstein; or, The Modern Prometheus": 1, "Emma": 1}),
            PastOrder(33, _DONE, {"Pride and Prejudice": 1, "Treasure Island": 2}),
            PastOrder(12, _PAID, {"Alice's Adventures in Wonderland": 1, "Dracula": 1}),
            PastOrder(3, _CANCELLED, {"Hamlet": 3}),
        ),
    ),
)


def write_groups() -> None:
    for name in (EMPLOYEES, DISPATCHERS):
        Group.objects.get_or_create(name=name)


@transaction.atomic
def write_person(person: Person) -> int | None:
    """Make the account with all that belongs to it; return its number of orders.

    None, and no change, when there is such an account: it belongs to whoever uses it now.
    """
    if User.objects.filter(email=person.email).exists():
        return None
    user = _write_user(person)
    for fields in person.addresses:
        address = Address(user=user, **fields)
        address.full_clean()
        address.save()
    placed = [_order(user, past) for past in person.orders]
    _fill_basket(user, person.basket)
    return sum(placed)


def _write_user(person: Person) -> User:
    user = User.objects.create_user(
        person.email,
        PASSWORD,
        first_name=person.first_name,
        last_name=person.last_name,
        is_staff=person.is_staff,
        is_superuser=person.is_superuser,
    )
    if person.group:
        user.groups.add(Group.objects.get(name=person.group))
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def _order(user: User, past: PastOrder) -> bool:
    """As a customer would, and then as time went on. False when the books are not there."""
    basket = _fill_basket(user, past.basket)
    if basket is None:
        return False
    addresses = user.addresses.all()
    order = place_order(
        owner=BasketOwner(user_id=user.pk),
        basket_id=basket.pk,
        email=user.email,
        billing=addresses[0].postal,
        shipping=addresses[past.days_ago % 2].postal,
        expected_total=sum(line.total for line in basket.lines.select_related("product")),
    )
    _move_on(order, past.status)
    placed_at = timezone.now() - timedelta(days=past.days_ago, minutes=past.days_ago * 37)
    Order.objects.filter(pk=order.pk).update(created_at=placed_at, updated_at=placed_at)
    return True


def _fill_basket(user: User, quantities: dict[str, int]) -> Basket | None:
    owner = BasketOwner(user_id=user.pk)
    for product in Product.objects.active().in_stock().filter(name__in=quantities).order_by("pk"):
        if product.stock >= quantities[product.name]:
            add_to_basket(owner=owner, product_id=product.pk, quantity=quantities[product.name])
    return Basket.objects.open().owned_by(owner).first()


def _move_on(order: Order, status: Order.Status) -> None:
    """What staff did with it. There is no action for sending yet."""
    if status in {_PAID, _DONE}:
        mark_order_paid(order_id=order.pk)
    if status == _DONE:
        order.lines.update(status=OrderLine.Status.SENT)
        Order.objects.filter(pk=order.pk).update(status=status)
    if status == _CANCELLED:
        cancel_order(order_id=order.pk)
