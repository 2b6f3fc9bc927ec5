"""Filling, changing and merging baskets, and the basket's pages."""

from decimal import Decimal

from django.core.cache import cache
from django.test import TestCase
from django.urls import reverse

from main.actions.basket import add_to_basket, change_basket, merge_baskets
from main.errors import BookNotForSale, QuantityRefused
from main.models import QUANTITY_LIMIT, Basket, BasketLine, BasketOwner
from main.tests.support.factories import (
    PASSWORD,
    BasketFactory,
    BasketLineFactory,
    ProductFactory,
    UserFactory,
)

GUEST = BasketOwner(guest_key="a-guest")


def contents(basket: Basket) -> dict[int, int]:
    return {line.product_id: line.quantity for line in basket.lines.all()}


class AddToBasketTests(TestCase):
    def add(self, *, quantity: int = 1, **product) -> BasketLine:
        self.book = ProductFactory(**product)
        return add_to_basket(owner=GUEST, product_id=self.book.pk, quantity=quantity)

    def assert_refused(self, error: type[Exception], **wanted) -> str:
        with self.assertRaises(error) as caught:
            self.add(**wanted)
        self.assertFalse(BasketLine.objects.exists())
        return str(caught.exception)

    def test_first_book_opens_a_basket(self) -> None:
        line = self.add(quantity=2, price=Decimal("7.25"))
        self.assertEqual((line.quantity, line.price_seen), (2, Decimal("7.25")))
        self.assertEqual(line.basket.guest_key, "a-guest")

    def test_same_book_again_adds_up(self) -> None:
        self.add(quantity=2)
        add_to_basket(owner=GUEST, product_id=self.book.pk, quantity=3)
        self.assertEqual(contents(Basket.objects.get()), {self.book.pk: 5})

    def test_inactive_book_is_refused(self) -> None:
        self.assert_refused(BookNotForSale, active=False)

    def test_book_out_of_stock_is_refused(self) -> None:
        sentence = self.assert_refused(BookNotForSale, stock=0, name="Emma")
        self.assertEqual(sentence, "“Emma” is out of stock.")

    def test_absent_book_is_refused(self) -> None:
        with self.assertRaises(BookNotForSale):
            add_to_basket(owner=GUEST, product_id=2**62, quantity=1)

    def test_more_than_the_limit_is_refused(self) -> None:
        self.assert_refused(QuantityRefused, quantity=QUANTITY_LIMIT + 1)

    def test_adding_up_past_the_limit_keeps_what_was_there(self) -> None:
        self.add(quantity=QUANTITY_LIMIT)
        with self.assertRaises(QuantityRefused):
            add_to_basket(owner=GUEST, product_id=self.book.pk, quantity=1)
        self.assertEqual(contents(Basket.objects.get()), {self.book.pk: QUANTITY_LIMIT})

    def test_nothing_and_less_are_refused(self) -> None:
        self.assert_refused(QuantityRefused, quantity=0)
        self.assert_refused(QuantityRefused, quantity=-3)

    def test_a_guest_without_a_key_owns_nothing(self) -> None:
        BasketFactory(user=None, guest_key=None)
        self.assertFalse(Basket.objects.owned_by(BasketOwner()).exists())


class ChangeBasketTests(TestCase):
    def setUp(self) -> None:
        self.basket = BasketFactory(guest=True, guest_key="a-guest")
        self.first = BasketLineFactory(basket=self.basket, quantity=2)
        self.second = BasketLineFactory(basket=self.basket, quantity=4)

    def test_quantities_are_set(self) -> None:
        change_basket(owner=GUEST, quantities={self.first.pk: 7})
        self.assertEqual(
            contents(self.basket), {self.first.product_id: 7, self.second.product_id: 4}
        )

    def test_zero_removes_the_line(self) -> None:
        change_basket(owner=GUEST, quantities={self.first.pk: 0})
        self.assertEqual(contents(self.basket), {self.second.product_id: 4})

    def test_lines_of_others_are_left_alone(self) -> None:
        other = BasketLineFactory(quantity=3)
        change_basket(owner=GUEST, quantities={other.pk: 9})
        other.refresh_from_db()
        self.assertEqual(other.quantity, 3)

    def test_one_refused_quantity_changes_nothing(self) -> None:
        with self.assertRaises(QuantityRefused):
            change_basket(owner=GUEST, quantities={self.first.pk: 1, self.second.pk: 100})
        self.assertEqual(
            contents(self.basket), {self.first.product_id: 2, self.second.product_id: 4}
        )

    def test_a_changed_price_counts_as_seen_afterwards(self) -> None:
        self.first.product.price = Decimal("99.00")
        self.first.product.save()
        change_basket(owner=GUEST, quantities={})
        self.first.refresh_from_db()
        self.assertIsNone(self.first.price_was)


