"""Where an order's mails go: to the proved address of its account, and where the office says."""

from datetime import timedelta
from unittest import mock

from allauth.account.models import EmailAddress
from django.core import mail
from django.utils import timezone

from main.actions.order_emails import FOLLOWED, correct_order_email
from main.actions.orders import cancel_order
from main.conversation_access import GUEST_ORDERS
from main.models import Order, User
from main.models.order_access import make_access_token, read_access_token
from main.tests.support.account_case import AccountTestCase
from main.tests.support.admin_case import fields_of
from main.tests.support.factories import PASSWORD, OrderFactory, OwnerFactory, UserFactory
from main.tests.support.office_order_case import CANCELLED, OfficeOrderTestCase

OLD, NEW = "old@booktime.example", "new@booktime.example"


class ProvedAddressTests(AccountTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.user = UserFactory(email=OLD)
        self.order = OrderFactory(user=self.user, email=OLD)
        self.log_in(self.user)

    def ask(self) -> str:
        """Ask for the new address; the path that proves it."""
        self.send("/account/email/", action_add="", email="New@booktime.example")
        self.send("/account/confirm/?next=/account/email/", password=PASSWORD)
        return self.mailed_path(nth=-2)

    def cancel(self) -> list[str]:
        """Whom the mail about it goes to."""
        mail.outbox.clear()
        with self.captureOnCommitCallbacks(execute=True):
            cancel_order(order_id=self.order.pk)
        return [address for message in mail.outbox for address in message.to]

    def emails(self) -> list[str]:
        return list(Order.objects.order_by("created_at", "pk").values_list("email", flat=True))

    def test_mails_about_earlier_orders_go_to_the_new_address(self) -> None:
        self.send(self.ask())
        self.assertEqual(self.emails(), [NEW])
        self.assertEqual(self.cancel(), [NEW])
        record = self.order.history.filter(email=NEW).last()
        self.assertEqual(record.history_change_reason, FOLLOWED)

    def test_until_it_is_proved_they_go_to_the_old_one(self) -> None:
        self.ask()
        self.assertEqual(self.cancel(), [OLD])

    def test_what_the_office_corrected_and_other_peoples_orders_stay(self) -> None:
        correct_order_email(order_id=self.order.pk, email="work@booktime.example")
        OrderFactory(email=OLD)
        OrderFactory(guest=True, email=OLD)
        self.send(self.ask())
        self.assertEqual(sorted(self.emails()), [OLD, OLD, "work@booktime.example"])

    def test_they_follow_through_several_changes_and_what_was_ordered_as_a_guest(self) -> None:
        self.send(self.ask())
        guests = OrderFactory(guest=True, email="newest@booktime.example")
        Order.objects.filter(pk=self.order.pk).update(email=OLD)  # as if it had been missed
        self.send("/account/email/", action_add="", email="newest@booktime.example")
        self.send(self.mailed_path(nth=-2))
        self.assertEqual(self.emails(), ["newest@booktime.example"] * 2)
        guests.refresh_from_db()
        self.assertEqual(guests.user, self.user)

    def test_an_address_that_an_owner_entered_counts_once_it_is_proved(self) -> None:
        owner = self.client_class()
        owner.force_login(OwnerFactory())
        path = f"/admin/main/user/{self.user.pk}/change/"
        with mock.patch("main.access.has_proved", return_value=True):
            page = owner.get(path)
            owner.post(path, fields_of(page.content.decode()) | {"email": NEW})
        self.assertEqual(User.objects.get(pk=self.user.pk).email, NEW)
        self.assertEqual(self.emails(), [OLD])
        self.client.logout()
        self.log_in(User.objects.get(pk=self.user.pk))
        self.send(self.mailed_path())
        self.assertTrue(EmailAddress.objects.get(user=self.user).verified)
        self.assertEqual(self.emails(), [NEW])


class CorrectEmailTests(AccountTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.order = OrderFactory(guest=True, email="gues@booktime.example")

    def correct(self, email: str) -> None:
        with self.captureOnCommitCallbacks(execute=True):
            correct_order_email(order_id=self.order.pk, email=email)

    def test_the_right_address_hears_with_a_link_to_the_order(self) -> None:
        self.correct("Guest@booktime.example")
        (message,) = mail.outbox
        self.assertEqual(message.to, ["guest@booktime.example"])
        number = self.order.number
        self.assertEqual(message.subject, f"Your order {number}: we write to this address now")
        for body in (message.body, message.alternatives[0].content):
            self.assertIn("From now on we write about it to this address.", body)
        token = self.mailed_path().split("/")[-2]
        self.assertEqual(read_access_token(token), self.order.pk)

    def test_the_same_address_in_other_letters_is_no_correction(self) -> None:
        self.correct("GUES@booktime.example")
        self.assertEqual(mail.outbox, [])
        self.assertEqual(self.order.history.count(), 1)

    def test_links_mailed_to_the_address_before_end(self) -> None:
        token = make_access_token(self.order.pk)
        self.assertRedirects(self.client.get(f"/orders/open/{token}/"), f"/orders/{self.order.pk}/")
        self.correct("guest@booktime.example")
        # Links count in whole seconds, so let it be some of them later.
        later = timezone.now() + timedelta(seconds=3)
        self.order.history.filter(email="guest@booktime.example").update(history_date=later)
        stranger = self.client_class()
        self.assertEqual(stranger.get(f"/orders/open/{token}/").status_code, 404)
        self.assertNotIn(GUEST_ORDERS, stranger.session)

    def test_whoever_had_opened_it_before_reads_it_no_more(self) -> None:
        other = OrderFactory(guest=True, email="gues@booktime.example")
        page, others = f"/orders/{self.order.pk}/", f"/orders/{other.pk}/"
        for order in (self.order, other):
            self.client.get(f"/orders/open/{make_access_token(order.pk)}/")
        self.assertEqual(self.client.get(page).status_code, 200)
        self.correct("guest@booktime.example")
        self.assertRedirects(self.client.get(page), f"/login/?next={page}")
        self.assertEqual(self.client.get(others).status_code, 200)
        self.assertRedirects(self.client.get(self.mailed_path()), page)

    def test_whoever_placed_it_reads_on(self) -> None:
        session = self.client.session
        session[GUEST_ORDERS] = [self.order.pk]
        session.save()
        self.client.get(f"/orders/open/{make_access_token(self.order.pk)}/")
        self.correct("guest@booktime.example")
        self.assertEqual(self.client.get(f"/orders/{self.order.pk}/").status_code, 200)

    def test_the_new_addresss_own_link_opens_it_at_once(self) -> None:
        self.correct("guest@booktime.example")
        self.assertRedirects(self.client.get(self.mailed_path()), f"/orders/{self.order.pk}/")

    def test_its_owner_finds_it_after_signing_in(self) -> None:
        user = UserFactory(email="guest@booktime.example")
        self.correct("guest@booktime.example")
        self.log_in(user)
        self.order.refresh_from_db()
        self.assertEqual(self.order.user, user)


class OfficeEmailTests(OfficeOrderTestCase):
    def correct(self, email: str):
        return self.send(self.page, self.open(self.page), email=email)

    def email(self) -> str:
        return Order.objects.get(pk=self.order.pk).email

    def test_the_office_corrects_it_and_the_history_tells(self) -> None:
        before = self.email()
        self.correct("Right@booktime.example")
        self.assertEqual(self.email(), "right@booktime.example")
        history = self.client.get(f"{self.path}{self.order.pk}/history/")
        self.assertContains(history, "E-mail address")
        self.assertContains(history, before)
        self.assertContains(history, "right@booktime.example")
        self.assertContains(history, str(self.staff))

    def test_even_when_the_order_is_cancelled(self) -> None:
        cancel_order(order_id=self.order.pk)
        self.correct("right@booktime.example")
        self.assertEqual(self.email(), "right@booktime.example")
        self.assertEqual(self.states()[0], CANCELLED)

    def test_what_is_no_address_is_refused(self) -> None:
        before = self.email()
        for wrong in ("", "right", "vıctim@mail.example", "a\u200e@mail.example"):
            with self.subTest(wrong):
                form = self.correct(wrong).context["adminform"].form
                self.assertEqual(list(form.errors), ["email"])
        self.assertEqual(self.email(), before)
        self.assertEqual(self.order.history.count(), 1)
