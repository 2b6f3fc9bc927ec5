"""manage.py backfill: bring what earlier releases wrote into today's form, all of it now."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import reset_queries

from main.actions.backfill import Backfilled, backfill
from main.actions.folding import fold_texts
from main.actions.normal_addresses import Normalised, normalise_addresses

# Locked orders are tried again: so many times, after so many seconds.
TRIES, PAUSE = 5, 1


class Command(BaseCommand):
    help = (
        "Bring what earlier releases wrote into today's form: payments and refunds enter the "
        "ledger from invoices and credit notes, facts of the timeline get their values, e-mail "
        "addresses are brought into one form, and names and titles are folded, so that searches "
        "find them. The worker does this bit by bit; this command does it at once, even while the "
        "shop is open. It can be interrupted and repeated. The exit status is 1 if anything is "
        "left."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        runs = [backfill(on_progress=self._show_progress)]
        while runs[-1].in_use and len(runs) < TRIES:
            time.sleep(PAUSE)
            runs.append(backfill(on_progress=self._show_progress))
        if self.stderr.isatty():
            self.stderr.write("\r\033[K", ending="")
        orders, facts, verbatim = (
            sum(getattr(run, name) for run in runs) for name in ("orders", "facts", "verbatim")
        )
        self.stdout.write(f"Backfilled orders={orders} facts={facts} (verbatim={verbatim})")
        self._show_addresses(normalise_addresses())
        if folded := fold_texts():
            self.stdout.write(f"Folded rows={folded}")
        if left := runs[-1].in_use:
            raise CommandError(f"Orders still in use: {left}. Run it again.")

    def _show_addresses(self, done: Normalised) -> None:
        if done.orders or done.accounts:
            self.stdout.write(f"Normalised addresses orders={done.orders} accounts={done.accounts}")
        if done.set_aside:
            closed = f"Accounts closed, since another has the same address: {done.set_aside}"
            self.stdout.write(f"{closed}. Their history names the other.")

    def _show_progress(self, done: Backfilled) -> None:
        reset_queries()  # in debug mode Django stores every query
        if self.stderr.isatty():
            self.stderr.write(f"\r{done.facts} facts", style_func=str, ending="")
            self.stderr.flush()
