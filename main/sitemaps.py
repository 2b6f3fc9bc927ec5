"""The sitemap for search engines: pages, subjects and every book, at the shop's public address."""

from typing import Any

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps.views import SitemapIndexItem, x_robots_tag
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse

from main.gateways.public_address import public_url
from main.models import Product, ProductTag
from main.models.product_tags import ALL_BOOKS


class ShopSitemap(Sitemap):
    """Django's follows the host of whoever asks."""

    def get_protocol(self, protocol: str | None = None) -> str:
        return settings.SITE_URL.partition("://")[0]

    def get_domain(self, site: object = None) -> str:
        return settings.SITE_URL.partition("://")[2]


class PageSitemap(ShopSitemap):
    def items(self) -> list[str]:
        return [
            reverse("home"),
            reverse("products", kwargs={"tag": ALL_BOOKS}),
            reverse("about_us"),
            reverse("contact_us"),
        ]

    def location(self, item: str) -> str:
        return item


class ProductTagSitemap(ShopSitemap):
    def items(self):
        return ProductTag.objects.active()


class ProductSitemap(ShopSitemap):
    limit = 5000

    def items(self):
        return Product.objects.active().only("slug", "updated_at").order_by("pk")

    def lastmod(self, item: Product):
        return item.updated_at


SITEMAPS = {"pages": PageSitemap, "subjects": ProductTagSitemap, "books": ProductSitemap}


@x_robots_tag
def sitemap_index(request: HttpRequest) -> TemplateResponse:
    """Where each part is, and each further page of a long one."""
    parts = [part for name, kind in SITEMAPS.items() for part in _pages(name, kind())]
    kind = "application/xml"
    return TemplateResponse(request, "sitemap_index.xml", {"sitemaps": parts}, content_type=kind)


def _pages(name: str, part: Sitemap) -> list[SitemapIndexItem]:
    path = reverse("django.contrib.sitemaps.views.sitemap", kwargs={"section": name})
    last = part.paginator.num_pages
    changed: Any = part.get_latest_lastmod()
    paths = [path, *(f"{path}?p={number}" for number in range(2, last + 1))]
    return [SitemapIndexItem(public_url(each), changed) for each in paths]
