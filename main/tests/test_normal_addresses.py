"""E-mail addresses as release 0.2.0 stored them are brought into their one form."""

from io import StringIO
from unittest import mock

from allauth.account.models import EmailAddress
from django.core.management import call_command
from django.db import connection
from django.test import TestCase
from django.utils import timezone

from main.actions import normal_addresses
from main.actions.normal_addresses import IN_NORMAL_FORM, Normalised, normalise_addresses
from main.models import Order, User
from main.tests.support.factories import EmployeeFactory, OrderFactory, UserFactory

OLD, NORMAL = "ada@bücher.example", "ada@xn--bcher-kva.example"


def store(row, email: str) -> None:
    """As it was typed, past today's field."""
    table = row._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET email = %s WHERE id = %s", [email, row.pk])  # noqa: S608


def account_of_before(email: str, factory=UserFactory, **fields) -> User:
    user = factory(**fields)
    store(user, email)
    for row in EmailAddress.objects.filter(user=user):
        store(row, email)
    return user


class OrderTests(TestCase):
    def test_a_guests_order_is_brought_into_form_once(self) -> None:
        order, plain = OrderFactory.create_batch(2, guest=True)
        store(order, "Ada@Bücher.example")
        self.assertEqual(normalise_addresses(), Normalised(orders=1))
        self.assertEqual(Order.objects.get(pk=order.pk).email, NORMAL)
        self.assertEqual(order.history.first().history_change_reason, IN_NORMAL_FORM)
        self.assertEqual(normalise_addresses(), Normalised())
        self.assertEqual(plain.history.count(), 1)

    def test_batches_go_on_past_what_has_no_other_form(self) -> None:
        orders = OrderFactory.create_batch(3, guest=True)
        for order, email in zip(orders, ("é@x.example", "A@x.example", "B@x.example"), strict=True):
            store(order, email)
        with _of(1):
            self.assertEqual(normalise_addresses(), Normalised(orders=2))
        emails = set(Order.objects.values_list("email", flat=True))
        self.assertEqual(emails, {"é@x.example", "a@x.example", "b@x.example"})

    def test_time_that_is_up_leaves_the_rest_for_the_next_time(self) -> None:
        for order in OrderFactory.create_batch(2, guest=True):
            store(order, "Ada@x.example")
        with _of(1):
            self.assertEqual(normalise_addresses(seconds=1e-9), Normalised(orders=1))
            self.assertEqual(normalise_addresses(seconds=1e-9), Normalised(orders=1))

    def test_the_command_says_what_it_did(self) -> None:
        store(OrderFactory(guest=True), "Ada@x.example")
        output = StringIO()
        call_command("backfill", stdout=output)
        last = output.getvalue().splitlines()[-1]
        self.assertEqual(last, "Normalised addresses orders=1 accounts=0")


class AccountTests(TestCase):
    def rows(self, user: User) -> list[tuple]:
        rows = EmailAddress.objects.filter(user=user)
        return list(rows.values_list("email", "verified", "primary"))

    def test_an_account_keeps_what_it_proved(self) -> None:
        user = account_of_before(OLD)
        self.assertEqual(normalise_addresses(), Normalised(accounts=1))
        self.assertEqual(User.objects.get().email, NORMAL)
        self.assertEqual(self.rows(user), [(NORMAL, True, True)])
        self.assertEqual(normalise_addresses(), Normalised())

    def test_what_was_proved_of_another_domain_is_to_be_proved_again(self) -> None:
        """0.2.0 wrote to strasse.example, which may be somebody else's."""
        user = account_of_before("ada@straße.example")
        normalise_addresses()
        self.assertEqual(User.objects.get().email, "ada@xn--strae-oqa.example")
        self.assertEqual(self.rows(user), [])

    def test_a_change_that_was_not_proved_is_forgotten(self) -> None:
        user = UserFactory(email="ada@x.example")
        store(EmailAddress.objects.create(user=user, email="new@x.example"), OLD)
        normalise_addresses()
        self.assertEqual(self.rows(user), [("ada@x.example", True, True)])

    def assert_kept_by(self, keeper: User, other: User) -> None:
        self.assertEqual(normalise_addresses(), Normalised(accounts=1, set_aside=1))
        keeper.refresh_from_db()
        other.refresh_from_db()
        self.assertEqual((keeper.email, keeper.is_active), (NORMAL, True))
        self.assertEqual(other.email, f"account-{other.pk}@set-aside.invalid")
        self.assertFalse(other.is_active)
        self.assertEqual(self.rows(other), [])
        reason = other.history.first().history_change_reason
        self.assertEqual(reason, f"Account {keeper.pk} has the same e-mail address")
        self.assertEqual(normalise_addresses(), Normalised())

    def test_of_two_accounts_the_one_that_proved_the_address_keeps_it(self) -> None:
        other = account_of_before(OLD, verified=False, last_login=timezone.now())
        order = OrderFactory(user=other)
        keeper = UserFactory(email=NORMAL)
        self.assert_kept_by(keeper, other)
        self.assertEqual(Order.objects.get().user, other)
        self.assertEqual(self.rows(keeper), [(NORMAL, True, True)])
        self.assertEqual(order.history.count(), 1)

    def test_of_two_that_proved_it_staffs_or_the_one_used_last_keeps_it(self) -> None:
        for fields in ({"factory": EmployeeFactory}, {"last_login": timezone.now()}):
            with self.subTest(fields=[*fields]):
                User.objects.all().delete()
                other = UserFactory(email="used@x.example")
                keeper = account_of_before(OLD, **fields)
                EmailAddress.objects.filter(user=other).delete()
                store(other, NORMAL)
                EmailAddress.objects.create(user=other, email=NORMAL, verified=True, primary=True)
                self.assert_kept_by(keeper, other)


def _of(size: int):
    """Batches of so many rows."""
    return mock.patch.object(normal_addresses, "AT_ONCE", size)
