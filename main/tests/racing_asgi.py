"""The shop as an ASGI application for race tests: every write waits a little after its read.

With WITHOUT=locks or WITHOUT=transaction in the environment that protection is taken out, for the
negative controls: a race test is worth something only if the same race fails then.
"""

import itertools
import os
import time

from django.conf import settings
from django.db.models.signals import pre_save

from booktime.asgi import application
from main import signals
from main.actions.basket import merge_baskets
from main.models.baskets import Basket, BasketLine, BasketQuerySet
from main.models.orders import Order
from main.models.products import ProductQuerySet

# Seconds between reading and writing, in which another request can come in between.
PAUSE = float(os.environ.get("PAUSE", "0.05"))
WITHOUT = os.environ.get("WITHOUT", "")
merge = merge_baskets.__wrapped__ if WITHOUT == "transaction" else merge_baskets
turns = itertools.cycle([0, 1.2])


def pause(**kwargs) -> None:
    time.sleep(PAUSE)


def merge_in_turns(**kwargs) -> None:
    """Every second sign-in merges when the one before has written its first line, not its last."""
    time.sleep(PAUSE * next(turns))
    merge(**kwargs)


for model in (Basket, BasketLine, Order):
    pre_save.connect(pause, sender=model, weak=False)
signals.merge_baskets = merge_in_turns

if WITHOUT:
    for queryset in (BasketQuerySet, ProductQuerySet):
        queryset.locked = lambda self: self.order_by("pk")
if WITHOUT == "locks" and settings.DATABASE_KIND == "sqlite3":
    settings.DATABASES["default"]["OPTIONS"]["transaction_mode"] = "DEFERRED"

__all__ = ["application"]
