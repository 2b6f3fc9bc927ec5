"""Sorts and filters a list of books."""

from decimal import Decimal

from django import forms

from main.models.languages import LANGUAGES
from main.models.products import ProductQuerySet

SORTS = {
    "title": ("Title", ("name", "pk")),
    "newest": ("Newest first", ("-created_at", "-pk")),
    "price": ("Price, lowest first", ("price", "pk")),
    "-price": ("Price, highest first", ("-price", "-pk")),
}
_HIGHEST = Decimal("999999.99")


class CatalogueForm(forms.Form):
    """Every field is optional: without a value it filters nothing."""

    sort = forms.ChoiceField(
        required=False,
        label="Sort by",
        choices=[(key, label) for key, (label, _) in SORTS.items()],
    )
    min_price = forms.DecimalField(
        required=False, label="Price from", min_value=0, max_value=_HIGHEST, decimal_places=2
    )
    max_price = forms.DecimalField(
        required=False, label="Price to", min_value=0, max_value=_HIGHEST, decimal_places=2
    )
    language = forms.ChoiceField(
        required=False,
        choices=[("", "Any language"), *sorted(LANGUAGES.items(), key=lambda item: item[1])],
    )
    in_stock = forms.BooleanField(required=False, label="In stock only")

    def clean(self) -> dict:
        cleaned = super().clean()
        lowest, highest = cleaned.get("min_price"), cleaned.get("max_price")
        if lowest is not None and highest is not None and lowest > highest:
            self.add_error("max_price", "This is lower than “Price from”.")
        return cleaned

    def narrow(self, products: ProductQuerySet) -> ProductQuerySet:
        """The requested products in the requested order; invalid fields are ignored."""
        self.is_valid()
        wanted = self.cleaned_data
        if wanted.get("min_price") is not None:
            products = products.filter(price__gte=wanted["min_price"])
        if wanted.get("max_price") is not None:
            products = products.filter(price__lte=wanted["max_price"])
        if wanted.get("language"):
            products = products.filter(language=wanted["language"])
        if wanted.get("in_stock"):
            products = products.can_be_bought()
        _, order = SORTS[wanted.get("sort") or "title"]
        return products.order_by(*order)


class SearchForm(forms.Form):
    q = forms.CharField(required=False, max_length=200, strip=True)
