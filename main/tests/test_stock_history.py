"""Every change of a book's stock has its row in the history: from what to what, why, by whom."""

from decimal import Decimal

from main.actions.checkout import place_order
from main.actions.dropped_payments import revoke_payment
from main.actions.order_lines import move_order_lines
from main.actions.orders import cancel_order
from main.actions.payments import mark_order_paid
from main.errors import ShopError
from main.models import Order, OrderLine, Product
from main.tests.support.admin_case import AdminTestCase
from main.tests.support.checkout_case import ready_checkout
from main.tests.support.factories import BasketFactory, BasketLineFactory, ProductFactory
from main.tests.support.import_case import ImportTestCase


def stock_history(book: Product) -> list[tuple[int, str]]:
    """Each stock that the book had with the reason, first to last."""
    rows = book.history.order_by("history_date", "history_id")
    return list(rows.values_list("stock", "history_change_reason"))


class SoldAndGivenBackTests(AdminTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.books = ProductFactory.create_batch(2, stock=10, price=Decimal("5.00"))
        self.order = self.place()

    def place(self, *, quote: str = "") -> Order:
        basket = BasketFactory()
        for quantity, book in enumerate(self.books, start=1):
            BasketLineFactory(basket=basket, product=book, quantity=quantity + 1 - quantity % 2)
        checkout = ready_checkout(basket)
        return place_order(checkout_id=checkout.pk, quote=quote or checkout.offered.key)

    def history(self) -> list[list[tuple[int, str]]]:
        """Since the books were made."""
        return [stock_history(book)[1:] for book in self.books]

    def test_an_order_takes_and_its_cancelling_returns(self) -> None:
        number = self.order.number
        cancel_order(order_id=self.order.pk)
        placed, cancelled = f"Order {number} placed", f"Order {number} cancelled"
        self.assertEqual(
            self.history(), [[(9, placed), (10, cancelled)], [(7, placed), (10, cancelled)]]
        )

    def test_a_cancelled_line_returns_its_own_only(self) -> None:
        line = self.order.lines.get(product=self.books[1])
        for _ in "twice":
            move_order_lines(
                order_id=self.order.pk, line_ids=[line.pk], status=OrderLine.Status.CANCELLED
            )
        number = self.order.number
        placed = f"Order {number} placed"
        self.assertEqual(
            self.history(),
            [[(9, placed)], [(7, placed), (10, f"Order {number}: line cancelled")]],
        )

    def test_paying_and_sending_change_no_stock(self) -> None:
        before = self.history()
        mark_order_paid(order_id=self.order.pk)
        revoke_payment(order_id=self.order.pk)
        mark_order_paid(order_id=self.order.pk)
        lines = [line.pk for line in self.order.lines.all()]
        move_order_lines(order_id=self.order.pk, line_ids=lines, status=OrderLine.Status.SENT)
        self.assertEqual(self.history(), before)

    def test_an_order_that_failed_leaves_no_trace(self) -> None:
        before = self.history()
        with self.assertRaises(ShopError):
            self.place(quote="another")
        self.assertEqual(self.history(), before)
        self.books[0].refresh_from_db()
        self.assertEqual(self.books[0].stock, 9)

    def test_a_count_in_the_admin_is_known_by_who_counted(self) -> None:
        book = self.books[0]
        path = f"/admin/main/product/{book.pk}/change/"
        self.send_well(path, self.open(path), stock="12")
        newest = book.history.first()
        self.assertEqual((newest.history_change_reason, newest.history_user),
                         ("Counted", self.staff))  # fmt: skip
        change = newest.diff_against(newest.prev_record)
        self.assertEqual([(c.field, c.old, c.new) for c in change.changes], [("stock", 9, 12)])


class ImportedTests(ImportTestCase):
    ROW = "Emma,,,,8.49,9780141439587,Jane Austen,1815,{}"

    def test_a_list_that_counted_says_so(self) -> None:
        self.import_rows(self.ROW.format(7))
        self.import_rows(self.ROW.format(3))
        self.import_rows(self.ROW.format(3), update_stock=True)
        emma = Product.objects.get()
        self.assertEqual(stock_history(emma), [(7, "Imported"), (3, "Imported")])

    def test_a_list_that_changed_more_made_one_change(self) -> None:
        self.import_rows(self.ROW.format(7))
        result = self.import_rows(
            "Emma,,,,9.99,9780141439587,Jane Austen,1815,3", update_stock=True
        )
        self.assertEqual((result.products_created, result.products_updated), (0, 1))
        emma = Product.objects.get()
        self.assertEqual((emma.stock, emma.price), (3, Decimal("9.99")))
        self.assertEqual(list(emma.history.values_list("stock", "price")),
                         [(3, Decimal("9.99")), (7, Decimal("8.49"))])  # fmt: skip

    def test_a_list_that_contradicts_itself_in_the_stock_is_refused(self) -> None:
        self.import_rows(self.ROW.format(7))
        rows = [self.ROW.format(3), self.ROW.format(3), self.ROW.format(4)]
        result = self.import_rows(*rows, update_stock=True)
        reason = "it contradicts line 2, about the same book, in stock"
        self.assertEqual([error.reason for error in result.errors], [reason])
        self.assertEqual(Product.objects.get().stock, 3)
