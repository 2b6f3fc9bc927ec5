"""The shop as an ASGI application for race tests: every write waits a little after its read.

With LOCKS=off in the environment the locks are taken out, for the negative controls: a race test
is worth something only if the same race fails then.
"""

import os
import time

from django.conf import settings
from django.db.models.signals import pre_save

from booktime.asgi import application
from main.models.baskets import BasketLine, BasketQuerySet
from main.models.orders import Order
from main.models.products import ProductQuerySet

# Seconds between reading and writing, in which another request can come in between.
PAUSE = float(os.environ.get("PAUSE", "0.05"))


def pause(**kwargs) -> None:
    time.sleep(PAUSE)


for model in (BasketLine, Order):
    pre_save.connect(pause, sender=model, weak=False)

if os.environ.get("LOCKS") == "off":
    for queryset in (BasketQuerySet, ProductQuerySet):
        queryset.locked = lambda self: self.order_by("pk")
    if settings.DATABASE_KIND == "sqlite3":
        settings.DATABASES["default"]["OPTIONS"]["transaction_mode"] = "DEFERRED"

__all__ = ["application"]
