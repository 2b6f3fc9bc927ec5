"""The columns of the order dashboard, and its pages, which are counted to a limit only."""

import django_tables2 as tables
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property

from main.models import Order

ORDERS_A_PAGE = 50
MOST_COUNTED = 2000  # orders; whoever looks for one further down narrows the list


class OrderTable(tables.Table):
    """Sorted by columns that have an index; ties by age, so that pages do not overlap."""

    number = tables.Column("Order", orderable=False)
    placed = tables.Column("Placed", accessor="created_at", order_by=("created_at", "pk"))
    customer = tables.Column("Customer", accessor="shipping_name", orderable=False)
    status = tables.Column("State", order_by=("status", "-created_at", "-pk"))
    total = tables.Column("Total", order_by=("total", "created_at", "pk"))

    class Meta:
        template_name = "orders/dashboard_table.html"
        order_by_field = "sort"


class BoundedPaginator(Paginator):
    """Of the rows of an OrderTable: counts no further than MOST_COUNTED, however many there are."""

    @cached_property
    def counted(self) -> int:
        """How many there are, or one more than is counted to."""
        orders: QuerySet[Order] = self.object_list.data.data
        return orders.order_by()[: MOST_COUNTED + 1].count()

    @cached_property
    def count(self) -> int:
        return min(self.counted, MOST_COUNTED)

    @property
    def is_cut(self) -> bool:
        return self.counted > MOST_COUNTED
