"""Lists and pages of the admin sites ask as little of the database with many rows as with few."""

import re
from unittest.mock import patch

from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext

from main.actions.payments import mark_order_paid
from main.admin.base import StaffModelAdmin
from main.forms.pages import BoundedPaginator
from main.models import Order, OrderLine, ProductTag
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

MOST = 11
LISTS = {
    "/admin/": ["order", "product", "producttag", "address", "user", "invoice", "basket"],
    "/office-admin/": ["order", "product", "producttag", "address", "invoice"],
    "/dispatch-admin/": ["order", "product", "order/packing"],
}


class QueryTests(AdminTestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        cls.people = dict(
            zip(LISTS, [cls.staff, EmployeeFactory(), DispatcherFactory()], strict=True)
        )
        cls.add_rows(2)

    @classmethod
    def add_rows(cls, rows: int) -> None:
        for _ in range(rows):
            tag = ProductTagFactory()
            book = ProductFactory(tags=[tag])
            ProductImageFactory(product=book)
            AddressFactory()
            BasketLineFactory(product=book)
            line = OrderLineFactory(product=book)
            OrderLineFactory(order=line.order, product=book)
            mark_order_paid(order_id=line.order_id)

    def queries(self, path: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            self.assertEqual(self.client.get(path).status_code, 200)
        return len(captured)

    def asked(self) -> dict[str, int]:
        ContentType.objects.get_for_model(Order)
        asked = {}
        for prefix, names in LISTS.items():
            self.client.force_login(self.people[prefix])
            for name in names:
                for query in ("", "?q=978"):
                    path = f"{prefix}main/{name}/{query}"
                    asked[path] = self.queries(path)
        return asked

    def test_with_few_rows_and_with_many(self) -> None:
        few = self.asked()
        self.add_rows(12)
        self.assertEqual(self.asked(), few)
        self.assertEqual({path: asked for path, asked in few.items() if asked > MOST}, {})

    def test_an_orders_page_with_few_lines_and_with_many(self) -> None:
        order = Order.objects.first()
        pages = {"/office-admin/": ["change", "history"], "/dispatch-admin/": ["change"]}

        def asked() -> list[int]:
            ContentType.objects.get_for_model(Order)
            counts = []
            for prefix, names in pages.items():
                self.client.force_login(self.people[prefix])
                path = f"{prefix}main/order/{order.pk}"
                counts += [self.queries(f"{path}/{name}/") for name in names]
            return counts

        few = asked()
        OrderLineFactory.create_batch(8, order=order)
        self.assertEqual(asked(), few)
        self.assertLessEqual(max(few), 12)


class PaginatorTests(AdminTestCase):
    def test_it_counts_no_further_than_anybody_leafs(self) -> None:
        OrderLineFactory.create_batch(4)
        lines = OrderLine.objects.order_by("name")
        self.assertEqual(BoundedPaginator(lines, 2).count, 4)

        class Short(BoundedPaginator):
            MOST = 3

        with CaptureQueriesContext(connection) as captured:
            pages = Short(lines, 2)
            self.assertEqual((pages.count, pages.num_pages), (3, 2))
        self.assertTrue(pages.is_cut)
        self.assertIn("LIMIT 4", captured[0]["sql"])


class SelectAllTests(AdminTestCase):
    """A list whose pages are counted to three, with five subjects on two pages."""

    path = "/admin/main/producttag/"

    def setUp(self) -> None:
        super().setUp()
        self.tags = ProductTagFactory.create_batch(5)
        self.enterContext(patch.object(BoundedPaginator, "MOST", 3))
        self.enterContext(patch.object(StaffModelAdmin, "list_per_page", 2))

    def test_the_number_is_that_of_all_rows(self) -> None:
        response = self.client.get(self.path)
        self.assertContains(response, "The first 3 subjects")
        self.assertContains(response, "Select all 5 subjects")
        self.assertContains(response, "All 5 selected")

    def test_it_is_that_of_the_rows_found(self) -> None:
        ProductTagFactory.create_batch(5, active=False)
        response = self.client.get(f"{self.path}?active__exact=0")
        self.assertContains(response, "All 5 selected")

    def test_a_list_that_is_counted_to_its_end_is_counted_once(self) -> None:
        with patch.object(BoundedPaginator, "MOST", 5), CaptureQueriesContext(connection) as asked:
            self.assertContains(self.client.get(self.path), "All 5 selected")
        self.assertEqual(sum("COUNT(" in query["sql"] for query in asked), 1)

    def test_the_confirmation_says_the_same_and_deletes_those_rows(self) -> None:
        chosen = {"action": "delete_selected", "_selected_action": [self.tags[0].pk]}
        response = self.client.post(self.path, chosen | {"index": "0", "select_across": "1"})
        self.assertContains(response, "Delete these 5 subjects")
        later = ProductTagFactory()
        (confirmed,) = re.findall('name="confirmed" value="([^"]+)"', response.content.decode())
        sure = {"action": "delete_selected", "post": "yes", "confirmed": confirmed}
        self.assertRedirects(self.client.post(self.path, sure), self.path)
        self.assertEqual([*ProductTag.objects.all()], [later])

    def test_a_confirmation_of_what_is_no_key_deletes_nothing(self) -> None:
        sure = {"action": "delete_selected", "post": "yes", "confirmed": f"{self.tags[0].pk},x"}
        self.assertEqual(self.client.post(self.path, sure).status_code, 400)
        self.assertEqual(ProductTag.objects.count(), 5)
