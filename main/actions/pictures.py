"""Removes the files of pictures once nothing shows them any more."""

from main import events
from main.models import ProductImage


def remove_picture_files(*, picture: ProductImage) -> None:
    """Remove the original and its renditions if the row's deletion commits.

    It is one task, retried like any other, since the storage may be unavailable.
    """
    if picture.image:
        events.picture_changed(
            storage=picture.image.storage.deconstruct(),
            file_name=picture.image.name,
            sender=picture.image.sender,
            new=[],
            old=picture.files,
        )
