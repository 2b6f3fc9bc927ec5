"""The owners' admin: subjects, orders, people; that every page opens. Books stand beside it."""

from datetime import UTC, datetime
from unittest import mock

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission

from main.models import Order, OrderLine, Product, ProductTag, User
from main.tests.admin_case import AdminTestCase
from main.tests.factories import (
    BasketFactory,
    BasketLineFactory,
    OrderFactory,
    OrderLineFactory,
    ProductFactory,
    ProductImageFactory,
    ProductTagFactory,
    StaffFactory,
    UserFactory,
)

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


class SubjectTests(AdminTestCase):
    add = "/admin/main/producttag/add/"

    def test_a_subject_is_added_changed_and_deleted(self) -> None:
        self.send_well(self.add, self.open(self.add), name="Novels", slug="novels")
        tag = ProductTag.objects.get()
        path = f"/admin/main/producttag/{tag.pk}"
        self.send_well(f"{path}/change/", self.open(f"{path}/change/"), name="Long novels")
        tag.refresh_from_db()
        self.assertEqual((tag.name, tag.slug, tag.active), ("Long novels", "novels", True))
        ProductFactory(tags=[tag])
        self.send(f"{path}/delete/", {"post": "yes"})
        self.assertEqual((ProductTag.objects.count(), Product.objects.count()), (0, 1))

    def test_the_address_of_all_books_is_no_subjects(self) -> None:
        for slug in ("all", "All"):
            response = self.send(self.add, self.open(self.add), name="All", slug=slug)
            self.assert_refused(response, "slug", "“all” is the list of all books.")
        self.send_well(self.add, self.open(self.add), name="All", slug="all-sorts")


class OrderActionTests(AdminTestCase):
    path = "/admin/main/order/"

    def setUp(self) -> None:
        super().setUp()
        self.line = OrderLineFactory(quantity=3, product__stock=4)
        self.order = self.line.order
        Order.objects.update(updated_at=LONG_AGO)

    def run_action(self, name: str) -> None:
        self.client.post(self.path, {"action": name, "_selected_action": [self.order.pk]})
        self.order.refresh_from_db()
        self.line.product.refresh_from_db()

    def assert_history(self, *messages: str) -> None:
        page = f"{self.path}{self.order.pk}/history/"
        written = LogEntry.objects.values_list("change_message", flat=True)
        self.assertEqual(list(written), list(messages))
        if messages:
            self.assertContains(self.client.get(page), messages[0])

    def test_an_order_is_marked_paid_once(self) -> None:
        self.run_action("mark_paid")
        self.run_action("mark_paid")
        self.assertEqual(self.order.status, Order.Status.PAID)
        self.assertGreater(self.order.updated_at, LONG_AGO)
        self.assert_history("Marked paid.")

    def test_an_order_is_cancelled_once(self) -> None:
        self.run_action("cancel")
        self.run_action("cancel")
        self.assertEqual(self.order.status, Order.Status.CANCELLED)
        self.assertEqual(self.line.product.stock, 7)
        self.assertGreater(self.order.updated_at, LONG_AGO)
        self.assert_history("Cancelled.")

    def test_an_order_without_its_entry_in_the_history_is_not_cancelled(self) -> None:
        with (
            mock.patch("main.admin.owner.OrderAdmin.log_change", side_effect=OSError),
            self.assertLogs("django.request", "ERROR"),
            self.assertRaises(OSError),
        ):
            self.run_action("cancel")
        self.assertFalse(OrderLine.objects.exclude(status=OrderLine.Status.NEW).exists())

    def test_who_may_only_look_can_do_neither(self) -> None:
        self.log_in_with("view_order")
        for name in ("mark_paid", "cancel"):
            self.run_action(name)
        self.assertEqual((self.order.status, self.line.product.stock), (Order.Status.NEW, 4))
        self.assertNotContains(self.client.get(self.path), "Mark paid")
        self.assert_history()

    def test_who_may_change_orders_can_settle_but_not_rewrite_them(self) -> None:
        self.log_in_with("change_order")
        self.run_action("mark_paid")
        self.assertEqual(self.order.status, Order.Status.PAID)
        page = f"{self.path}{self.order.pk}/change/"
        self.assertNotIn("email", self.open(page))
        self.assertEqual(self.client.post(page, {"email": "x@y.example"}).status_code, 403)

    def log_in_with(self, right: str) -> None:
        staff = StaffFactory()
        staff.user_permissions.add(Permission.objects.get(codename=right))
        self.client.force_login(staff)


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

    def test_staff_are_added_and_changed(self) -> None:
        add = "/admin/main/user/add/"
        words = {"password1": "seven-quiet-lamps", "password2": "seven-quiet-lamps"}
        self.send_well(add, self.open(add) | words, email="Office@BookTime.example")
        user = User.objects.get(email="office@booktime.example")
        path = f"/admin/main/user/{user.pk}/change/"
        self.send_well(path, self.open(path), is_staff="on")
        user.refresh_from_db()
        self.assertTrue(user.is_staff and user.check_password("seven-quiet-lamps"))


class AdminPageTests(AdminTestCase):
    def test_every_page_opens(self) -> None:
        ProductImageFactory(product__tags=[ProductTagFactory()])
        OrderLineFactory()
        for model, model_admin in admin.site._registry.items():
            names = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
            first = model._default_manager.first()
            pages = [names, f"{names}?q=978", *([f"{names}{first.pk}/change/"] if first else [])]
            for page in pages:
                with self.subTest(page, admin=model_admin):
                    self.assertEqual(self.client.get(page).status_code, 200)

    def test_the_arguments_of_tasks_are_shown_to_nobody(self) -> None:
        self.assertNotContains(self.client.get("/admin/"), "Task")
        self.assertEqual(self.client.get("/admin/django_tasks_database/").status_code, 404)

    def test_who_may_only_look_at_books_sees_them(self) -> None:
        book, staff = ProductFactory(), StaffFactory()
        staff.user_permissions.add(Permission.objects.get(codename="view_product"))
        self.client.force_login(staff)
        path = f"/admin/main/product/{book.pk}/change/"
        self.assertContains(self.client.get(path), book.isbn)
        self.assertNotIn("isbn", self.open(path))
        self.assertEqual(self.client.post(path, {"isbn": ""}).status_code, 403)
