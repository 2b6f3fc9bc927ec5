"""The admin sites: subjects, people, what lets them in, and that every page opens."""

import os
import re
from datetime import UTC, datetime
from pathlib import Path

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.test import override_settings
from django.urls import reverse
from knox.models import AuthToken

from main.admin.sites import dispatch_site, office_site
from main.models import Invoice, Order, OrderLine, Product, ProductTag, User
from main.models.users import EMPLOYEES
from main.tests.admin_case import AdminTestCase
from main.tests.factories import (
    AddressFactory,
    BasketFactory,
    BasketLineFactory,
    DispatcherFactory,
    EmployeeFactory,
    OrderFactory,
    OrderLineFactory,
    ProductFactory,
    ProductImageFactory,
    ProductTagFactory,
    UserFactory,
)
from main.tests.invoice_case import (
    ARABIC,
    HAS_FONTS,
    JAPANESE,
    LONG_TITLE,
    SELLER,
    pages_of,
    paid_order,
)

FIXTURES = Path(__file__).parent.parent / "fixtures"


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
        self.assertContains(page, "Who is or was staff cannot be deleted.")

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

    def test_staff_are_added_and_changed(self) -> None:
        add = "/admin/main/user/add/"
        words = {"password1": "seven-quiet-lamps", "password2": "seven-quiet-lamps"}
        self.send_well(add, self.open(add) | words, email="Office@BookTime.example")
        user = User.objects.get(email="office@booktime.example")
        path = f"/admin/main/user/{user.pk}/change/"
        group = Group.objects.get(name=EMPLOYEES)
        self.send_well(path, self.open(path), is_staff="on", groups=[group.pk])
        user = User.objects.get(pk=user.pk)
        self.assertTrue(user.is_employee and user.check_password("seven-quiet-lamps"))
        self.assertContains(self.client.get("/admin/main/user/"), EMPLOYEES)

    def test_a_new_address_is_to_be_proved_and_the_old_one_opens_nothing(self) -> None:
        user = EmployeeFactory()
        path = f"/admin/main/user/{user.pk}/change/"
        self.send_well(path, self.open(path), first_name="Oswin")
        self.assertTrue(EmailAddress.objects.filter(user=user, verified=True).exists())
        self.send_well(path, self.open(path), email="new@booktime.example")
        self.assertFalse(EmailAddress.objects.filter(user=user).exists())

    def test_a_group_has_what_its_migration_gave(self) -> None:
        group = Group.objects.get(name=EMPLOYEES)
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


