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
from main.demo.orders import load_people, read_orders
from main.demo.people import PEOPLE
from main.demo.stories import STORIES
from main.models import (
    Invoice,
    Message,
    OpenBalance,
    Order,
    OrderLine,
    Payment,
    Product,
    Refund,
    User,
)
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
        cls.began = timezone.now()
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

    def test_the_ledger_has_what_came_and_what_went_back(self):
        open_by_story = {"part paid": "5.00", "overpaid": "-3.00"}
        stories = {past.story for past in self.past}
        self.assertLessEqual(set(open_by_story), stories)
        self.assertEqual(
            sorted(str(each.due) for each in OpenBalance.objects.all()), ["-3.00", "5.00"]
        )
        for order in Order.objects.prefetch_related("lines", "charges", "payments", "refunds"):
            if order.status != Order.Status.NEW and not hasattr(order, "open_balance"):
                self.assertEqual(order.due, 0, order)
        recorded_by = set(Payment.objects.values_list("recorded_by__email", flat=True))
        self.assertEqual(recorded_by, {"office@booktime.example"})
        states = set(Refund.objects.values_list("state", flat=True))
        self.assertEqual(states, {"requested", "done"})
        self.assertFalse(Payment.objects.filter(is_before_ledger=True).exists())

    def test_one_of_two_copies_is_to_be_refunded(self):
        short = OrderLine.objects.get(split_from__isnull=False)
        self.assertEqual((short.quantity, short.status), (1, OrderLine.Status.CANCELLED))
        refund = short.order.refunds.get()
        self.assertEqual((refund.amount, refund.state), (short.unit_price, "requested"))

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

    def test_the_timeline_goes_forward(self):
        now = timezone.now()
        for order in Order.objects.all():
            times = list(Message.objects.of(order.pk).order_by("seq").values_list("at", flat=True))
            self.assertEqual(times, sorted(times))
            self.assertLess(times[-1], now)
        for entries in (Payment.objects, Refund.objects):
            self.assertFalse(entries.filter(updated_at__gt=self.began).exists())

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
