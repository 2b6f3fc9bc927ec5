"""Lists and pages of the admin sites ask as little of the database with many rows as with few."""

from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext

from main.actions.payments import mark_order_paid
from main.forms.pages import BoundedPaginator
from main.models import Order, OrderLine
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

MOST = 10
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
