"""The forms of books and their pictures, as the owners and the office fill them in."""

from decimal import Decimal
from pathlib import PurePath

from django import forms
from django.conf import settings
from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Max
from django.utils.crypto import get_random_string

from main.actions.stock import hold_stock
from main.gateways.files import FilesUnavailable
from main.models import Product
from main.models.isbn import isbn13
from main.models.product_images import covers

COUNTED = "Counted"  # so begins the reason in the history


class CountField(forms.CharField):
    """The count that the page was opened after: it says nothing about the book."""

    def has_changed(self, initial, data) -> bool:
        return False


class ProductImageForm(forms.ModelForm):
    def clean_image(self):
        """Give an upload a name of its own: of cover.png and cover.jpg, the renditions have one."""
        image = self.cleaned_data["image"]
        if isinstance(image, UploadedFile) and "image" in self.changed_data:
            name = PurePath(image.name)
            image.name = f"{name.stem[:100]}-{get_random_string(8).lower()}{name.suffix}"
            image.is_named_anew = True  # so nobody else's can have this name
            _ask_for_storage(image.name, size=image.size)
        return image


def _ask_for_storage(name: str, *, size: int) -> None:
    """Before anything is saved: what was typed beside the picture stays on the page."""
    try:
        covers().ask(name, size=size)
    except FilesUnavailable as error:
        raise forms.ValidationError(f"{error} Nothing was saved.") from None


class ProductForm(forms.ModelForm):
    """A book as staff change it: only what differs from what the page was opened with counts.

    Meanwhile customers take copies from the stock, and imports set prices and subjects.
    """

    isbn = forms.CharField(
        label="ISBN-13",
        required=False,
        empty_value=None,
        max_length=40,
        widget=AdminTextInputWidget,
        help_text="With or without hyphens; one of ten digits becomes one of thirteen.",
    )
    count = CountField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tags"].label = "Subjects"
        for name, field in self.fields.items():
            field.show_hidden_initial = name != "count"
        if self.instance.pk:
            self.initial["count"] = self.last_count()

    def clean_isbn(self) -> str | None:
        isbn = self.cleaned_data["isbn"]
        try:
            return isbn13(isbn) if isbn else None
        except ValueError as error:
            raise forms.ValidationError(f"{error}.") from None

    def clean_tax_rate(self) -> Decimal:
        rate = self.cleaned_data["tax_rate"]
        if rate and not settings.SELLER["vat_id"]:
            raise forms.ValidationError("The shop is not registered for VAT: the rate must be 0.")
        return rate

    def clean_stock(self) -> int:
        """What was counted, as a difference: copies sold since the page was opened stay sold."""
        counted = self.cleaned_data["stock"]
        if self.instance.pk is None:
            return counted
        seen, there = self._number("initial-stock"), hold_stock(product_id=self.instance.pk)
        if counted != seen and self._number("count") != self.last_count():
            raise forms.ValidationError(
                f"The copies were counted since you opened the page: there are {there}. "
                "Open it anew, and count again if need be."
            )
        stock = there + counted - seen
        if stock < 0:
            raise forms.ValidationError(
                f"There are {there} copies by now, not {seen}. Open the page anew, and count again."
            )
        return stock

    def last_count(self) -> int:
        """Which count of the copies was the last. One that was sent twice counts once."""
        counts = Product.history.filter(id=self.instance.pk)
        counts = counts.filter(history_change_reason__startswith=COUNTED)
        return counts.aggregate(last=Max("history_id"))["last"] or 0

    def _number(self, hidden: str) -> int:
        try:
            return int(self.data.get(self.add_prefix(hidden)))
        except (TypeError, ValueError):
            raise forms.ValidationError("Open the page anew: it has forgotten the stock.") from None

    def _save_m2m(self) -> None:
        if "tags" in self.changed_data:
            super()._save_m2m()
