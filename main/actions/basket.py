"""Filling, changing and merging baskets. Each action locks the basket's row while it works."""

from collections.abc import Mapping

from django.db import transaction

from main.actions.checkout_keeping import carry_checkout
from main.errors import BasketFull, BookNotForSale, QuantityRefused
from main.models import QUANTITY_LIMIT, Basket, BasketLine, BasketOwner, Product
from main.models.baskets import MOST_TITLES
from main.models.foreign_text import isolated


@transaction.atomic
def add_to_basket(*, owner: BasketOwner, product_id: int, quantity: int) -> BasketLine:
    """Put `quantity` more copies in the owner's open basket, which is created if there is none.

    Raises BookNotForSale, BasketFull or QuantityRefused, and then changes nothing.
    """
    product = Product.objects.filter(pk=product_id).first()
    if product is None:
        raise BookNotForSale("We don’t have this book.")
    if not product.active:
        raise BookNotForSale(f"“{isolated(product.name)}” is no longer available.")
    if product.is_taxed_in_vain:
        raise BookNotForSale(f"“{isolated(product.name)}” can’t be ordered at the moment.")
    if not product.is_in_stock:
        raise BookNotForSale(f"“{isolated(product.name)}” is out of stock.")
    basket = _hold_open_basket(owner)
    line = basket.lines.filter(product=product).first()
    if line is None:
        _check_room(basket)
        line = BasketLine(basket=basket, product=product, quantity=0, price_seen=product.price)
    _check_quantity(line.quantity + quantity, name=product.name)
    line.quantity += quantity
    line.save()
    return line


@transaction.atomic
def change_basket(*, owner: BasketOwner, quantities: Mapping[int, int]) -> None:
    """Set the quantities of lines, by line id; 0 removes one. Lines of others are left alone.

    A customer who changes a basket has seen it, so its current prices now count as seen.
    """
    basket = Basket.objects.locked().open().owned_by(owner).first()
    if basket is None:
        return
    lines = list(basket.lines.select_related("product"))
    for line in lines:
        wanted = quantities.get(line.pk, line.quantity)
        if wanted:
            _check_quantity(wanted, name=line.product.name)
        line.quantity = wanted
        line.price_seen = line.product.price
    basket.lines.filter(pk__in=[line.pk for line in lines if not line.quantity]).delete()
    BasketLine.objects.bulk_update(
        [line for line in lines if line.quantity], ["quantity", "price_seen"]
    )


@transaction.atomic
def merge_baskets(*, user_id: int, guest_key: str) -> None:
    """Move the lines of a guest's basket into the user's own, adding up books that are in both.

    What the guest entered at the checkout moves along. The guest's last titles are left out if the
    basket is full.
    """
    guest = BasketOwner(guest_key=guest_key)
    source = Basket.objects.locked().open().owned_by(guest).first()
    if source is None:
        return  # another tab has already merged it
    target = _hold_open_basket(BasketOwner(user_id=user_id))
    own_lines = {line.product_id: line for line in target.lines.all()}
    room = MOST_TITLES - len(own_lines)
    for line in source.lines.order_by("pk"):
        own = own_lines.get(line.product_id)
        if own is None:
            if room <= 0:
                continue
            room -= 1
            line.basket = target
            line.save(update_fields=["basket"])
        else:
            own.quantity = min(own.quantity + line.quantity, QUANTITY_LIMIT)
            own.save(update_fields=["quantity"])
    carry_checkout(source=source, target=target)
    source.delete()


def _hold_open_basket(owner: BasketOwner) -> Basket:
    """The owner's only open basket, its row locked.

    Before it is locked, another request may submit it or merge it away: then look again, since the
    next basket found is a new one.
    """
    while True:
        found, _ = Basket.objects.get_or_create(status=Basket.Status.OPEN, **owner.lookup)
        held = Basket.objects.locked().open().filter(pk=found.pk).first()
        if held is not None:
            return held


def _check_room(basket: Basket) -> None:
    if basket.lines.count() >= MOST_TITLES:
        raise BasketFull(
            f"Your basket is full: it holds {MOST_TITLES:,} titles. "
            "Please order these first, and the rest in another order."
        )


def _check_quantity(quantity: int, *, name: str) -> None:
    if not 1 <= quantity <= QUANTITY_LIMIT:
        raise QuantityRefused(
            f"You can order 1 to {QUANTITY_LIMIT} copies of “{isolated(name)}”. "
            "Please write to us if you need more."
        )
