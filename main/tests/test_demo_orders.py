"""The demo shop's orders: what became of each, in the books, in the stock and in the history."""

from collections import Counter
from collections.abc import Callable
from io import StringIO

from django.conf import settings
from django.core import mail
from django.core.management import call_command
from django.test import TestCase, override_settings, tag
from django.utils import timezone

from main import broadcasts
from main.demo.catalogue import read_catalogue
from main.demo.orders import STORIES, load_people, read_orders
from main.demo.people import PEOPLE
from main.models import Invoice, Order, OrderLine, Product, User
from main.models.order_moves import status_by_lines
from main.tests.support.factories import ProductFactory


@tag("once")
class PastOrderTests(TestCase):
    """The orders with all that they need in stock, without the pictures, which take long."""

    @classmethod
    def setUpTestData(cls):
        cls.stocks = {row.name: int(row.cells["stock"]) for row in read_catalogue()}
        cls.past = read_orders()
        wanted = {name for past in cls.past for name in past.basket}
        for name in cls.stocks:
            if name in wanted:
                ProductFactory(name=name, stock=cls.stocks[name])
        cls.written = load_people()

    def test_everything_is_there_to_be_ordered(self):
        wanted = Counter()
        for past in self.past:
            wanted.update(past.basket)
        self.assertEqual({name for name in wanted if wanted[name] > self.stocks[name]}, set())
        self.assertEqual({past.story for past in self.past}, set(STORIES))
        self.assertLessEqual({past.email for past in self.past}, {each.email for each in PEOPLE})

    def test_every_order_is_written_once(self):
        self.assertEqual(self.written, (8, len(self.past)))
        self.assertGreater(len(self.past), 40)
        placed = sum((Counter(past.basket) for past in self.past), Counter())
        ordered = Counter()
        for line in OrderLine.objects.all():
            ordered[line.name] += line.quantity
        self.assertEqual(ordered, placed)
        self.assertEqual(load_people(), (0, 0))
        self.assertEqual(Order.objects.count(), len(self.past))

    def test_customers_have_orders_in_every_state_and_guests_some(self):
        for name in ("customer", "reader"):
            user = User.objects.get(email=f"{name}@booktime.example")
            self.assertEqual(user.addresses.count(), 2)
            self.assertGreaterEqual(user.orders.count(), 4)
        states = set(Order.objects.values_list("status", flat=True))
        self.assertEqual(states, set(Order.Status.values))
        self.assertGreater(Order.objects.filter(user=None).count(), 3)

    def test_there_is_work_to_do(self):
        to_send = Order.objects.filter(status=Order.Status.PAID)
        self.assertGreaterEqual(to_send.count(), 5)
        for status in (OrderLine.Status.SENT, OrderLine.Status.PROCESSING):
            self.assertTrue(to_send.filter(lines__status=status).exists(), status.label)
        low = Product.objects.filter(stock__lt=settings.LOW_STOCK)
        self.assertTrue(any(self.stocks[book.name] >= settings.LOW_STOCK for book in low))

    def test_orders_agree_with_their_lines(self):
        for order in Order.objects.prefetch_related("lines"):
            lines = order.lines.all()
            self.assertEqual(sum(line.total for line in lines), order.total)
            self.assertEqual(status_by_lines(order, lines), order.status)

    def test_what_is_billed_and_not_credited_is_what_stands(self):
        for order in Order.objects.prefetch_related("lines", "invoices"):
            signs = {False: 1, True: -1}
            billed = sum(signs[each.is_credit_note] * each.gross for each in order.invoices.all())
            owed = 0 if order.status == Order.Status.NEW else order.charged
            self.assertEqual(billed, owed, order)

    def test_invoices_are_numbered_in_the_order_of_their_days(self):
        for kind in Invoice.Kind:
            issued = Invoice.objects.filter(kind=kind).order_by("series", "sequence")
            days = list(issued.values_list("issued_at", flat=True))
            self.assertEqual(days, sorted(days))
            self.assertGreater(len(days), 3)

    def test_what_was_cancelled_is_back_in_stock(self):
        for book in Product.objects.all():
            sold = OrderLine.objects.live().filter(product=book)
            self.assertEqual(book.stock + sum(line.quantity for line in sold),
                             self.stocks[book.name], book)  # fmt: skip

    def test_all_of_it_lies_in_the_past(self):
        now = timezone.now()
        days = [order.created_at for order in Order.objects.order_by("created_at")]
        self.assertGreater((now - days[0]).days, 150)
        self.assertLess((now - days[-1]).days, 3)
        for order in Order.objects.all():
            moments = list(order.history.order_by("history_date").values_list("history_date"))
            self.assertEqual(moments[0], (order.created_at,))
            self.assertLess(order.updated_at, now)
            self.assertLessEqual(moments[-1], (order.updated_at,))

    def test_who_did_it_is_known(self):
        order = Order.objects.filter(status=Order.Status.DONE, user__isnull=False).first()
        hands = order.history.order_by("history_date").values_list("history_user__email")
        office, dispatch = "office@booktime.example", "dispatch@booktime.example"
        self.assertEqual([hand for (hand,) in hands], [order.email, office, dispatch])


NO_MAIL = (broadcasts.__name__, "prometheus_client.metrics")


@override_settings(DEBUG=True)
@tag("once")
class SilenceTests(TestCase):
    def test_nobody_is_mailed_not_even_later(self):
        for name in ("Pride and Prejudice", "Jane Eyre", "Middlemarch"):
            ProductFactory(name=name, stock=20)
        with self.captureOnCommitCallbacks(execute=True) as callbacks:
            call_command("load_demo", products=0, stdout=StringIO())
        self.assertGreater(Invoice.objects.count(), 5)
        # What is pushed to open pages, or counted, is no mail: nobody reads it later.
        waiting = [each for each in callbacks if _module_of(each) not in NO_MAIL]
        self.assertEqual((waiting, mail.outbox), ([], []))


def _module_of(callback: Callable) -> str:
    return getattr(callback, "func", callback).__module__
