"""A customer's orders: who may read them, ordering again, marking paid, cancelling."""

from decimal import Decimal

from django.contrib.messages import get_messages
from django.core import signing
from django.db.models import ProtectedError
from django.test import TestCase

from main.actions.dropped_payments import revoke_payment
from main.actions.order_lines import move_order_lines
from main.actions.orders import (
    cancel_order,
    order_again,
)
from main.actions.payments import mark_order_paid
from main.errors import MoveRefused
from main.models import Basket, BasketOwner, Order, OrderLine
from main.models.order_access import make_access_token
from main.tests.support.factories import (
    OrderFactory,
    OrderLineFactory,
    ProductFactory,
    UserFactory,
)


class OrderReadingTests(TestCase):
    def setUp(self) -> None:
        self.user = UserFactory()
        self.order = OrderFactory(user=self.user)
        OrderLineFactory(order=self.order, name="Emma")
        self.path = self.order.get_absolute_url()

    def test_owner_sees_lines_and_how_to_pay(self) -> None:
        self.client.force_login(self.user)
        response = self.client.get(self.path)
        self.assertContains(response, "Emma")
        self.assertContains(response, self.order.number)
        self.assertEqual(response.context["payment"]["reference"], self.order.number)

    def test_a_paid_order_asks_for_no_payment(self) -> None:
        mark_order_paid(order_id=self.order.pk)
        self.client.force_login(self.user)
        self.assertIsNone(self.client.get(self.path).context["payment"])

    def test_others_and_strangers_find_nothing(self) -> None:
        self.assertRedirects(self.client.get(self.path), f"/login/?next={self.path}")
        self.client.force_login(UserFactory())
        self.assertEqual(self.client.get(self.path).status_code, 404)
        self.assertEqual(self.client.post(f"{self.path}again/").status_code, 404)

    def test_history_has_ones_own_newest_first(self) -> None:
        OrderFactory()
        newer = OrderFactory(user=self.user)
        self.client.force_login(self.user)
        found = list(self.client.get("/orders/").context["page_obj"])
        self.assertEqual(found, [newer, self.order])
        self.assertEqual([order.lines.count() for order in found], [0, 1])

    def test_history_wants_signing_in(self) -> None:
        self.assertRedirects(self.client.get("/orders/"), "/login/?next=/orders/")

    def test_an_orders_customer_cannot_be_deleted_away(self) -> None:
        with self.assertRaises(ProtectedError):
            self.user.delete()


class GuestLinkTests(TestCase):
    def setUp(self) -> None:
        self.order = OrderFactory(guest=True)

    def test_the_link_opens_this_order_only(self) -> None:
        other = OrderFactory(guest=True)
        response = self.client.get(f"/orders/open/{make_access_token(self.order.pk)}/")
        self.assertRedirects(response, self.order.get_absolute_url())
        path = other.get_absolute_url()
        self.assertRedirects(self.client.get(path), f"/login/?next={path}")

    def test_tokens_made_otherwise_open_nothing(self) -> None:
        foreign = signing.dumps(self.order.pk, salt="another purpose")
        for token in ("nonsense", foreign, str(self.order.pk)):
            with self.subTest(token=token):
                self.assertEqual(self.client.get(f"/orders/open/{token}/").status_code, 404)

    def test_an_adopted_order_needs_its_owner(self) -> None:
        token = make_access_token(self.order.pk)
        Order.objects.update(user=UserFactory())
        response = self.client.get(f"/orders/open/{token}/")
        self.assertRedirects(response, f"/login/?next={self.order.get_absolute_url()}")


