"""The demo shop's people: three members of staff, and customers, some without an account."""

from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.utils import timezone

from main.actions.basket import add_to_basket
from main.models import Address, Basket, BasketOwner, Order, PostalAddress, Product, User
from main.models.staff_roles import DISPATCH, OFFICE

PASSWORD = "booktime-demo"  # noqa: S105, everyone may know it
# Accounts are older than their first orders.
OLD = timedelta(days=190)


@dataclass(frozen=True)
class Person:
    """A member of staff or a customer; a guest has no account, and one address."""

    email: str
    first_name: str
    last_name: str
    group: str = ""
    is_superuser: bool = False
    is_guest: bool = False
    addresses: tuple[dict[str, str], ...] = ()
    basket: dict[str, int] = field(default_factory=dict)

    @property
    def is_staff(self) -> bool:
        return bool(self.group) or self.is_superuser

    @property
    def owner(self) -> BasketOwner:
        """The owner of their baskets, once the account exists."""
        if self.is_guest:
            return BasketOwner(guest_key=f"demo-{self.email}")
        return BasketOwner(user_id=User.objects.get(email=self.email).pk)

    @property
    def postal_addresses(self) -> list[PostalAddress]:
        return [PostalAddress(**fields) for fields in self.addresses]


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


PEOPLE = (
    Person("owner@booktime.example", "Olive", "Marchbanks", is_superuser=True),
    Person("office@booktime.example", "Oswin", "Pell", group=OFFICE.group),
    Person("dispatch@booktime.example", "Della", "Farrow", group=DISPATCH.group),
    Person(
        "customer@booktime.example",
        "Clara",
        "Whitlock",
        addresses=(
            _address("Clara Whitlock", "14 Lantern Row", "Top floor", "Bath", "BA1 2LR", "GB"),
            _address("Clara Whitlock", "The Old Signal Box", "Whitby", "YO21 1YN", "GB"),
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
    ),
    Person(
        "imogen@booktime.example",
        "Imogen",
        "Adeyemi",
        addresses=(_address("Imogen Adeyemi", "8 Tinder Lane", "Leeds", "LS1 4AP", "GB"),),
    ),
    Person(
        "tomas@booktime.example",
        "Tomás",
        "Figueira",
        addresses=(_address("Tomás Figueira", "Rua das Flores 41", "Porto", "4050-262", "PT"),),
    ),
    Person(
        "hana@booktime.example",
        "Hana",
        "Morikawa",
        addresses=(
            _address("森川 花", "千代田区神田神保町 1-2-3", "東京都", "101-0051", "JP"),
            _address("Hana Morikawa", "5 Bell Yard", "London", "WC2A 2JR", "GB"),
        ),
    ),
    Person(
        "margit@booktime.example",
        "Margit",
        "Oberhuber",
        is_guest=True,
        addresses=(_address("Margit Oberhuber", "Lindengasse 7/12", "Wien", "1070", "AT"),),
    ),
    Person(
        "samir@booktime.example",
        "Samir",
        "Haddad",
        is_guest=True,
        addresses=(_address("Samir Haddad", "21 Quay Street", "Bristol", "BS1 2JL", "GB"),),
    ),
    Person(
        "rosalind@booktime.example",
        "Rosalind",
        "Okafor-Price",
        is_guest=True,
        addresses=(_address("Rosalind Okafor-Price", "Ty Gwyn", "Crickhowell", "NP8 1BP", "GB"),),
    ),
)


def is_known(person: Person) -> bool:
    """Existing people belong to whoever uses the shop now, and are left alone."""
    if person.is_guest:
        return Order.objects.filter(email=person.email).exists()
    return User.objects.filter(email=person.email).exists()


def write_person(person: Person) -> None:
    """Create the account, if there is one, with addresses and role."""
    if person.is_guest:
        return
    joined = timezone.now() - OLD
    user = User.objects.create(
        email=person.email,
        password=_hashed(PASSWORD),
        first_name=person.first_name,
        last_name=person.last_name,
        is_staff=person.is_staff,
        is_superuser=person.is_superuser,
        date_joined=joined,
    )
    user.history.update(history_date=joined)
    if person.group:
        user.groups.add(Group.objects.get(name=person.group))
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    for fields in person.addresses:
        address = Address(user=user, **fields)
        address.full_clean()
        address.save()


def fill_basket(owner: BasketOwner, quantities: dict[str, int]) -> Basket | None:
    """Put what is available into the basket; None if nothing is."""
    for product in Product.objects.active().in_stock().filter(name__in=quantities).order_by("pk"):
        if product.stock >= quantities[product.name]:
            add_to_basket(owner=owner, product_id=product.pk, quantity=quantities[product.name])
    return Basket.objects.open().owned_by(owner).first()


@cache
def _hashed(password: str) -> str:
    """Hashing is slow by design, and they all have the same password."""
    return make_password(password)
