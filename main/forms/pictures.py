"""The field in which staff choose a picture to upload."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from main.gateways.pictures import PictureRefused, check_picture


class PictureUploadField(forms.FileField):
    """Not Django's ImageField: that opens any format, of any size, before it can be asked."""

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"accept": "image/*"}

    def to_python(self, data: UploadedFile | None) -> UploadedFile | None:
        """The upload, with the `suffix` of its real format."""
        upload = super().to_python(data)
        if upload is not None:
            try:
                upload.suffix = check_picture(upload)  # type: ignore[attr-defined]
            except PictureRefused as refused:
                text = f"Upload a valid image. “{upload.name}” {refused}."
                raise forms.ValidationError(text, code="invalid_image") from None
            upload.seek(0)
        return upload
