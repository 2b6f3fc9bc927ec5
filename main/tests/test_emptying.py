"""The database after a test that commits is as the migrations left it."""

from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test import TransactionTestCase
from django.test.utils import CaptureQueriesContext

from main.actions.payments import mark_order_paid
from main.models import Invoice, Order, User
from main.models.staff_roles import OFFICE
from main.tests.support.emptying import Emptying
from main.tests.support.factories import OrderFactory, OrderLineFactory


class EmptyingTests(TransactionTestCase):
    def test_what_was_written_is_gone_and_what_was_taken_is_back(self) -> None:
        emptying = Emptying()
        line = OrderLineFactory(order=OrderFactory())
        mark_order_paid(order_id=line.order_id)
        Permission.objects.filter(codename="view_order").update(name="Changed")
        Group.objects.all().delete()
        emptying.empty()
        for model in (Invoice, Order, User):
            self.assertFalse(model.objects.exists(), model)
        employees = Group.objects.get(name=OFFICE.group)
        self.assertTrue(employees.permissions.filter(codename="view_order").exists())
        self.assertFalse(Permission.objects.filter(name="Changed").exists())
        self.assertEqual(Emptying().kept, emptying.kept)

    def test_where_nothing_was_written_nothing_is_rubbed_out(self) -> None:
        with CaptureQueriesContext(connection) as queries:
            Emptying().empty()
        done = [query["sql"].split()[0] for query in queries]
        self.assertEqual({*done} & {"DELETE", "TRUNCATE", "INSERT"}, set())
