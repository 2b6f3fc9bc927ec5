"""The stock in the admin sites: counted while others buy."""

from datetime import UTC, datetime

from main.models import Product
from main.tests.support.admin_case import AdminTestCase, fields_of
from main.tests.support.checkout_case import order_basket
from main.tests.support.factories import (
    BasketFactory,
    BasketLineFactory,
    ProductFactory,
    ProductTagFactory,
)

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


class StaleStockTests(AdminTestCase):
    """The owner opened the book; before the form is saved, customers buy three of ten copies."""

    def setUp(self) -> None:
        super().setUp()
        self.book = ProductFactory(stock=10, tags=[ProductTagFactory()])
        self.path = f"/admin/main/product/{self.book.pk}/change/"
        self.fields = self.open(self.path)
        self.buy(3)

    def buy(self, quantity: int) -> None:
        basket = BasketFactory()
        BasketLineFactory(basket=basket, product=self.book, quantity=quantity)
        order_basket(basket)

    def test_a_count_that_is_sent_twice_counts_once(self) -> None:
        self.send_well(self.path, self.fields, stock="12")
        for _ in "twice":
            response = self.send(self.path, self.fields, stock="12", description="New words.")
            error = (
                "The copies were counted since you opened the page: there are 9. "
                "Reopen the page and count again if necessary."
            )
            self.assert_refused(response, "stock", error)
        before = self.book.description
        self.book.refresh_from_db()
        self.assertEqual((self.book.stock, self.book.description), (9, before))
        # Whoever has counted nothing is not held up by who did; and who opened it anew may count.
        self.send_well(self.path, self.fields, description="New words.")
        self.send_well(self.path, self.open(self.path), stock="8")
        self.book.refresh_from_db()
        self.assertEqual((self.book.stock, self.book.description), (8, "New words."))

    def test_other_changes_leave_the_stock_as_sold(self) -> None:
        self.send_well(self.path, self.fields, description="New words.")
        self.book.refresh_from_db()
        self.assertEqual((self.book.description, self.book.stock), ("New words.", 7))

    def test_a_delivery_is_added_to_what_is_left(self) -> None:
        self.send_well(self.path, self.fields, stock="15")
        self.book.refresh_from_db()
        self.assertEqual(self.book.stock, 12)

    def test_what_is_sold_cannot_be_taken_away(self) -> None:
        for _ in "twice":  # the refused form remembers what was seen at first
            response = self.send(self.path, self.fields, stock="2", description="New words.")
            error = "There are 7 copies now, not 10. Reload the page and count again."
            self.assert_refused(response, "stock", error)
            self.fields = fields_of(response.content.decode())
        before = self.book.description
        self.book.refresh_from_db()
        self.assertEqual((self.book.stock, self.book.description), (7, before))

    def test_a_form_that_forgot_the_stock_is_refused(self) -> None:
        for changes in (
            {"initial-stock": ""}, {"initial-stock": "many"}, {"stock": "12", "count": ""},
        ):  # fmt: skip
            response = self.send(self.path, self.fields, **changes)
            self.assert_refused(
                response, "stock", "Reload the page: the stock it was opened with is missing."
            )

    def test_what_an_import_changed_meanwhile_stays(self) -> None:
        Product.objects.update(price="9.99", updated_at=LONG_AGO)
        self.book.tags.add(ProductTagFactory(slug="imported"))
        self.send_well(self.path, self.fields, active=[])
        self.book.refresh_from_db()
        self.assertEqual((str(self.book.price), self.book.active), ("9.99", False))
        self.assertEqual(self.book.tags.count(), 2)
        self.assertGreater(self.book.updated_at, LONG_AGO)

    def test_subjects_are_changed(self) -> None:
        tag = ProductTagFactory()
        self.send_well(self.path, self.fields, tags=[tag.pk])
        self.assertEqual(list(self.book.tags.all()), [tag])

    def test_the_list_has_no_stock_to_overwrite(self) -> None:
        self.assertNotIn("form-0-stock", self.open("/admin/main/product/"))
