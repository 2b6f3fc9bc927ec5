"""manage.py backfill: bring what release 0.1.0 wrote into today's form, all of it now."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import reset_queries

from main.actions.backfill import Backfilled, backfill


class Command(BaseCommand):
    help = (
        "Bring what release 0.1.0 wrote into today's form: payments and refunds enter the ledger "
        "by their invoices and credit notes, facts of the timeline get their values. The worker "
        "does it bit by bit; this does it at once. The shop can be open; it can be stopped and "
        "repeated, and finds nothing to do once all is done. Exits with 1 when something is left."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        done = backfill(on_progress=self._show_progress)
        if self.stderr.isatty():
            self.stderr.write("\r\033[K", ending="")
        self.stdout.write(
            f"Backfilled orders={done.orders} facts={done.facts} (verbatim={done.verbatim})"
        )
        if done.in_use:
            raise CommandError(f"{done.in_use} orders were in use: run it again.")

    def _show_progress(self, done: Backfilled) -> None:
        reset_queries()  # in debug Django remembers each
        if self.stderr.isatty():
            self.stderr.write(f"\r{done.facts} facts", style_func=str, ending="")
            self.stderr.flush()
