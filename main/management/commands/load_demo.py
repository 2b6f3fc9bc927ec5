"""`manage.py load_demo`: fills a development database with the demo shop."""

from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.test.utils import override_settings
from django.utils import timezone

from main.demo.catalogue import read_catalogue
from main.demo.conversations import load_conversations
from main.demo.orders import load_people
from main.demo.shelves import age_products, shelve, write_subjects

NO_TASKS = "django_tasks.backends.dummy.DummyBackend"


class Command(BaseCommand):
    help = (
        "Loads the demo shop: classics with drawn pictures, accounts, past orders and what was "
        "said about them. Safe to repeat: it adds what is missing and leaves alone what is there. "
        "For development only."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--products", type=int, help="load only the first so many products")

    def handle(self, *args, **options) -> None:
        if not settings.DEBUG:
            raise CommandError("The demo shop is for development: it loads only when DEBUG is on.")
        subjects = write_subjects()
        products = self._load_products(options["products"])
        # Old orders: nobody waits for their mails.
        with override_settings(TASKS={"default": {"BACKEND": NO_TASKS}}):
            accounts, orders = load_people()
            conversations = load_conversations()
        self.stdout.write(
            f"Demo shop loaded: {subjects} subjects, {products} products with 3 pictures each, "
            f"{accounts} accounts, {orders} orders and {conversations} conversations were new."
        )

    def _load_products(self, limit: int | None) -> int:
        started = timezone.now()
        rows = read_catalogue()[:limit]
        created = 0
        for number, is_new in enumerate(shelve(rows), start=1):
            created += is_new
            self._show_progress(number, len(rows))
        age_products(since=started)
        return created

    def _show_progress(self, number: int, total: int) -> None:
        if self.stdout.isatty():
            end = "\n" if number == total else ""
            self.stdout.write(f"\rDrawing and shelving products: {number}/{total}", ending=end)
            self.stdout.flush()
