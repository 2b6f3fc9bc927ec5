"""A customer's own orders, on their phone."""

from collections import defaultdict
from collections.abc import Iterable
from http import HTTPStatus

from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from main.api.queries import KnownQuery
from main.api.views import NeverCached
from main.models import Order, OrderLine, Product
from main.wording.facts import item_text

MOST_ORDERS = 100
LINES_NAMED, NAME_LENGTH = 3, 60
_SUMMARY_LENGTH = LINES_NAMED * (NAME_LENGTH + 12) + 20


class MyOrderSerializer(serializers.Serializer):
    id = serializers.IntegerField(min_value=10**11, max_value=10**12 - 1)
    image = serializers.URLField(
        allow_null=True, help_text="The cover of the first book; null if it has none."
    )
    summary = serializers.CharField(
        max_length=_SUMMARY_LENGTH, help_text="What was ordered, shortened."
    )
    price = serializers.DecimalField(
        max_digits=10,
        decimal_places=2,
        help_text="What was agreed, in the shop's currency, with VAT and all charges.",
    )


@extend_schema(tags=["Customers"])
class MyOrdersView(KnownQuery, NeverCached):
    permission_classes = [IsAuthenticated]
    problems = {"GET": {HTTPStatus.BAD_REQUEST}}
    serializer_class = MyOrderSerializer

    @extend_schema(
        operation_id="list_my_orders",
        summary="My orders",
        responses=MyOrderSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """The user's own orders, newest first: the last hundred. The site shows all of them."""
        lines = OrderLine.objects.only("order", "name", "quantity", "product")
        mine = Order.objects.visible_to(request.user).newest_first().only("total")
        orders = list(mine.prefetch_related(Prefetch("lines", lines))[:MOST_ORDERS])
        covers = _first_covers(orders)
        rows = [_row(request, order, covers) for order in orders]
        return Response(MyOrderSerializer(rows, many=True).data)


def _row(request: Request, order: Order, covers: dict[int, str]) -> dict:
    lines = list(order.lines.all())
    cover = covers.get(lines[0].product_id) if lines else None
    return {
        "id": order.pk,
        "image": request.build_absolute_uri(cover) if cover else None,
        "summary": summary(lines),
        "price": order.total,
    }


def summary(lines: list[OrderLine]) -> str:
    """“2 × Emma, 1 × Dracula”: the first few books, with long titles cut.

    Copies that moved to a line of their own are counted with the others of their book.
    """
    books: dict[int, list[OrderLine]] = defaultdict(list)
    for line in lines:
        books[line.product_id].append(line)
    named = [
        item_text(sum(line.quantity for line in book), book[0].name, length=NAME_LENGTH)
        for book in list(books.values())[:LINES_NAMED]
    ]
    others = len(books) - len(named)
    return ", ".join(named) + (f", and {others} more" if others else "")


def _first_covers(orders: Iterable[Order]) -> dict[int, str]:
    """By product, the address of the cover of each order's first book, in one query."""
    first = {lines[0].product_id for order in orders if (lines := order.lines.all())}
    products = Product.objects.filter(pk__in=first).with_cover().only("pk")
    return {product.pk: product.cover.src for product in products if product.cover}
