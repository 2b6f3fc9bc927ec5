"""`manage.py load_demo`: fills a development database with the demo shop."""

from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.test.utils import override_settings

from main.demo.catalogue import read_catalogue
from main.demo.people import PEOPLE, write_groups, write_person
from main.demo.shelves import shelve, write_subjects


class Command(BaseCommand):
    help = (
        "Loads the demo shop: classics with drawn pictures, accounts and past orders. Safe to "
        "repeat: it adds what is missing and leaves alone what is there. For development only."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--products", type=int, help="load only the first so many products")

    def handle(self, *args, **options) -> None:
        if not settings.DEBUG:
            raise CommandError("The demo shop is for development: it loads only when DEBUG is on.")
        subjects = write_subjects()
        products = self._load_products(options["products"])
        # Orders of long ago: nobody waits for their mails.
        with override_settings(EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend"):
            people, orders = _load_people()
        self.stdout.write(
            f"Demo shop loaded: {subjects} subjects, {products} products with 3 pictures each, "
            f"{people} accounts and {orders} orders were new."
        )

    def _load_products(self, limit: int | None) -> int:
        rows = read_catalogue()[:limit]
        created = 0
        for number, is_new in enumerate(shelve(rows), start=1):
            created += is_new
            self._show_progress(number, len(rows))
        return created

    def _show_progress(self, number: int, total: int) -> None:
        if self.stdout.isatty():
            end = "\n" if number == total else ""
            self.stdout.write(f"\rDrawing and shelving products: {number}/{total}", ending=end)
            self.stdout.flush()


def _load_people() -> tuple[int, int]:
    write_groups()
    written = [write_person(person) for person in PEOPLE]
    new = [orders for orders in written if orders is not None]
    return len(new), sum(new)
