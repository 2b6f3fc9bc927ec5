"""People in the admin sites, and what lets them in: given, taken away, never shown."""

from uuid import uuid4

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from knox.models import AuthToken

from main.actions.conversations import join_conversation, post_message
from main.actions.customer_service import take_conversation
from main.models import Message, Participant, Role, User
from main.models.participants import staff
from main.models.staff_roles import OFFICE
from main.tests.support.admin_case import AdminTestCase
from main.tests.support.factories import (
    BasketFactory,
    BasketLineFactory,
    EmployeeFactory,
    OrderFactory,
    ProductFactory,
    UserFactory,
)


class UserTests(AdminTestCase):
    def test_someone_with_orders_is_kept_and_the_page_says_why(self) -> None:
        order = OrderFactory()
        path = f"/admin/main/user/{order.user_id}/delete/"
        for response in (self.client.get(path), self.client.post(path, {"post": "yes"})):
            self.assertContains(response, "Cannot delete user")
        chosen = {"action": "delete_selected", "_selected_action": [order.user_id]}
        response = self.client.post("/admin/main/user/", chosen | {"post": "yes"})
        self.assertContains(response, "Cannot delete user")
        self.assertTrue(User.objects.filter(pk=order.user_id).exists())

    def test_someone_without_orders_can_be_deleted(self) -> None:
        user = UserFactory()
        BasketLineFactory(basket=BasketFactory(user=user))
        self.send(f"/admin/main/user/{user.pk}/delete/", {"post": "yes"})
        self.assertFalse(User.objects.filter(pk=user.pk).exists())

    def assert_kept(self, user: User) -> None:
        path = f"/admin/main/user/{user.pk}/delete/"
        for response in (self.client.get(path), self.client.post(path, {"post": "yes"})):
            self.assertContains(response, "Cannot delete user")
            self.assertContains(response, f"What {user} did as staff. Untick “Active” instead")
        chosen = {"action": "delete_selected", "_selected_action": [user.pk], "post": "yes"}
        self.assertContains(self.client.post("/admin/main/user/", chosen), "Cannot delete user")
        self.assertTrue(User.objects.filter(pk=user.pk).exists())

    def test_who_works_here_is_kept_and_the_page_says_why(self) -> None:
        clerk = EmployeeFactory()
        self.assert_kept(clerk)
        page = self.client.get(f"/admin/main/user/{clerk.pk}/change/")
        self.assertContains(page, "Current and former members of staff cannot be deleted.")

    def test_who_worked_here_is_kept(self) -> None:
        clerk = EmployeeFactory()
        clerk.is_staff = False
        clerk.save()
        self.assert_kept(clerk)

    def test_who_changed_anything_is_kept_with_their_name_on_it(self) -> None:
        clerk, book = UserFactory(), ProductFactory()
        book.history.update(history_user=clerk)
        self.assert_kept(clerk)
        self.assertEqual(book.history.get().history_user, clerk)
        noted = UserFactory()
        LogEntry.objects.create(user=noted, action_flag=2, object_repr="A book")
        self.assert_kept(noted)

    def test_who_spoke_to_customers_is_kept(self) -> None:
        order = OrderFactory()
        speaker, keeper, visitor = UserFactory.create_batch(3)
        author = Participant(role=Role.STAFF, user_id=speaker.pk, name="Olive")
        post_message(order_id=order.pk, cid=uuid4(), text="It is on its way.", author=author)
        take_conversation(order_id=order.pk, user_id=keeper.pk)
        join_conversation(order_id=order.pk, author=staff(visitor))
        for user in (speaker, keeper, visitor):
            self.assert_kept(user)
        self.assertEqual(Message.objects.get(author=speaker).author_name, "Olive")

    def test_staff_are_added_and_changed(self) -> None:
        add = "/admin/main/user/add/"
        words = {"password1": "seven-quiet-lamps", "password2": "seven-quiet-lamps"}
        self.send_well(add, self.open(add) | words, email="Office@BookTime.example")
        user = User.objects.get(email="office@booktime.example")
        path = f"/admin/main/user/{user.pk}/change/"
        group = Group.objects.get(name=OFFICE.group)
        self.send_well(path, self.open(path), is_staff="on", groups=[group.pk])
        user = User.objects.get(pk=user.pk)
        self.assertTrue(user.is_employee and user.check_password("seven-quiet-lamps"))
        self.assertContains(self.client.get("/admin/main/user/"), OFFICE.group)

    def test_a_new_address_is_to_be_proved_and_the_old_one_opens_nothing(self) -> None:
        user = EmployeeFactory()
        path = f"/admin/main/user/{user.pk}/change/"
        self.send_well(path, self.open(path), first_name="Oswin")
        self.assertTrue(EmailAddress.objects.filter(user=user, verified=True).exists())
        self.send_well(path, self.open(path), email="new@booktime.example")
        self.assertFalse(EmailAddress.objects.filter(user=user).exists())

    def test_a_group_has_what_its_migration_gave(self) -> None:
        group = Group.objects.get(name=OFFICE.group)
        path = f"/admin/auth/group/{group.pk}/change/"
        self.assertContains(self.client.get(path), "Can mark orders paid")
        self.assertEqual(self.client.post(path, {"name": "Anyone"}).status_code, 403)
        self.assertEqual(self.client.get("/admin/auth/group/add/").status_code, 403)