class OrderAgainTests(TestCase):
    def setUp(self) -> None:
        self.user = UserFactory()
        self.order = OrderFactory(user=self.user)
        self.line = OrderLineFactory(
            order=self.order, quantity=3, product__price=Decimal("7.00"), product__stock=9
        )

    def test_books_come_at_todays_prices(self) -> None:
        type(self.line.product).objects.update(price=Decimal("8.00"))
        owner = BasketOwner(user_id=self.user.pk)
        self.assertEqual(order_again(owner=owner, order_id=self.order.pk), [])
        line = Basket.objects.get(user=self.user).lines.get()
        self.assertEqual((line.quantity, line.price_seen), (3, Decimal("8.00")))

    def test_what_cannot_be_had_is_named_and_the_rest_comes(self) -> None:
        gone = ProductFactory(name="Emma", active=False)
        OrderLineFactory(order=self.order, product=gone)
        self.client.force_login(self.user)
        response = self.client.post(f"{self.order.get_absolute_url()}again/")
        self.assertEqual(
            [str(message) for message in get_messages(response.wsgi_request)],
            ["“Emma” is no longer available."],
        )

    def test_of_a_book_in_several_lines_it_is_said_once(self) -> None:
        OrderLineFactory(order=self.order, product=self.line.product, quantity=2)
        owner = BasketOwner(user_id=self.user.pk)
        self.assertEqual(order_again(owner=owner, order_id=self.order.pk), [])
        self.assertEqual(Basket.objects.get(user=self.user).lines.get().quantity, 5)
        type(self.line.product).objects.update(active=False)
        self.assertEqual(len(order_again(owner=owner, order_id=self.order.pk)), 1)
        self.assertEqual(Basket.objects.get().lines.count(), 1)


class MarkPaidTests(TestCase):
    def test_a_new_order_becomes_paid_and_is_billed(self) -> None:
        line = OrderLineFactory(quantity=2)
        order = mark_order_paid(order_id=line.order_id)
        self.assertEqual(order.status, Order.Status.PAID)
        self.assertEqual(order.invoices.get().gross, line.total)
        self.assertEqual(order.history.first().status, Order.Status.PAID)

    def test_a_line_cancelled_before_is_not_billed(self) -> None:
        order = OrderFactory()
        kept, gone = OrderLineFactory.create_batch(2, order=order)
        gone.status = OrderLine.Status.CANCELLED
        gone.save()
        mark_order_paid(order_id=order.pk)
        self.assertEqual([line.order_line for line in order.invoices.get().lines.all()], [kept])


class RevokePaymentTests(TestCase):
    def setUp(self) -> None:
        self.order = OrderFactory()
        self.lines = OrderLineFactory.create_batch(2, order=self.order, product__stock=5)
        mark_order_paid(order_id=self.order.pk)

    def test_the_order_is_new_again_and_its_invoice_undone(self) -> None:
        order = revoke_payment(order_id=self.order.pk)
        self.assertEqual(order.status, Order.Status.NEW)
        invoice, note = order.invoices.order_by("pk")
        self.assertEqual((note.corrects, note.gross), (invoice, invoice.gross))
        self.assertEqual({line.product.stock for line in order.lines.all()}, {5})

    def test_what_was_being_packed_waits_again(self) -> None:
        packed = [line.pk for line in self.lines]
        move_order_lines(
            order_id=self.order.pk, line_ids=packed, status=OrderLine.Status.PROCESSING
        )
        revoke_payment(order_id=self.order.pk)
        states = self.order.lines.values_list("status", flat=True)
        self.assertEqual(list(states), [OrderLine.Status.NEW] * 2)

    def test_paid_once_more_it_is_billed_once_more(self) -> None:
        revoke_payment(order_id=self.order.pk)
        mark_order_paid(order_id=self.order.pk)
        cancel_order(order_id=self.order.pk)
        documents = list(self.order.invoices.order_by("pk"))
        self.assertEqual([each.is_credit_note for each in documents], [False, True] * 2)
        self.assertEqual([each.corrects for each in documents[1::2]], documents[::2])

    def test_what_is_not_paid_or_partly_sent_stays(self) -> None:
        for status, sentence in (
            (Order.Status.NEW, "is new already"),
            (Order.Status.DONE, "is done: it cannot become new"),
            (Order.Status.CANCELLED, "is cancelled: it cannot become new"),
        ):
            with self.subTest(status=status.label):
                Order.objects.update(status=status)
                self.assert_stays(sentence)
        Order.objects.update(status=Order.Status.PAID)
        self.order.lines.filter(pk=self.lines[0].pk).update(status=OrderLine.Status.SENT)
        self.assert_stays("has been sent: refund it instead")

    def assert_stays(self, sentence: str) -> None:
        self.order.refresh_from_db()
        before = self.order.status
        with self.assertRaisesMessage(MoveRefused, sentence):
            revoke_payment(order_id=self.order.pk)
        self.order.refresh_from_db()
        self.assertEqual(self.order.status, before)
        self.assertEqual(self.order.invoices.count(), 1)


