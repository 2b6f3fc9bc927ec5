"""Books, subjects and pictures, for the owners and the office."""

import logging
import re
from contextlib import suppress

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.html import format_html

from main.actions.catalogue import add_product, change_product, set_products_active
from main.admin.base import FoldedSearch, StaffModelAdmin
from main.admin.catalogue_filters import LanguageFilter, StockFilter, SubjectFilter
from main.admin.catalogue_forms import ProductForm, ProductImageForm
from main.admin.history import HistoryAdmin
from main.gateways.files import FilesUnavailable
from main.models import Product, ProductImage
from main.models.isbn import without_label
from main.models.ismn import is_ismn
from main.models.product_images import covers, widest_rendition

logger = logging.getLogger(__name__)
MOST_AT_ONCE = 1000


class TagAdmin(FoldedSearch, StaffModelAdmin):
    list_display = ["name", "slug", "active"]
    list_filter = ["active"]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}

    def view_on_site(self, tag) -> str | None:
        return tag.get_absolute_url() if tag.active else None


class ProductImageInline(admin.TabularInline):
    model = ProductImage
    form = ProductImageForm
    extra = 1
    readonly_fields = ["sizes"]

    @admin.display(description="sizes", empty_value="")
    def sizes(self, image: ProductImage) -> str:
        """Which renditions pages have to choose from."""
        if image.pk is None:
            return ""
        if image.picture.rendered:
            return f"up to {image.picture.rendered} points wide"
        return "being made" if widest_rendition(image.width) else "only as it is: too small"


class BookList(StaffModelAdmin):
    """Books found by title, authors, words or ISBN, whole or in part."""

    list_display_links = ["name"]
    search_fields = ["name"]
    search_help_text = "Title, authors, words of the description, or ISBN (a part will do)"

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).with_cover()

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str):
        digits = re.sub("[ -]", "", without_label(search_term))
        if re.fullmatch(r"[0-9]{3,12}", digits) and not queryset.search(digits).exists():
            return queryset.filter(isbn__contains=digits), False
        return (queryset.search(search_term) if search_term.strip() else queryset), False

    def view_on_site(self, product: Product) -> str | None:
        return product.get_absolute_url() if product.active else None

    @admin.display(description="cover")
    def picture(self, product: Product) -> str:
        if product.cover is None:
            return ""
        image = '<img class="book-cover" src="{}" alt="" loading="lazy" width="32" height="48">'
        return format_html(image, product.cover.thumbnail)


class ProductAdmin(BookList, HistoryAdmin):
    form = ProductForm
    list_display = ["picture", "name", "authors", "isbn", "price", "stock", "active"]
    list_filter = ["active", StockFilter, LanguageFilter, SubjectFilter]
    autocomplete_fields = ["tags"]
    readonly_fields = ["slug", "created_at", "updated_at"]
    inlines = [ProductImageInline]
    actions = ["mark_active", "mark_inactive"]
    told_as_reasons = frozenset({"Subjects"})

    def changeform_view(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        """Save the book with its pictures or not at all; say so if a picture cannot be stored."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except FilesUnavailable as error:
            logger.exception("A picture could not be stored.")
            _remove_uploads(request)
            self.message_user(request, f"{error} Nothing was saved.", messages.ERROR)
            return redirect(request.get_full_path())

    def save_model(self, request: HttpRequest, obj: Product, form, change: bool) -> None:
        """Save only the changes to an existing book: the form's other values may be outdated."""
        if "isbn" in form.changed_data and is_ismn(obj.isbn or ""):
            text = f"{obj.isbn} is an ISMN, of printed music: it is kept, but not shown as an ISBN."
            self.message_user(request, text)
        if not change:
            add_product(product=obj, copies=form.cleaned_data["stock"])
            return
        columns = {field.name for field in Product._meta.concrete_fields} - {"stock"}
        changed = columns.intersection(form.changed_data)
        change_product(
            product_id=obj.pk,
            values={name: getattr(obj, name) for name in changed},
            subjects=form.cleaned_data["tags"] if "tags" in form.changed_data else None,
            count=form.stock_count,
        )

    @admin.action(description="Mark active: show in the shop", permissions=["change"])
    def mark_active(self, request: HttpRequest, queryset: QuerySet) -> None:
        self._set_active(request, queryset, active=True)

    @admin.action(description="Mark inactive: hide from the shop", permissions=["change"])
    def mark_inactive(self, request: HttpRequest, queryset: QuerySet) -> None:
        self._set_active(request, queryset, active=False)

    def _set_active(self, request: HttpRequest, queryset: QuerySet, *, active: bool) -> None:
        ids = list(queryset.values_list("pk", flat=True)[: MOST_AT_ONCE + 1])
        if len(ids) > MOST_AT_ONCE:
            self.message_user(request, f"At most {MOST_AT_ONCE} books at once.", "ERROR")
            return
        count = set_products_active(product_ids=ids, active=active)
        state = "active" if active else "inactive"
        self.message_user(request, f"{count} marked {state}; {len(ids) - count} were already.")


def _remove_uploads(request: HttpRequest) -> None:
    """Remove pictures stored before one failed: no row refers to them."""
    field = ProductImage._meta.get_field("image")
    for upload in request.FILES.values():
        if getattr(upload, "is_named_anew", False):
            with suppress(FilesUnavailable, OSError):
                covers().delete(field.generate_filename(None, upload.name))