class SecretTests(AdminTestCase):
    """Second factors, tokens and proofs of addresses: what they hold is shown to nobody."""

    def setUp(self) -> None:
        super().setUp()
        self.factor = Authenticator.objects.create(
            user=self.staff, type="totp", data={"secret": "TOPSECRET"}
        )
        self.path = "/admin/mfa/authenticator/"

    def test_a_lost_factor_is_taken_away_unread(self) -> None:
        page = f"{self.path}{self.factor.pk}/"
        for path in (self.path, f"{page}change/", f"{page}history/", f"{page}delete/"):
            self.assertNotContains(self.client.get(path), "TOPSECRET")
        self.assertEqual(self.client.post(f"{page}change/", {"data": "{}"}).status_code, 403)
        self.assertEqual(self.client.get(f"{self.path}add/").status_code, 403)
        self.client.post(f"{page}delete/", {"post": "yes"})
        self.assertFalse(Authenticator.objects.exists())

    def test_nothing_hidden_is_found_out_by_asking(self) -> None:
        for path in (
            f"{self.path}?data__secret__startswith=T",
            "/admin/main/user/?password__startswith=argon2",
            "/admin/knox/authtoken/?digest__startswith=a",
        ):
            with self.assertLogs("django.security", "ERROR"):
                self.assertEqual(self.client.get(path).status_code, 400)

    def test_a_token_is_revoked(self) -> None:
        token, text = AuthToken.objects.create(user=self.staff)
        path = "/admin/knox/authtoken/"
        self.assertNotContains(self.client.get(path), text[:8])
        self.assertEqual(self.client.get(f"{path}add/").status_code, 403)
        chosen = {"action": "delete_selected", "_selected_action": [token.pk], "post": "yes"}
        self.client.post(path, chosen)
        self.assertFalse(AuthToken.objects.exists())

    def test_nobody_proves_an_address_in_anothers_place(self) -> None:
        UserFactory(verified=False)
        address = EmailAddress.objects.get(verified=False)
        path = f"/admin/account/emailaddress/{address.pk}/change/"
        self.assertEqual(self.client.post(path, {"verified": "on"}).status_code, 403)
        chosen = {"action": "make_verified", "_selected_action": [address.pk]}
        self.client.post("/admin/account/emailaddress/", chosen)
        address.refresh_from_db()
        self.assertFalse(address.verified)

    def test_the_arguments_of_tasks_are_shown_to_nobody(self) -> None:
        self.assertNotContains(self.client.get("/admin/"), "Task")
        self.assertEqual(self.client.get("/admin/django_tasks_database/").status_code, 404)