class CancelOrderTests(TestCase):
    def setUp(self) -> None:
        self.order = OrderFactory()
        self.book = ProductFactory(stock=4)
        for quantity in (3, 2):
            OrderLineFactory(order=self.order, product=self.book, quantity=quantity)

    def assert_stock(self, stock: int) -> None:
        self.book.refresh_from_db()
        self.assertEqual(self.book.stock, stock)

    def line_states(self) -> list[int]:
        return list(self.order.lines.values_list("status", flat=True))

    def test_books_come_back_once_however_often_it_is_cancelled(self) -> None:
        self.assertEqual(cancel_order(order_id=self.order.pk).status, Order.Status.CANCELLED)
        for _ in range(2):
            with self.assertRaisesMessage(MoveRefused, "is cancelled already"):
                cancel_order(order_id=self.order.pk)
        self.assert_stock(9)
        self.assertEqual(self.line_states(), [OrderLine.Status.CANCELLED] * 2)
        self.assertFalse(self.order.invoices.exists())

    def test_a_paid_order_can_be_cancelled_and_is_credited_in_full(self) -> None:
        mark_order_paid(order_id=self.order.pk)
        cancel_order(order_id=self.order.pk, reason="Changed their mind")
        self.assert_stock(9)
        note = self.order.invoices.credit_notes().get()
        self.assertEqual((note.gross, note.reason), (Decimal("42.45"), "Changed their mind"))
        with self.assertRaises(MoveRefused):
            mark_order_paid(order_id=self.order.pk)
        self.assertEqual(self.order.invoices.count(), 2)

    def test_why_stands_in_the_history_of_the_lines(self) -> None:
        cancel_order(order_id=self.order.pk, reason="Changed their mind")
        for line in self.order.lines.all():
            self.assertEqual(line.history.first().history_change_reason, "Changed their mind")

    def test_what_is_done_or_partly_sent_stays(self) -> None:
        for status, line_status in (
            (Order.Status.DONE, OrderLine.Status.SENT),
            (Order.Status.PAID, OrderLine.Status.SENT),
            (Order.Status.CANCELLED, OrderLine.Status.NEW),
        ):
            with self.subTest(status=status.label):
                Order.objects.update(status=status)
                OrderLine.objects.filter(quantity=3).update(status=line_status)
                with self.assertRaises(MoveRefused):
                    cancel_order(order_id=self.order.pk)
                self.order.refresh_from_db()
                self.assertEqual(self.order.status, status)
                self.assertEqual(self.line_states(), [line_status, OrderLine.Status.NEW])
                self.assert_stock(4)

    def test_a_line_cancelled_before_gives_nothing_back_again(self) -> None:
        self.order.lines.filter(quantity=3).update(status=OrderLine.Status.CANCELLED)
        cancel_order(order_id=self.order.pk)
        self.assert_stock(6)

    def test_no_order_no_change(self) -> None:
        with self.assertRaises(Order.DoesNotExist):
            cancel_order(order_id=1)
        self.assert_stock(4)
