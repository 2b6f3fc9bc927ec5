"""A guest's basket and orders are there after signing up or in, once the address is proved."""

from main.models import Basket, BasketLine, Order, User
from main.tests.support.account_case import AccountTestCase
from main.tests.support.factories import (
    BasketFactory,
    BasketLineFactory,
    OrderFactory,
    ProductFactory,
    UserFactory,
)


class GuestBecomesCustomerTests(AccountTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.book = ProductFactory()

    def test_a_guests_basket_is_there_after_signing_up(self) -> None:
        self.send("/add_to_basket/", product_id=self.book.pk, quantity=2)
        self.sign_up("new@booktime.example")
        self.send(self.mailed_path())
        basket = Basket.objects.get()
        self.assertEqual(basket.user, User.objects.get())
        self.assertEqual(basket.lines.get().quantity, 2)

    def test_two_open_baskets_become_one_at_login(self) -> None:
        user = UserFactory()
        BasketLineFactory(basket=BasketFactory(user=user), product=self.book, quantity=3)
        self.send("/add_to_basket/", product_id=self.book.pk, quantity=2)
        self.assertEqual(Basket.objects.count(), 2)
        self.assertRedirects(self.log_in(user), "/")
        self.assertEqual(BasketLine.objects.get().quantity, 5)
        self.assertEqual(Basket.objects.get().user, user)
        self.assertEqual(self.client.get("/basket/").status_code, 200)


class AdoptOrdersTests(AccountTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.order = OrderFactory(guest=True, email="Guest@booktime.example")
        self.other = OrderFactory(guest=True)

    def owner(self, order: Order) -> User | None:
        return Order.objects.get(pk=order.pk).user

    def test_a_guests_orders_come_with_the_proved_address(self) -> None:
        self.sign_up("guest@booktime.example")
        self.assertIsNone(self.owner(self.order))
        self.send(self.mailed_path())
        self.assertEqual(self.owner(self.order), User.objects.get())
        self.assertIsNone(self.owner(self.other))

    def test_an_address_only_claimed_brings_nothing(self) -> None:
        user = UserFactory(email="guest@booktime.example", verified=False)
        self.client.force_login(user)
        self.assertIsNone(self.owner(self.order))

    def test_orders_placed_without_signing_in_come_at_the_next_login(self) -> None:
        user = UserFactory(email="guest@booktime.example")
        self.log_in(user)
        self.assertEqual(self.owner(self.order), user)

    def test_orders_of_another_account_stay_there(self) -> None:
        owned = OrderFactory(email="guest@booktime.example")
        self.log_in(UserFactory(email="guest@booktime.example"))
        self.assertEqual(self.owner(owned), owned.user)