class AdminPageTests(AdminTestCase):
    """Every page that a site has opens for whom it is made, with everything there is on it."""

    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        ProductImageFactory(product__tags=[ProductTagFactory()])
        AddressFactory()
        BasketLineFactory()
        cls.line = OrderLineFactory(order__total="8.49")

    def assert_opens(self, site, user, *, without: set[str]) -> None:
        self.client.force_login(user)
        for model, model_admin in site._registry.items():
            name = f"{model._meta.app_label}_{model._meta.model_name}"
            one = model_admin.get_queryset(self.client.get("/").wsgi_request).first()
            for page in ["changelist", *(("change", "history", "delete") if one else ())]:
                expected = 403 if f"{name}_{page}" in without else 200
                arguments = [] if page == "changelist" else [one.pk]
                path = reverse(f"{site.name}:{name}_{page}", args=arguments)
                with self.subTest(path):
                    self.assertEqual(self.client.get(path).status_code, expected)

    def test_of_the_owners(self) -> None:
        kept = {"main_order", "main_invoice", "main_basket", "auth_group", "account_emailaddress"}
        self.pay()
        self.assert_opens(admin.site, self.staff, without={f"{name}_delete" for name in kept})

    def test_of_the_office(self) -> None:
        self.pay()
        kept = {"main_order", "main_invoice", "main_address", "main_product"}
        self.assert_opens(office_site, EmployeeFactory(), without={f"{n}_delete" for n in kept})

    def test_of_dispatch(self) -> None:
        self.pay()
        pages = ("delete", "history")
        refused = {f"main_{name}_{page}" for name in ("order", "product") for page in pages}
        self.assert_opens(dispatch_site, DispatcherFactory(), without=refused)

    def pay(self) -> None:
        chosen = {"action": "mark_paid", "_selected_action": [self.line.order_id]}
        self.client.post("/admin/main/order/", chosen)
        self.assertEqual(Order.objects.get().status, Order.Status.PAID)
        self.assertEqual((Invoice.objects.count(), OrderLine.objects.count()), (1, 1))

    def test_each_site_wears_its_own_colours(self) -> None:
        for site, user in (
            ("admin", self.staff),
            ("central-office-admin", EmployeeFactory()),
            ("dispatchers-admin", DispatcherFactory()),
        ):
            self.client.force_login(user)
            page = self.client.get(reverse(f"{site}:index"))
            self.assertContains(page, page.context["stylesheet"])
            self.assertContains(page, page.context["site_header"])

    def test_what_is_no_key_is_refused(self) -> None:
        for key in ("x", "", "9" * 30, "1\x00"):
            chosen = {"action": "mark_paid", "_selected_action": [key]}
            with self.assertLogs("django.request"):
                response = self.client.post("/admin/main/order/", chosen)
            self.assertEqual(response.status_code, 400, key)

    def test_passwords_are_changed_at_the_shops_own_door(self) -> None:
        for path in ("/admin/password_change/", "/admin/password_change/done/"):
            self.assertRedirects(
                self.client.get(path),
                reverse("account_change_password"),
                fetch_redirect_response=False,
            )


@override_settings(SELLER=SELLER)
class TestAdminViews(AdminTestCase):
    """The invoice beside what it looked like when it was last looked at.

    After a wanted change of the layout: run this with REWRITE_INVOICE_FIXTURE=1, and look again.
    """

    def setUp(self) -> None:
        super().setUp()
        ProductFactory.reset_sequence()
        order = paid_order(
            ("Middlemarch", "8.49", "0", 2),
            (LONG_TITLE, "12.00", "0", 1),
            (JAPANESE, "9.99", "20", 3),
            (ARABIC, "7.50", "5", 1),
            ("<b>Bold</b> & brave", "0.99", "20", 1),
            id=123456789012,
            email="ada@booktime.example",
            billing_address2="Flat 3",
        )
        Order.objects.update(created_at=datetime(2026, 3, 12, 9, 30, tzinfo=UTC))
        self.path = reverse("admin:invoice", kwargs={"order_id": order.pk})

    def compare_bodies(self, content: bytes, expected: bytes) -> None:
        """The heads differ: the names of static files are hashed in production."""
        bodies = [
            re.search(r"<body>(.*)</body>", page.decode(), re.DOTALL).group(1).strip()
            for page in (content, expected)
        ]
        self.assertEqual(*bodies)

    def fixture(self, name: str, content: bytes) -> bytes:
        if os.environ.get("REWRITE_INVOICE_FIXTURE"):
            (FIXTURES / name).write_bytes(content)
        return (FIXTURES / name).read_bytes()

    def test_invoice_renders_exactly_as_expected(self) -> None:
        html = self.client.get(self.path)
        self.assertEqual(html.status_code, 200)
        expected = self.fixture("invoice_test_order.html", html.content)
        self.compare_bodies(html.content, expected)
        pdf = self.client.get(self.path, {"format": "pdf"})
        self.assertEqual(pdf["Content-Type"], "application/pdf")
        expected = self.fixture("invoice_test_order.pdf", pdf.content)
        self.assertEqual(pdf.content[:5], expected[:5])
        if HAS_FONTS:
            self.assertEqual(pages_of(pdf.content), pages_of(expected))
