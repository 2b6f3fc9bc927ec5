"""The forms of books and their pictures, as the owners and the office fill them in."""

from pathlib import PurePath

from django import forms
from django.contrib.admin.widgets import AdminFileWidget, AdminTextInputWidget
from django.core.files.uploadedfile import UploadedFile
from django.utils.crypto import get_random_string

from main.actions.stock import Count, check_count, last_count
from main.errors import CountRefused
from main.forms.pictures import PictureUploadField
from main.gateways.files import FilesUnavailable
from main.models.isbn import isbn13
from main.models.product_images import covers


class CountField(forms.CharField):
    """The last count before the page was opened; it is not a field of the book."""

    def has_changed(self, initial, data) -> bool:
        return False


class ProductImageForm(forms.ModelForm):
    image = PictureUploadField(widget=AdminFileWidget, max_length=255)

    def clean_image(self):
        """Give each upload its own name: renditions of cover.png and cover.jpg would share one."""
        image = self.cleaned_data["image"]
        if isinstance(image, UploadedFile) and "image" in self.changed_data:
            stem = PurePath(image.name).stem[:100]
            image.name = f"{stem}-{get_random_string(8).lower()}{image.suffix}"
            image.is_named_anew = True  # so no other upload can have this name
            _ask_for_storage(image.name, size=image.size)
        return image


def _ask_for_storage(name: str, *, size: int) -> None:
    """Before anything is saved, so that the other input stays on the page."""
    try:
        covers().ask(name, size=size)
    except FilesUnavailable as error:
        raise forms.ValidationError(f"{error} Nothing was saved.") from None


class ProductForm(forms.ModelForm):
    """A book as staff edit it: only fields that differ from what the page showed are saved.

    Meanwhile customers may buy copies, and imports may set prices and subjects.
    """

    isbn = forms.CharField(
        label="ISBN-13",
        required=False,
        empty_value=None,
        max_length=60,  # with a label, and marks that came along from another page
        widget=AdminTextInputWidget,
        help_text="With or without hyphens. An ISBN-10 is converted to an ISBN-13.",
    )
    count = CountField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tags"].label = "Subjects"
        self.is_new = self.instance.pk is None
        for name, field in self.fields.items():
            field.show_hidden_initial = name != "count"
        if not self.is_new:
            self.initial["count"] = last_count(product_id=self.instance.pk)

    def clean_isbn(self) -> str | None:
        isbn = self.cleaned_data["isbn"]
        try:
            return isbn13(isbn) if isbn else None
        except ValueError as error:
            raise forms.ValidationError(f"{error}.") from None

    def clean_stock(self) -> int:
        """Checked here, so that the input stays on the page; change_product saves it."""
        if not self.is_new:
            try:
                check_count(product_id=self.instance.pk, count=self._count())
            except CountRefused as error:
                raise forms.ValidationError(str(error)) from None
        return self.cleaned_data["stock"]

    @property
    def stock_count(self) -> Count | None:
        """What was counted; None if nothing was."""
        return self._count() if "stock" in self.changed_data else None

    def _count(self) -> Count:
        """An unchanged figure is not a count, whichever count came before."""
        counted, seen = self.cleaned_data["stock"], self._number("initial-stock")
        after = self._number("count") if counted != seen else 0
        return Count(counted=counted, seen=seen, after=after)

    def _number(self, name: str) -> int:
        try:
            return int(self.data.get(self.add_prefix(name)))
        except (TypeError, ValueError):
            raise forms.ValidationError(
                "Reload the page: the stock it was opened with is missing."
            ) from None

    def _save_m2m(self) -> None:
        """Save a new book's subjects; change_product saves those of an existing book."""
        if self.is_new:
            super()._save_m2m()
