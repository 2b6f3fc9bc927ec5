"""The forms of books and their pictures, as the owners and the office fill them in."""

from pathlib import PurePath

from django import forms
from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.files.uploadedfile import UploadedFile
from django.utils.crypto import get_random_string

from main.actions.stock import hold_stock
from main.models.isbn import isbn13


class ProductImageForm(forms.ModelForm):
    def clean_image(self):
        """Give an upload a name of its own: of cover.png and cover.jpg, the renditions have one."""
        image = self.cleaned_data["image"]
        if isinstance(image, UploadedFile) and "image" in self.changed_data:
            name = PurePath(image.name)
            image.name = f"{name.stem[:100]}-{get_random_string(8).lower()}{name.suffix}"
        return image


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

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.show_hidden_initial = True

    def clean_isbn(self) -> str | None:
        isbn = self.cleaned_data["isbn"]
        try:
            return isbn13(isbn) if isbn else None
        except ValueError as error:
            raise forms.ValidationError(f"{error}.") from None

    def clean_stock(self) -> int:
        """What was counted, as a difference: copies sold since the page was opened stay sold."""
        counted = self.cleaned_data["stock"]
        if self.instance.pk is None:
            return counted
        seen, there = self._stock_seen(), hold_stock(product_id=self.instance.pk)
        stock = there + counted - seen
        if stock < 0:
            raise forms.ValidationError(
                f"There are {there} copies by now, not {seen}. Open the page anew, and count again."
            )
        return stock

    def _stock_seen(self) -> int:
        hidden = self.data.get(self.add_initial_prefix("stock"))
        try:
            return int(hidden)
        except (TypeError, ValueError):
            raise forms.ValidationError("Open the page anew: it has forgotten the stock.") from None

    def _save_m2m(self) -> None:
        if "tags" in self.changed_data:
            super()._save_m2m()
