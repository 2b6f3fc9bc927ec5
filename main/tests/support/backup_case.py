"""A small shop that is backed up and put back, and all that is in it, to compare."""

import hashlib
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from django.apps import apps
from django.core.files.storage import storages
from django.db import connection
from django.test import TransactionTestCase, override_settings

from main.actions.backups import FOLDERS, make_backup
from main.actions.payments import mark_order_paid
from main.gateways.files import stored_files
from main.models import Invoice, Order
from main.tests.support.factories import OwnerFactory, ProductImageFactory
from main.tests.support.invoice_case import NOON, new_order, paid_order


class BackupCase(TransactionTestCase):
    """Not within one transaction: a backup sees what was committed, a restore replaces it."""

    def setUp(self) -> None:
        super().setUp()
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.enterContext(
            override_settings(
                MEDIA_ROOT=self.folder / "media", PRIVATE_MEDIA_ROOT=self.folder / "media-private"
            )
        )

    def open_shop(self) -> Order:
        """Two orders, one of them paid with its invoice printed, and a cover. The unpaid one."""
        paid, unpaid = paid_order(), new_order(("Emma", "7.00", "0", 2))
        ProductImageFactory(product=paid.lines.get().product)
        self.client.force_login(OwnerFactory())
        self.print_invoice(paid)
        return unpaid

    def print_invoice(self, order: Order) -> bytes:
        answer = self.client.get(f"/admin/invoice/{order.pk}/", {"format": "pdf"})
        self.assertEqual(answer.status_code, 200)
        return answer.content

    def pay(self, order: Order) -> str:
        """The number of the invoice that this makes."""
        mark_order_paid(order_id=order.pk, at=NOON)
        return Invoice.objects.get(order=order).number

    def backed_up(self) -> BytesIO:
        out = BytesIO()
        self.manifest = make_backup(out=out)
        return BytesIO(out.getvalue())

    def everything(self) -> dict:
        """Each row of each table, and what is in each file."""
        with connection.cursor() as cursor:
            tables = set(connection.introspection.table_names(cursor))
        found: dict = {
            model._meta.label: sorted(map(repr, model._default_manager.values_list()))
            for model in apps.get_models()
            if model._meta.db_table in tables
        }
        for alias in FOLDERS.values():
            names = [name for name, _ in stored_files(storages[alias])]
            found[alias] = {name: self._digest(alias, name) for name in names}
        return found

    def _digest(self, alias: str, name: str) -> str:
        with storages[alias].open(name) as file:
            return hashlib.sha256(file.read()).hexdigest()
