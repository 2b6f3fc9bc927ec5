"""The columns of the order dashboard, and its pages."""

import django_tables2 as tables

from main.forms.pages import BoundedPaginator

ORDERS_A_PAGE = 50


class OrderTable(tables.Table):
    """Its headings and its sorting; the template has the cells.

    Sorts by columns that have an index, and then by age, so that pages do not overlap.
    """

    number = tables.Column("Order", orderable=False)
    placed = tables.Column("Placed", order_by=("created_at", "pk"))
    customer = tables.Column("Customer", orderable=False)
    status = tables.Column("State", order_by=("status", "-created_at", "-pk"))
    total = tables.Column("Total", order_by=("total", "created_at", "pk"))

    class Meta:
        template_name = "orders/dashboard_table.html"
        order_by_field = "sort"


class OrderPaginator(BoundedPaginator):
    MOST = 2000