class MergeBasketsTests(TestCase):
    def setUp(self) -> None:
        cache.clear()  # sign-ins of other tests count towards the throttle
        self.user = UserFactory()
        self.guests = BasketFactory(guest=True, guest_key="a-guest")
        self.shared, self.new = ProductFactory.create_batch(2)
        BasketLineFactory(basket=self.guests, product=self.shared, quantity=2)
        BasketLineFactory(basket=self.guests, product=self.new, quantity=1)

    def merge(self) -> Basket:
        merge_baskets(user_id=self.user.pk, guest_key="a-guest")
        return Basket.objects.open().get(user=self.user)

    def test_guest_lines_become_the_users(self) -> None:
        self.assertEqual(contents(self.merge()), {self.shared.pk: 2, self.new.pk: 1})
        self.assertEqual(Basket.objects.count(), 1)

    def test_the_same_book_in_both_adds_up(self) -> None:
        own = BasketFactory(user=self.user)
        BasketLineFactory(basket=own, product=self.shared, quantity=5)
        self.assertEqual(contents(self.merge()), {self.shared.pk: 7, self.new.pk: 1})

    def test_the_sum_stops_at_the_limit(self) -> None:
        own = BasketFactory(user=self.user)
        BasketLineFactory(basket=own, product=self.shared, quantity=98)
        self.assertEqual(contents(self.merge())[self.shared.pk], QUANTITY_LIMIT)

    def test_merging_twice_doubles_nothing(self) -> None:
        self.merge()
        self.assertEqual(contents(self.merge()), {self.shared.pk: 2, self.new.pk: 1})

    def test_a_submitted_basket_is_not_merged(self) -> None:
        Basket.objects.update(status=Basket.Status.SUBMITTED)
        merge_baskets(user_id=self.user.pk, guest_key="a-guest")
        self.assertFalse(Basket.objects.filter(user=self.user).exists())

    def test_signing_in_merges_and_pages_go_on_working(self) -> None:
        self.client.logout()
        book = ProductFactory()
        self.client.post("/add_to_basket/", {"product_id": book.pk, "quantity": 2})
        self.client.post("/login/", {"login": self.user.email, "password": PASSWORD})
        response = self.client.get("/basket/")
        self.assertEqual([line.product for line in response.context["lines"]], [book])
        self.client.post("/add_to_basket/", {"product_id": book.pk, "quantity": 1})
        self.assertEqual(contents(Basket.objects.get(user=self.user)), {book.pk: 3})


class BasketPageTests(TestCase):
    def setUp(self) -> None:
        self.book = ProductFactory(name="Emma", price=Decimal("9.00"), stock=10)

    def add(self, quantity: object = 1, **fields):
        fields = {"product_id": self.book.pk, "quantity": quantity} | fields
        return self.client.post(reverse("add_to_basket"), fields)

    def test_empty_basket_is_a_page(self) -> None:
        response = self.client.get("/basket/")
        self.assertEqual((response.status_code, response.context["lines"]), (200, []))

    def test_adding_leads_to_the_basket_and_counts(self) -> None:
        self.assertRedirects(self.add(3), "/basket/")
        response = self.client.get("/basket/")
        self.assertEqual(response.context["basket_quantity"], 3)
        self.assertContains(response, "£27.00")

    def test_adding_by_get_is_refused(self) -> None:
        self.assertEqual(self.client.get(reverse("add_to_basket")).status_code, 405)

    def test_wrong_quantities_are_named_and_add_nothing(self) -> None:
        for quantity in ("", "two", "0", "-1", "100", "1.5", "9" * 400, "١٢٣٤"):
            with self.subTest(quantity=quantity):
                self.assertContains(self.add(quantity), "copies", status_code=400)
        self.assertFalse(BasketLine.objects.exists())

    def test_update_and_remove(self) -> None:
        self.add(1)
        line = BasketLine.objects.get()
        self.client.post("/basket/", {f"quantity_{line.pk}": 4, "update": "1"})
        line.refresh_from_db()
        self.assertEqual(line.quantity, 4)
        self.client.post("/basket/", {f"quantity_{line.pk}": 4, "remove": line.pk})
        self.assertFalse(BasketLine.objects.exists())

    def test_a_wrong_quantity_keeps_what_was_typed(self) -> None:
        self.add(1)
        line = BasketLine.objects.get()
        response = self.client.post("/basket/", {f"quantity_{line.pk}": "lots"})
        self.assertContains(response, 'value="lots"', status_code=400)
        line.refresh_from_db()
        self.assertEqual(line.quantity, 1)

    def test_a_changed_price_is_told(self) -> None:
        self.add(1)
        self.book.price = Decimal("11.00")
        self.book.save()
        response = self.client.get("/basket/")
        self.assertEqual(response.context["lines"][0].price_was, Decimal("9.00"))
        self.assertContains(response, "£9.00")

    def test_a_shortage_is_told_and_stops_the_checkout(self) -> None:
        self.add(5)
        self.book.stock = 2
        self.book.save()
        response = self.client.get("/basket/")
        self.assertEqual(response.context["lines"][0].available, 2)
        self.assertIn("no longer in stock", response.context["obstacle"])

    def test_another_visitor_sees_nothing_of_it(self) -> None:
        self.add(1)
        self.client.cookies.clear()
        self.assertEqual(self.client.get("/basket/").context["lines"], [])
