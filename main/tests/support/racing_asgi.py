"""The shop as an ASGI application for race tests: every write waits a little after its read.

A request's headers say how long (`X-Pause`, in seconds), to which race it belongs (`X-Race`), and
what it has to do without: with `X-Without: locks` or `X-Without: transaction` that protection is
taken out, for the negative controls. A race test is worth something only if the same race fails
then.
"""

import threading
import time
from contextvars import ContextVar

from django.db.backends.sqlite3.base import DatabaseWrapper
from django.db.models.signals import post_save, pre_save

from booktime.asgi import application as shop
from main import signals
from main.actions import order_limits
from main.actions.basket import merge_baskets
from main.models.baskets import Basket, BasketLine, BasketQuerySet
from main.models.checkouts import Checkout
from main.models.orders import Order
from main.models.products import ProductQuerySet

asked: ContextVar[dict[str, str]] = ContextVar("asked")
# Of each race: who signs in first, and whether their merge has written its first line.
has_written: dict[str, threading.Event] = {}
PATIENCE = 20  # seconds, as long as a login may take on a busy machine
writing: ContextVar[threading.Event | None] = ContextVar("writing", default=None)


async def application(scope, receive, send):
    names = (b"x-pause", b"x-race", b"x-without")
    headers = {name.decode(): value.decode() for name, value in scope.get("headers", ())
               if name in names}  # fmt: skip
    asked.set(headers)
    await shop(scope, receive, send)


def without() -> str:
    return asked.get({}).get("x-without", "")


def pause(times: float = 1, **kwargs) -> None:
    """Between reading and writing, where another request can come in between."""
    time.sleep(float(asked.get({}).get("x-pause", "0")) * times)


def merge_in_turns(**kwargs) -> None:
    """The second sign-in merges when the first has written its first line, not its last."""
    race = asked.get({}).get("x-race", "")
    mine = threading.Event()
    first = has_written.setdefault(race, mine)
    if first is mine:
        writing.set(first)
    else:
        first.wait(PATIENCE)
    merge = merge_baskets.__wrapped__ if without() == "transaction" else merge_baskets
    try:
        merge(**kwargs)
    finally:
        mine.set()  # it may have failed before


def lockable(locked):
    return lambda query: query.order_by("pk") if without() else locked(query)


def begin_as_asked(connection: DatabaseWrapper) -> None:
    """SQLite has one lock, which a transaction takes when it begins."""
    connection.transaction_mode = "DEFERRED" if without() == "locks" else "IMMEDIATE"
    begin(connection)


def on_save(**kwargs) -> None:
    pause()


def on_save_of_checkout(instance: Checkout, **kwargs) -> None:
    """Only beginning one is a race; what follows holds the basket's row."""
    if instance._state.adding:
        pause()


def on_saved(**kwargs) -> None:
    if first := writing.get():
        first.set()


for model in (Basket, BasketLine, Order):
    pre_save.connect(on_save, sender=model, weak=False)
pre_save.connect(on_save_of_checkout, sender=Checkout, weak=False)
post_save.connect(on_saved, sender=BasketLine, weak=False)
signals.merge_baskets = merge_in_turns
hold = order_limits._hold
order_limits._hold = lambda *names: None if without() else hold(*names)
for queryset in (BasketQuerySet, ProductQuerySet):
    queryset.locked = lockable(queryset.locked)
begin = DatabaseWrapper._start_transaction_under_autocommit
DatabaseWrapper._start_transaction_under_autocommit = begin_as_asked
