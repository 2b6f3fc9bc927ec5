"""The addresses of the API. An address without its slash is not redirected: see nothing_here."""

from django.urls import path, re_path

from main.api import conversations, docs, mobile, orderlines, orders, tokens, views

urlpatterns = [
    path("api/", views.api_root, name="api_root"),
    path("api/docs/", docs.api_docs, name="api_docs"),
    path("api/schema/", docs.SchemaView.as_view(), name="api_schema"),
    path("api/orders/", orders.OrderListView.as_view(), name="api_orders"),
    path("api/orders/<int:order_id>/", orders.OrderView.as_view(), name="api_order"),
    path("api/orderlines/", orderlines.OrderLineListView.as_view(), name="api_order_lines"),
    path(
        "api/orderlines/<int:line_id>/",
        orderlines.OrderLineView.as_view(),
        name="api_order_line",
    ),
    path("mobile-api/auth/", tokens.TokenView.as_view(), name="mobile_token"),
    path("mobile-api/my-orders/", mobile.MyOrdersView.as_view(), name="mobile_my_orders"),
    path(
        "mobile-api/orders/<int:order_id>/messages/",
        conversations.MessagesView.as_view(),
        name="mobile_messages",
    ),
    path(
        "mobile-api/orders/<int:order_id>/read/",
        conversations.ReadView.as_view(),
        name="mobile_read",
    ),
    path(
        "mobile-api/orders/<int:order_id>/chat-ticket/",
        conversations.ChatTicketView.as_view(),
        name="mobile_chat_ticket",
    ),
    re_path(r"^(?:mobile-)?api(?:/[\s\S]*)?$", views.nothing_here, name="api_nothing_here"),
]
