"""The jobs that bring rows of earlier releases into today's form, as long as those may write."""

from main.actions.backfill import backfill
from main.actions.folding import fold_texts
from main.actions.normal_addresses import normalise_addresses
from main.queue import EACH_MINUTE, periodic

SECONDS = 5  # a worker does one thing at a time: mails wait


@periodic(EACH_MINUTE, about="Brings what release 0.1.0 wrote into today's form, a part at a time.")
def take_over_old_orders() -> None:
    backfill(seconds=SECONDS)


@periodic(EACH_MINUTE, about="Brings e-mail addresses that release 0.2.0 stored into one form.")
def normalise_old_addresses() -> None:
    normalise_addresses(seconds=SECONDS)


@periodic(EACH_MINUTE, about="Folds names and titles that are not yet, so that searches find them.")
def fold_old_texts() -> None:
    fold_texts(seconds=SECONDS)
