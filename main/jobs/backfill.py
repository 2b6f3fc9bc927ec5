"""The job that brings rows of release 0.1.0 into today's form, as long as that may still write."""

from main.actions.backfill import backfill
from main.queue import EACH_MINUTE, periodic

SECONDS = 5  # a worker does one thing at a time: mails wait


@periodic(EACH_MINUTE, about="Brings what release 0.1.0 wrote into today's form, a part at a time.")
def take_over_old_orders() -> None:
    backfill(seconds=SECONDS)
