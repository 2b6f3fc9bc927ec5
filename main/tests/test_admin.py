"""The admin sites: subjects, that every page opens, and the invoice as it should look."""

import os
import re
from datetime import UTC, datetime
from pathlib import Path

from django.contrib import admin
from django.test import override_settings
from django.urls import reverse

from main.admin.sites import dispatch_site, office_site
from main.models import Invoice, Order, OrderLine, Product, ProductTag
from main.tests.support.admin_case import AdminTestCase
from main.tests.support.factories import (
    AddressFactory,
    BasketLineFactory,
    DispatcherFactory,
    EmployeeFactory,
    OrderLineFactory,
    ProductFactory,
    ProductImageFactory,
    ProductTagFactory,
)
from main.tests.support.invoice_case import (
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
        kept = {"main_order", "main_invoice", "main_conversation", "main_basket"}
        kept |= {"auth_group", "account_emailaddress"}
        self.pay()
        self.assert_opens(admin.site, self.staff, without={f"{name}_delete" for name in kept})

    def test_of_the_office(self) -> None:
        self.pay()
        kept = {"main_order", "main_invoice", "main_conversation", "main_address", "main_product"}
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
