"""No door saves a model that has rules: it calls an action, which keeps them. Read in the source.

Beside it: the stock is written by one file alone, whoever asks. What Django saves by itself is in
test_generic_doors.
"""

from django.apps import apps
from django.db.models import Model
from django.test import SimpleTestCase, tag

from main.tests.support.door_writes import RULED, WAYS, door_writes
from main.tests.support.stock_writes import stock_writes
from main.tests.test_architecture import package_of, project_sources

# Not asked are the verbs and the nouns themselves, what knows neither, and the demo shop: it dates
# what it did through the actions back into a past that no action could write.
NOT_ASKED = {"actions", "models", "migrations", "gateways", "queue", "demo"}
WITHOUT_RULES = {
    "Address", "CannedReply", "ChatTicket", "PeriodicJob", "ProductImage", "ProductTag", "User"
}  # fmt: skip
# What the made-up sources below import.
HEAD = """
from allauth.account.models import EmailAddress
from django.apps import apps
from django.db import connection
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from main import models
from main.actions.payments import pay_order
from main.forms.orders import OrderForm
from main.models import Basket, Order, Product, User
from main.models import Order as O
from main.models.history import update_many
from main.models.product_images import covers
"""


@tag("once")
class DoorTests(SimpleTestCase):
    def test_no_door_writes_a_model_that_has_rules(self) -> None:
        sources = {
            module: source
            for module, source in project_sources().items()
            if module.startswith("main.") and package_of(module) not in NOT_ASKED
        }
        self.assertGreater(len(sources), 100)
        found = [
            f"{module}:{line} writes {text}: call an action"
            for module, source in sources.items()
            for line, text in door_writes(source)
        ]
        self.assertEqual(found, [])

    def test_the_stock_is_written_by_one_file_alone(self) -> None:
        writers = {
            module
            for module, source in project_sources().items()
            if package_of(module) != "migrations" and stock_writes(source)
        }
        self.assertEqual(writers, {"main.actions.stock"})

    def test_of_every_model_it_is_decided_whether_it_has_rules(self) -> None:
        self.assertEqual({model.__name__ for model in _models()}, RULED | WITHOUT_RULES)

    def test_the_checker_knows_each_way_to_a_model_that_has_rules(self) -> None:
        ways = {
            getattr(field, "accessor_name", None) or field.name
            for model in _models()
            if model.__name__ in WITHOUT_RULES
            for field in model._meta.get_fields()
            if field.related_model and field.related_model.__name__ in RULED
        }
        self.assertEqual(ways - WAYS, set())


def _models() -> list[type[Model]]:
    """Without those that keep what others were."""
    models = apps.get_app_config("main").get_models()
    return [model for model in models if not hasattr(model, "history_id")]


@tag("once")
class CheckerTests(SimpleTestCase):
    """The checkers themselves, on made-up sources: what they must see, and what must pass."""

    def assert_seen(self, *sources: str) -> None:
        for source in sources:
            with self.subTest(source):
                self.assertEqual(len(door_writes(HEAD + source)), 1)

    def assert_passed(self, *sources: str) -> None:
        for source in sources:
            with self.subTest(source):
                self.assertEqual(door_writes(HEAD + source), [])

    def test_a_write_through_the_model_is_seen(self) -> None:
        self.assert_seen(
            "Order.objects.filter(pk=1).update(status=20)",
            "Order.objects.create(email='x')",
            "models.Payment.objects.bulk_create([])",
            "Basket.objects.get_or_create(user=1)",
            "Order(email='x').save()",
            "O.objects.all().delete()",
            "async def a():\n    await Order.objects.filter(pk=1).aupdate(status=20)",
            "apps.get_model('main', 'Order').objects.all().delete()",
        )

    def test_a_write_through_a_name_is_seen(self) -> None:
        self.assert_seen(
            "def a():\n    order = Order.objects.get()\n    order.note = 1\n    order.save()",
            "def a():\n    order = get_object_or_404(Order, pk=1)\n    order.save()",
            "def a():\n    for line in Order.objects.all():\n        line.delete()",
            "def a():\n    if (order := Order.objects.first()):\n        order.delete()",
            "def a():\n    [each.save() for each in Order.objects.all()]",
            "def a():\n    with held(Order) as order:\n        order.save()",
            "def a(order: Order | None):\n    order.save()",
            "def a(orders: QuerySet[Order]):\n    orders.update(status=20)",
            "def a(user: User):\n    user.orders.update(user=None)",
            "def a(user: User):\n    def b():\n        user.orders.all().delete()",
            "class A:\n    def b(self, request, queryset):\n        queryset.update(status=20)",
            "class A:\n    def save_model(self, request, obj, form, change):\n        obj.save()",
            "class A:\n    def save(self):\n        super().save()",
            "def a(form):\n    form.save()",
            "def a(form: OrderForm):\n    form.save()",
            "order = pay_order(order_id=1)\norder.save()",
        )

    def test_a_figure_set_is_seen(self) -> None:
        self.assert_seen(
            "def a(book: Product):\n    book.stock -= 1",
            "def a(obj):\n    obj.price = 1",
            "def a(book: Product, name):\n    setattr(book, name, 1)",
            "update_many([], fields=['active'], reason='')",
            "cursor.execute('UPDATE main_product SET stock = 0')",
        )

    def test_what_has_no_rules_passes(self) -> None:
        self.assert_passed(
            "EmailAddress.objects.filter(user=1).delete()",
            "def a(request):\n    request.session.save()\n    request.auth.delete()",
            "def a(form):\n    form.data.update({})",
            "def a():\n    mine = EmailAddress.objects.all()\n    mine.filter(pk=1).update(x=1)",
            "def a(user: User):\n    user.save()",
            "seen = {}\nseen.update(a=1)\nwords = dict(seen)\nwords.update(b=1)",
            "covers().delete('name')",
            "pay_order(order_id=1)",
            "order = Order.objects.get()\nprint(order.status, order.total)",
            "class A:\n    def b(self):\n        self.status = 409",
            "row = Order.objects.get()\nrow = EmailAddress()\nrow.save()",
        )

    def test_a_write_of_the_stock_is_seen(self) -> None:
        for source in (
            "book.stock = 3", "book.stock -= 1", "setattr(book, 'stock', 3)",
            "Product(name='Emma', stock=3)", "books.update(stock=F('stock') - 1)",
            "book.save(update_fields=['price', 'stock'])", "update_many(books, fields=['stock'])",
            "Product.objects.update_or_create(isbn='1', defaults={'stock': 3})",
            "Product.objects.bulk_create(b, update_fields=[*COLUMNS, 'stock'])",
        ):  # fmt: skip
            with self.subTest(source):
                self.assertEqual(stock_writes(source), [1])

    def test_a_look_at_the_stock_passes(self) -> None:
        for source in (
            "Product.objects.filter(stock__gt=0)", "print(book.stock)", "row = Row(stock=3)",
            "books.values_list('pk', 'stock')", "list_display = ['name', 'stock']",
            "book.save(update_fields=['price'])",
        ):  # fmt: skip
            with self.subTest(source):
                self.assertEqual(stock_writes(source), [])
