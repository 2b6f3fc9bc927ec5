"""The history in the admin: who changed what, when, from what to what, and why."""

from main.actions.order_lines import move_order_lines
from main.actions.payments import mark_order_paid
from main.models import Product
from main.tests.support.admin_case import AdminTestCase
from main.tests.support.factories import (
    EmployeeFactory,
    OrderFactory,
    OrderLineFactory,
    ProductFactory,
    ProductTagFactory,
    UserFactory,
)


class HistoryTestCase(AdminTestCase):
    def entries(self, path: str) -> list[tuple]:
        """Newest first: who, what, about what, the changes, why."""
        response = self.client.get(path)
        self.assertEqual(response.status_code, 200)
        return [
            (
                entry.who,
                entry.what,
                entry.subject,
                [(change.label, change.before, change.after) for change in entry.changes],
                entry.reason,
            )
            for entry in response.context["entries"]
        ]


class ProductHistoryTests(HistoryTestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        cls.book = ProductFactory(name="Emma", stock=4, language="eng")
        cls.page = f"/admin/main/product/{cls.book.pk}"

    def test_a_change_is_told_from_what_to_what(self) -> None:
        form = f"{self.page}/change/"
        self.send_well(form, self.open(form), stock="9", language="ger", active=[])
        changes = [("Language", "English", "German"), ("Stock", "4", "9"), ("Active", "yes", "no")]
        who = self.staff.email
        self.assertEqual(
            self.entries(f"{self.page}/history/"),
            [(who, "Changed", "", changes, "Counted"), ("", "Created", "", [], "")],
        )

    def test_a_form_of_yesterday_writes_nothing_false(self) -> None:
        form = f"{self.page}/change/"
        fields = self.open(form)
        Product.objects.filter(pk=self.book.pk).update(price="9.99")  # an import, meanwhile
        self.send_well(form, fields, name="Emma, again")
        record = self.book.history.first()
        self.assertEqual((record.name, str(record.price)), ("Emma, again", "9.99"))

    def test_subjects_and_passwords_are_told_of_too(self) -> None:
        form = f"{self.page}/change/"
        self.send_well(form, self.open(form), tags=[ProductTagFactory(name="Novels").pk])
        who = self.staff.email
        newest, *_ = self.entries(f"{self.page}/history/")
        self.assertEqual(newest, (who, "Changed", "", [], "Subjects: none → Novels"))
        tags = [ProductTagFactory(name="Classics").pk, *self.book.tags.values_list("pk", flat=True)]
        self.send_well(form, self.open(form), tags=tags, stock="9")
        newest, second, *_ = self.entries(f"{self.page}/history/")
        why = "Counted; Subjects: Novels → Classics, Novels"
        self.assertEqual(newest, (who, "Changed", "", [("Stock", "4", "9")], why))
        self.assertEqual(second[4], "Subjects: none → Novels")
        user = UserFactory()
        words = {"password1": "nine-loud-bells-ring", "password2": "nine-loud-bells-ring"}
        self.client.post(f"/admin/main/user/{user.pk}/password/", words)
        newest, *_ = self.entries(f"/admin/main/user/{user.pk}/history/")
        self.assertEqual(newest[:2], (who, "Changed password."))

    def test_of_long_texts_the_place_where_they_part(self) -> None:
        Product.objects.filter(pk=self.book.pk).delete()
        book = ProductFactory(description="word " * 200 + "old")
        book.description = "word " * 200 + "new"
        book.save()
        [change] = self.entries(f"/admin/main/product/{book.pk}/history/")[0][3]
        self.assertEqual((change[1][:5], change[1][-3:], change[2][-3:]), ("…word", "old", "new"))

    def test_what_was_deleted_still_has_its_history(self) -> None:
        self.client.post(f"{self.page}/delete/", {"post": "yes"})
        entries = self.entries(f"{self.page}/history/")
        self.assertEqual([entry[:2] for entry in entries],
                         [(self.staff.email, "Deleted"), ("", "Created")])  # fmt: skip

    def test_what_never_was_has_none(self) -> None:
        for key in ("999999", "x", "9" * 30):
            response = self.client.get(f"/admin/main/product/{key}/history/")
            self.assertEqual(response.status_code, 404)

    def test_long_histories_have_pages_that_lose_no_change(self) -> None:
        for stock in range(5, 65):
            self.book.stock = stock
            self.book.save()
        path = f"{self.page}/history/"
        with self.assertNumQueries(6):
            first = self.entries(path)
        second = self.entries(f"{path}?p=2")
        self.assertEqual((len(first), len(second)), (50, 11))
        self.assertEqual(first[-1][3], [("Stock", "14", "15")])
        self.assertEqual(second[0][3], [("Stock", "13", "14")])


class OrderHistoryTests(HistoryTestCase):
    works_as = EmployeeFactory

    def test_an_orders_story_has_its_lines_in_it(self) -> None:
        line = OrderLineFactory(order=OrderFactory(), quantity=2, product__name="Emma")
        order, page = line.order, f"/office-admin/main/order/{line.order_id}"
        buttons = f"{page}/status/"
        self.client.post(buttons, {"to": "20", "was": "10"})
        form = f"{page}/change/"
        self.send_well(form, self.open(form), shipping_city="York", shipping_country="IE",
                       shipping_zip_code="D02 AF30")  # fmt: skip
        move = {f"line-{line.pk}": "40", f"was-{line.pk}": "10", "reason": "Sold out"}
        self.client.post(f"{page}/lines/", move)
        who = self.staff.email
        self.assertEqual(
            self.entries(f"{page}/history/")[:4],
            [
                (who, "Changed", "", [("Status", "paid", "cancelled")], ""),
                (who, "Changed", "2 × Emma", [("Status", "new", "cancelled")], "Sold out"),
                (
                    who,
                    "Changed",
                    "",
                    [
                        ("Shipping city", "London", "York"),
                        ("Shipping zip code", "WC1E 6BT", "D02 AF30"),
                        ("Shipping country", "United Kingdom", "Ireland"),
                    ],
                    "",
                ),
                (who, "Changed", "", [("Status", "new", "paid")], ""),
            ],
        )
        self.assertEqual(order.history.count(), 4)

    def test_the_shop_itself_is_named_so(self) -> None:
        line = OrderLineFactory()
        mark_order_paid(order_id=line.order_id)
        move_order_lines(order_id=line.order_id, line_ids=[line.pk], status=30)
        page = self.client.get(f"/office-admin/main/order/{line.order_id}/history/")
        self.assertContains(page, "the shop")


class UserHistoryTests(HistoryTestCase):
    def test_rights_are_told_from_what_to_what(self) -> None:
        user = UserFactory()
        form = f"/admin/main/user/{user.pk}/change/"
        group = EmployeeFactory().groups.get()
        self.send_well(form, self.open(form), is_staff="on", groups=[group.pk])
        told = self.entries(f"/admin/main/user/{user.pk}/history/")
        changes = [change for entry in told for change in entry[3]]
        self.assertIn(("Staff status", "no", "yes"), changes)
        self.assertIn(("Groups", "–", "Employees"), changes)
        self.assertEqual({entry[0] for entry in told if entry[3]}, {self.staff.email})
