"""A shop that is not registered for VAT charges none: books with a rate are not sold."""

from decimal import Decimal

from django.conf import settings
from django.test import override_settings

from main.actions.basket import add_to_basket
from main.actions.checkout_refusals import check_stock
from main.actions.import_books import RowError
from main.errors import BookNotForSale, BookWithdrawn
from main.models import BasketLine, BasketOwner, Product
from main.tests.support.admin_case import AdminTestCase
from main.tests.support.factories import BasketFactory, EmployeeFactory, ProductFactory
from main.tests.support.import_case import EMMA, ImportTestCase

UNREGISTERED = override_settings(SELLER=settings.SELLER | {"vat_id": ""})
OFFICE = "/office-admin/"


class TaxedBookTests(AdminTestCase):
    works_as = EmployeeFactory

    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        cls.taxed = ProductFactory(name="Emma", tax_rate="20", stock=9)
        cls.untaxed = ProductFactory(name="Walden", tax_rate="0", stock=9)

    def buy(self, book: Product) -> None:
        add_to_basket(owner=BasketOwner(user_id=self.staff.pk), product_id=book.pk, quantity=1)

    def test_it_is_not_sold_and_others_are(self) -> None:
        with UNREGISTERED:
            with self.assertRaisesMessage(BookNotForSale, "“Emma” can’t be ordered at the moment."):
                self.buy(self.taxed)
            self.assertEqual(BasketLine.objects.count(), 0)
            self.buy(self.untaxed)
            self.assertEqual([*Product.objects.can_be_bought()], [self.untaxed])
        self.buy(self.taxed)
        self.assertEqual(Product.objects.can_be_bought().count(), 2)

    def test_it_cannot_be_ordered_from_a_basket_that_had_it_before(self) -> None:
        line = BasketLine(
            basket=BasketFactory(), product=self.taxed, quantity=1, price_seen=Decimal(1)
        )
        check_stock([line])
        with (
            UNREGISTERED,
            self.assertRaisesMessage(BookWithdrawn, "“Emma” is no longer for sale."),
        ):
            check_stock([line])

    def test_its_page_offers_no_copy(self) -> None:
        with UNREGISTERED:
            page = self.client.get(self.taxed.get_absolute_url())
        self.assertContains(page, "It can’t be ordered at the moment.")
        self.assertContains(page, "https://schema.org/OutOfStock")
        self.assertNotContains(page, 'id="quantity"')
        page = self.client.get(self.taxed.get_absolute_url())
        self.assertContains(page, 'id="quantity"')

    def test_staff_are_told_on_their_first_page(self) -> None:
        told = "<b>1</b> book not sold: VAT, but no SELLER_VAT_ID"
        with UNREGISTERED:
            self.assertContains(self.client.get(OFFICE), told)
            found = self.client.get(f"{OFFICE}main/product/?copies=vat")
            self.assertEqual([*found.context["cl"].result_list], [self.taxed])
            Product.objects.filter(pk=self.taxed.pk).update(active=False)
            self.assertNotContains(self.client.get(OFFICE), "SELLER_VAT_ID")
        Product.objects.filter(pk=self.taxed.pk).update(active=True)
        self.assertNotContains(self.client.get(OFFICE), "SELLER_VAT_ID")


class TaxedImportTests(ImportTestCase):
    def test_the_import_makes_no_such_book(self) -> None:
        with UNREGISTERED, override_settings(DEFAULT_TAX_RATE=Decimal(20)):
            result = self.import_rows(EMMA)
        reason = (
            "The shop is not registered for VAT, so the rate must be 0; this book would get 20 %"
        )
        self.assertEqual(result.errors, [RowError(2, reason)])
        self.assertEqual(Product.objects.count(), 0)
