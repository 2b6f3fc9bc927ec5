"""Paid orders as dispatch needs them: where to, and which lines. No prices, no e-mail address."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.generics import ListAPIView, RetrieveAPIView

from main.api.fields import ORDER_ID, OrderIdFilter, StatusFilter
from main.api.orderlines import OrderLineSerializer
from main.api.pagination import NewestOrdersFirst
from main.api.permissions import HandlesOrders
from main.api.queries import KnownQuery
from main.api.views import NeverCached
from main.models import Order, OrderCharge, OrderLine

SHIPPING = [
    "shipping_name",
    "shipping_address1",
    "shipping_address2",
    "shipping_city",
    "shipping_zip_code",
    "shipping_country",
]
PAID = [(int(status), str(status.label)) for status in (Order.Status.PAID, Order.Status.DONE)]


class OrderServiceSerializer(serializers.ModelSerializer):
    class Meta:
        model = OrderCharge
        fields = ["code", "name", "quantity"]
        read_only_fields = fields


class OrderSerializer(serializers.ModelSerializer):
    number = serializers.CharField(help_text="The id as people read it out.")
    status = serializers.ChoiceField(choices=PAID)
    placed_at = serializers.DateTimeField(source="created_at")
    shipping_country = serializers.CharField(
        source="shipping_country.code", help_text="Two letters, by ISO 3166; XK is Kosovo."
    )
    shipping_country_name = serializers.CharField(source="shipping_country.name")
    lines = OrderLineSerializer(many=True)
    services = OrderServiceSerializer(
        many=True,
        required=False,
        help_text="What to do beside sending books, such as wrapping them. Left out if nothing.",
    )

    class Meta:
        model = Order
        fields = [
            "id", "number", "status", "placed_at", *SHIPPING, "shipping_country_name", "lines",
            "services",
        ]  # fmt: skip
        read_only_fields = [name for name in fields if name != "services"]

    def to_representation(self, order: Order) -> dict[str, Any]:
        """As programs of before there were services know it, where there are none."""
        shown = super().to_representation(order)
        if not shown["services"]:
            del shown["services"]
        return shown


class OrderFilters(filters.FilterSet):
    order = OrderIdFilter(field_name="pk", label="This order.")
    status = StatusFilter(choices=PAID, label="Only orders in these states.")


class PaidOrders:
    permission_classes = [HandlesOrders]
    serializer_class = OrderSerializer

    def get_queryset(self) -> QuerySet[Order]:
        lines = OrderLine.objects.select_related("product").only(
            "name", "quantity", "status", "order", "product__isbn"
        )
        orders = Order.objects.paid().only("status", "created_at", *SHIPPING)
        charges = OrderCharge.objects.only("order", "kind", "code", "name", "quantity", "status")
        return orders.prefetch_related(Prefetch("lines", lines), Prefetch("charges", charges))


@extend_schema(tags=["Dispatch"])
@extend_schema_view(get=extend_schema(operation_id="list_orders", summary="Paid orders"))
class OrderListView(KnownQuery, NeverCached, PaidOrders, ListAPIView):
    """All paid orders with their lines, newest first, a page of 50 at a time."""

    filter_backends = [filters.DjangoFilterBackend]
    filterset_class = OrderFilters
    pagination_class = NewestOrdersFirst


@extend_schema(
    tags=["Dispatch"], parameters=[OpenApiParameter("order_id", ORDER_ID, OpenApiParameter.PATH)]
)
@extend_schema_view(get=extend_schema(operation_id="read_order", summary="A paid order"))
class OrderView(NeverCached, PaidOrders, RetrieveAPIView):
    """One paid order with its lines."""

    lookup_url_kwarg = "order_id"
