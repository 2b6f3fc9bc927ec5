"""Filters of the list of books: stock, language, subject."""

from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from main.models import Product, ProductTag
from main.models.folded_text import being
from main.models.languages import LANGUAGES

MOST_SUBJECTS = 1000


class StockFilter(admin.SimpleListFilter):
    title, parameter_name = "stock", "copies"

    def lookups(self, request: HttpRequest, model_admin) -> list[tuple[str, str]]:
        low = f"Running low (fewer than {settings.LOW_STOCK})"
        in_vain = [] if settings.SELLER["vat_id"] else [("vat", "Not sold: they have a VAT rate")]
        return [("some", "In stock"), ("low", low), ("none", "Sold out"), *in_vain]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        match self.value():
            case "some":
                return queryset.in_stock()
            case "low":
                return queryset.in_stock().filter(stock__lt=settings.LOW_STOCK)
            case "none":
                return queryset.filter(stock=0)
            case "vat":
                return queryset.taxed_in_vain()
        return queryset


class LanguageFilter(admin.SimpleListFilter):
    """Only the languages in which there are books."""

    title, parameter_name = "language", "in"

    def lookups(self, request: HttpRequest, model_admin) -> list[tuple[str, str]]:
        codes = Product.objects.order_by().values_list("language", flat=True).distinct()
        named = [(code, LANGUAGES[code]) for code in codes if code in LANGUAGES]
        return sorted(named, key=lambda choice: choice[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(language=self.value()) if self.value() else queryset


class SubjectFilter(admin.SimpleListFilter):
    """A subject is typed, with its name completed, not picked from a list of hundreds."""

    title, parameter_name = "subject", "subject"
    template = "admin/filters/subject.html"

    def lookups(self, request: HttpRequest, model_admin) -> list[tuple[str, str]]:
        names = ProductTag.objects.order_by("name").values_list("name", flat=True)
        return [(name, name) for name in names[:MOST_SUBJECTS]]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if not self.value():
            return queryset
        named = ProductTag.objects.filter(being(ProductTag, self.value()))
        places = Product.tags.through.objects.filter(producttag__in=named)
        return queryset.filter(pk__in=places.values("product"))

    def choices(self, changelist):
        """A single one: what was typed, the names to choose from, and the other filters."""
        name = self.parameter_name
        yield {
            "name": name,
            "value": self.value() or "",
            "subjects": [subject for subject, _ in self.lookup_choices],
            "others": [(key, value) for key, value in changelist.params.items() if key != name],
            "without": changelist.get_query_string(remove=[name]) if self.value() else "",
        }
