"""One form of an e-mail address: two spellings of a mailbox have one, two mailboxes never."""

from django.core.exceptions import ValidationError
from django.test import SimpleTestCase, TestCase
from knox.models import AuthToken

from main.models import Order, User
from main.models.email_addresses import check_email, normal_email
from main.reports.customer_service import earlier_orders
from main.tests.support.account_case import AccountTestCase
from main.tests.support.factories import PASSWORD, OrderFactory, UserFactory
from main.tests.support.token_case import TokenTestCase

LOOK_ALIKE = "victim@gmaıl.example"  # its mail goes to another domain
OF_LOOK_ALIKE = "victim@xn--gmal-nza.example"


class NormalFormTests(SimpleTestCase):
    def test_spellings_of_one_mailbox_have_one_form(self) -> None:
        for spelled, form in (
            ("Ada@BookTime.example", "ada@booktime.example"),
            ("ada@BÜCHER.example", "ada@xn--bcher-kva.example"),
            ("ada@bu\u0308cher.example", "ada@xn--bcher-kva.example"),
            ("ADA@XN--BCHER-KVA.example", "ada@xn--bcher-kva.example"),
            ("ada@日本。example", "ada@xn--wgv71a.example"),
            ("ada@\uff42ook.example", "ada@book.example"),
        ):
            with self.subTest(spelled):
                self.assertEqual(normal_email(spelled), form)
                self.assertEqual(normal_email(form), form)

    def test_two_mailboxes_have_two_forms(self) -> None:
        for one, other in (
            (LOOK_ALIKE, "victim@gmail.example"),
            ("vıctim@mail.example", "victim@mail.example"),
            ("\u212aim@mail.example", "kim@mail.example"),  # the sign for kelvin
            ("\u0130da@mail.example", "ida@mail.example"),
            ("ada@straße.example", "ada@strasse.example"),
            ("ada@xn--gmail-.example", "ada@gmail.example"),
            ("a.da@mail.example", "ada@mail.example"),
        ):
            with self.subTest(one):
                self.assertNotEqual(normal_email(one), normal_email(other))

    def test_what_is_no_address_is_kept(self) -> None:
        for text in ("", "ada", "ada@", "ada@a..b", "ada@\u200e.example", "ada@" + "é" * 300):
            with self.subTest(text):
                self.assertEqual(normal_email(text), text)

    def test_an_address_is_plain_letters_at_a_named_domain(self) -> None:
        for good in ("ada+books@mail.example", "o'brien@x.co", "ada@xn--bcher-kva.example"):
            check_email(good)
        for bad in (
            "vıctim@mail.example", "jürgen@mail.example", '"ada\x1b"@mail.example',
            '"ada"@mail.example', "ada@[127.0.0.1]", "ada@bücher.example", "ada@mail",
            "ada\u200e@mail.example", "ada@mail.example\n", ".ada@mail.example",
            "ada@mail.example.",
        ):  # fmt: skip
            with self.subTest(bad), self.assertRaises(ValidationError):
                check_email(bad)


class StoredTests(TestCase):
    def test_it_is_stored_and_found_in_that_form(self) -> None:
        order = OrderFactory(guest=True, email="Ada@Bücher.example")
        self.assertEqual(order.email, "ada@xn--bcher-kva.example")
        for spelled in ("ada@bücher.example", "ADA@xn--bcher-kva.EXAMPLE"):
            self.assertEqual(Order.objects.get(email=spelled), order)
            self.assertEqual(Order.objects.get(email__in=[spelled]), order)
            self.assertEqual(Order.objects.matching(spelled).get(), order)
        self.assertEqual(order.history.get().email, "ada@xn--bcher-kva.example")

    def test_a_statement_for_many_stores_it_too(self) -> None:
        OrderFactory.create_batch(2, guest=True)
        Order.objects.update(email="Ada@Bücher.example")
        stored = set(Order.objects.values_list("email", flat=True))
        self.assertEqual(stored, {"ada@xn--bcher-kva.example"})

    def test_an_account_is_found_however_it_is_spelled(self) -> None:
        user = UserFactory(email="ada@bücher.example")
        self.assertEqual(User.objects.get_by_natural_key("Ada@BÜCHER.example"), user)
        with self.assertRaises(User.DoesNotExist):
            User.objects.get_by_natural_key("ada@bucher.example")

    def test_a_guests_earlier_orders_are_those_of_the_same_mailbox(self) -> None:
        order = OrderFactory(guest=True, email="victim@gmail.example")
        earlier = OrderFactory(guest=True, email="Victim@GMAIL.example")
        OrderFactory(guest=True, email=LOOK_ALIKE)
        self.assertEqual(list(earlier_orders(order)), [earlier])


class LookAlikeTests(AccountTestCase):
    def test_a_look_alike_address_gets_no_guests_order(self) -> None:
        order = OrderFactory(guest=True, email="victim@gmail.example")
        self.sign_up(LOOK_ALIKE)
        self.send(self.mailed_path())
        user = User.objects.get()
        self.assertEqual(user.email, OF_LOOK_ALIKE)
        self.assert_signed_in(user)
        self.log_in(user)
        order.refresh_from_db()
        self.assertIsNone(order.user)

    def test_its_own_orders_come(self) -> None:
        order = OrderFactory(guest=True, email=LOOK_ALIKE)
        self.sign_up("VICTIM@GMAıL.example")
        self.send(self.mailed_path())
        order.refresh_from_db()
        self.assertEqual(order.user, User.objects.get())

    def test_it_is_another_account_than_the_one_it_looks_like(self) -> None:
        victim = UserFactory(email="victim@gmail.example")
        self.log_in(UserFactory.build(email=LOOK_ALIKE))
        self.assert_nobody_signed_in()
        self.sign_up(LOOK_ALIKE)
        self.assertEqual(User.objects.exclude(pk=victim.pk).get().email, OF_LOOK_ALIKE)

    def test_one_signs_in_with_any_spelling(self) -> None:
        user = UserFactory(email="ada@bücher.example")
        for spelled in ("Ada@BÜCHER.example", "ada@xn--bcher-kva.example"):
            self.client.logout()
            self.send("/login/", login=spelled, password=PASSWORD)
            self.assert_signed_in(user)

    def test_a_forgotten_password_is_mailed_to_the_one_mailbox(self) -> None:
        UserFactory(email="kim@mail.example")
        response = self.send("/account/password/reset/", email="\u212aim@mail.example")
        self.assertIn("email", response.context["form"].errors)

    def test_guessing_at_two_spellings_is_one_limit(self) -> None:
        UserFactory(email="ada@bücher.example")
        spellings = ("ada@bücher.example", "ada@xn--bcher-kva.example", "ADA@BÜCHER.example")
        for number in range(5):
            self.send("/login/", login=spellings[number % 3], password="wrong")
        response = self.send("/login/", login=spellings[0], password=PASSWORD)
        self.assertContains(response, "Too many failed login attempts")
        self.assert_nobody_signed_in()


class TokenAddressTests(TokenTestCase):
    def test_a_token_is_given_for_any_spelling_and_no_look_alike(self) -> None:
        UserFactory(email="ada@bücher.example")
        self.token(username=" Ada@BÜCHER.example")
        AuthToken.objects.all().delete()
        response = self.ask(username="ada@bucher.example")
        self.assert_refused(response, status=401, kind="credentials_wrong")
