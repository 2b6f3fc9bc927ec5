"""The sitemap for search engines: pages, subjects and every book."""

from django.contrib.sitemaps import Sitemap
from django.urls import reverse

from main.models import Product, ProductTag
from main.models.product_tags import ALL_BOOKS


class PageSitemap(Sitemap):
    def items(self) -> list[str]:
        return [
            reverse("home"),
            reverse("products", kwargs={"tag": ALL_BOOKS}),
            reverse("about_us"),
            reverse("contact_us"),
        ]

    def location(self, item: str) -> str:
        return item


class ProductTagSitemap(Sitemap):
    def items(self):
        return ProductTag.objects.active()


class ProductSitemap(Sitemap):
    limit = 5000

    def items(self):
        return Product.objects.active().only("slug", "updated_at").order_by("pk")

    def lastmod(self, item: Product):
        return item.updated_at


SITEMAPS = {"pages": PageSitemap, "subjects": ProductTagSitemap, "books": ProductSitemap}
