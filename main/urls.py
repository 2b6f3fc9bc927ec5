"""The addresses of the shop's pages."""

from django.conf import settings
from django.contrib.sitemaps.views import sitemap
from django.urls import include, path

from main.sitemaps import SITEMAPS, sitemap_index
from main.views import (
    basket,
    catalogue,
    checkout,
    checkout_review,
    conversations,
    customer_service,
    invoices,
    order_dashboard,
    orders,
    site,
)

urlpatterns = [
    path("", catalogue.home, name="home"),
    path("products/<slug:tag>/", catalogue.product_list, name="products"),
    path("search/", catalogue.search, name="search"),
    path("product/<slug:slug>/", catalogue.product_detail, name="product"),
    path("add_to_basket/", basket.add_to_basket_view, name="add_to_basket"),
    path("basket/", basket.basket_view, name="basket"),
    path("order/address_select/", checkout.address_select, name="address_select"),
    path("order/review/", checkout_review.checkout_review, name="checkout_review"),
    path("order/done/", checkout.checkout_done, name="checkout_done"),
    path("orders/", orders.order_list, name="order_list"),
    path("orders/open/<str:token>/", orders.order_open, name="order_open"),
    path("orders/<int:order_id>/", orders.order_detail, name="order_detail"),
    path(
        "orders/<int:order_id>/conversation/",
        conversations.order_conversation,
        name="order_conversation",
    ),
    path("orders/<int:order_id>/invoice/", invoices.order_invoice, name="order_invoice"),
    path("orders/<int:order_id>/again/", orders.order_again_view, name="order_again"),
    # customer-service/notify/ is answered above Django: booktime/asgi.py
    path("customer-service/", customer_service.cs_main, name="cs_main"),
    path("customer-service/<int:order_id>/", customer_service.cs_chat, name="cs_chat"),
    path("order-dashboard/", order_dashboard.order_dashboard, name="order_dashboard"),
    path("", include("main.urls_accounts")),
    path("", include("main.urls_api")),
    path("robots.txt", site.robots, name="robots"),
    path("sitemap.xml", sitemap_index, name="sitemap"),
    path(
        "sitemap-<section>.xml",
        sitemap,
        {"sitemaps": SITEMAPS},
        name="django.contrib.sitemaps.views.sitemap",
    ),
    path(settings.HEALTH_PATH, site.health, name="healthz"),
    path(f"{settings.HEALTH_PATH}alive/", site.alive, name="healthz_alive"),
    path(f"{settings.MEDIA_URL.strip('/')}/<path:path>", site.media, name="media"),
]
