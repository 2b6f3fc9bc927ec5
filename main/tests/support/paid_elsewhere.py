"""A second way to pay, as a card provider's will be: begun outside, and paid on another host."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.test import override_settings

from main.errors import PaymentUnavailable
from main.gateways.payments import Begun, Demand


class PaidElsewhere:
    code = "elsewhere"
    label = "Elsewhere"
    goes_back = "to where you paid"
    is_offered = True

    address = "https://pay.example/"  # where the customer goes on
    is_away = False
    demands: list[Demand] = []
    begun_in_transaction: list[bool] = []
    attempt = ""  # after one failed or lapsed, the next one is another
    # What happens there before the answer is here: a report that overtakes it.
    meanwhile: Callable[[str], object] | None = None

    def begin(self, demand: Demand) -> Begun:
        self.demands.append(demand)
        self.begun_in_transaction.append(connection.in_atomic_block)
        if self.is_away:
            raise PaymentUnavailable("You cannot pay elsewhere just now. Please try again later.")
        reference = f"elsewhere-{demand.order_number}{self.attempt}"
        if self.meanwhile:
            self.meanwhile(reference)
        return Begun(reference=reference, url=self.address)

    def details(self, order_number: str) -> dict[str, str]:
        return {"reference": order_number}


@contextlib.contextmanager
def paid_elsewhere(
    *, address: str = PaidElsewhere.address, is_away: bool = False
) -> Iterator[None]:
    """Offered beside the others, after them, as long as the block lasts."""
    PaidElsewhere.address, PaidElsewhere.is_away = address, is_away
    PaidElsewhere.attempt, PaidElsewhere.meanwhile = "", None
    PaidElsewhere.demands.clear()
    PaidElsewhere.begun_in_transaction.clear()
    words = str(Path(__file__).parent / "templates")
    templates = [{**engine, "DIRS": [*engine["DIRS"], words]} for engine in settings.TEMPLATES]
    ways = [*settings.PAYMENT_WAYS, f"{__name__}.{PaidElsewhere.__name__}"]
    with override_settings(PAYMENT_WAYS=ways, TEMPLATES=templates):
        yield
