"""The files of pictures, removed once nothing shows them any more."""

from main import events
from main.models import ProductImage


def remove_picture_files(*, picture: ProductImage) -> None:
    """Remove the original and its renditions, if the row really goes.

    It is one task, retried like any other: the storage may be away just now.
    """
    if picture.image:
        events.picture_changed(
            storage=picture.image.storage.deconstruct(),
            file_name=picture.image.name,
            sender=picture.image.sender,
            new=[],
            old=picture.files,
        )
