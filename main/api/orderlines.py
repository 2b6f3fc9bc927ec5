"""The lines of paid orders: what dispatch packs, and the only thing that it may change."""

from http import HTTPStatus

from django.db import transaction
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from main.actions.order_lines import move_order_lines
from main.api.fields import LINE_ID, OrderIdFilter, StatusField, StatusFilter
from main.api.pagination import NewestLinesFirst
from main.api.permissions import REFUND, HandlesOrders
from main.api.queries import KnownQuery
from main.api.views import NeverCached
from main.models import Order, OrderLine
from main.models.order_moves import line_moves


class OrderLineSerializer(serializers.ModelSerializer):
    isbn = serializers.CharField(source="product.published_isbn", read_only=True, allow_null=True)
    status = StatusField(choices=OrderLine.Status.choices)
    next_statuses = serializers.SerializerMethodField(
        help_text="What you may set `status` to from here."
    )

    class Meta:
        model = OrderLine
        fields = ["id", "order", "isbn", "name", "quantity", "status", "next_statuses"]
        read_only_fields = ["id", "order", "name", "quantity"]
        extra_kwargs = {"name": {"help_text": "The title as it was ordered."}}

    def get_next_statuses(self, line: OrderLine) -> list[int]:
        may_refund = self.context["request"].user.has_perm(REFUND)
        return [int(status) for status in line_moves(line, line.order, may_refund=may_refund)]


class OrderLineStatusSerializer(serializers.Serializer):
    status = StatusField(choices=OrderLine.Status.choices)


class OrderLineFilters(filters.FilterSet):
    order = OrderIdFilter(label="The lines of this order.")
    status = StatusFilter(choices=OrderLine.Status.choices, label="Only lines in these states.")


def _lines() -> QuerySet[OrderLine]:
    lines = OrderLine.objects.filter(order__in=Order.objects.paid())
    return lines.select_related("order", "product").only(
        "name", "quantity", "status", "order__status", "product__isbn"
    )


@extend_schema(tags=["Dispatch"])
@extend_schema_view(
    get=extend_schema(operation_id="list_order_lines", summary="Lines of paid orders")
)
class OrderLineListView(KnownQuery, NeverCached, ListAPIView):
    """The lines of all paid orders, newest first, a page of 50 at a time."""

    permission_classes = [HandlesOrders]
    serializer_class = OrderLineSerializer
    filter_backends = [filters.DjangoFilterBackend]
    filterset_class = OrderLineFilters
    pagination_class = NewestLinesFirst

    def get_queryset(self) -> QuerySet[OrderLine]:
        return _lines()


@extend_schema(
    tags=["Dispatch"], parameters=[OpenApiParameter("line_id", LINE_ID, OpenApiParameter.PATH)]
)
@extend_schema_view(
    get=extend_schema(operation_id="read_order_line", summary="A line"),
    put=extend_schema(
        operation_id="put_order_line_status",
        summary="Set the status of a line, by the whole line",
        request=OrderLineStatusSerializer,
    ),
    patch=extend_schema(
        operation_id="set_order_line_status",
        summary="Set the status of a line",
        request=OrderLineStatusSerializer,
    ),
)
class OrderLineView(NeverCached, RetrieveAPIView):
    permission_classes = [HandlesOrders]
    serializer_class = OrderLineSerializer
    lookup_url_kwarg = "line_id"
    problems = {"PUT": {HTTPStatus.CONFLICT}, "PATCH": {HTTPStatus.CONFLICT}}

    def get_queryset(self) -> QuerySet[OrderLine]:
        return _lines()

    def get(self, request: Request, *args, **kwargs) -> Response:
        """One line of a paid order."""
        return super().get(request, *args, **kwargs)

    def patch(self, request: Request, line_id: int) -> Response:
        """Only the status can be changed; other fields are ignored.

        The order follows its lines: it is done when each is sent or cancelled. The customer gets
        a mail about what was sent or cancelled; cancelled copies return to the stock and are
        credited. Setting the status that the line already has changes nothing. A status that it
        cannot move to is refused (409).
        """
        line = self.get_object()
        asked = OrderLineStatusSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        self._move(line, OrderLine.Status(asked.validated_data["status"]))
        return Response(self.get_serializer(line).data)

    def put(self, request: Request, line_id: int) -> Response:
        """The same as PATCH, for programs that send back the whole line."""
        return self.patch(request, line_id)

    @transaction.atomic
    def _move(self, line: OrderLine, status: OrderLine.Status) -> None:
        # Held until the line has moved, so that its order is still paid.
        get_object_or_404(Order.objects.paid().locked(), pk=line.order_id)
        line.order = move_order_lines(
            order_id=line.order_id,
            line_ids=[line.pk],
            status=status,
            may_refund=self.request.user.has_perm(REFUND),
            recorded_by=self.request.user.pk,
        )
        line.refresh_from_db(fields=["status"])
