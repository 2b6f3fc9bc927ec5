"""What the tests of the checkout share: a basket as its owner would order it, and its order."""

from main.actions.checkout import place_order
from main.actions.checkout_filling import open_checkout, set_addresses
from main.actions.quotes import offer_quote
from main.models import Basket, BasketOwner, Checkout, Order, PostalAddress
from main.tests.support.factories import LONDON

ADDRESS = PostalAddress(**LONDON)


def owner_of(basket: Basket) -> BasketOwner:
    return BasketOwner(user_id=basket.user_id, guest_key=basket.guest_key)


def ready_checkout(
    basket: Basket,
    *,
    email: str = "guest@booktime.example",
    billing: PostalAddress = ADDRESS,
    shipping: PostalAddress = ADDRESS,
    **choices: object,
) -> Checkout:
    """All is said that an order needs, and the quote is offered."""
    checkout = open_checkout(owner=owner_of(basket))
    set_addresses(
        checkout_id=checkout.pk, billing=billing, shipping=shipping, email=email, choices=choices
    )
    offer(checkout)
    checkout.refresh_from_db()
    return checkout


def offer(checkout: Checkout) -> str:
    """The key of what is offered now."""
    checkout = Checkout.objects.get(pk=checkout.pk)
    return offer_quote(checkout, lines=checkout.basket.lines.for_reading()).key


def order_basket(basket: Basket) -> Order:
    """The whole way."""
    checkout = ready_checkout(basket)
    return place_order(checkout_id=checkout.pk, quote=checkout.offered.key)
