"""The files of pictures, which go when nothing shows them any more."""

from main import events
from main.models import ProductImage


def remove_picture_files(*, picture: ProductImage) -> None:
    """Remove the original and its renditions, once the row no longer has them, for good.

    All of it is one task: where files are kept may be away just now.
    """
    if picture.image:
        events.picture_changed(
            storage=picture.image.storage.deconstruct(),
            file_name=picture.image.name,
            sender=picture.image.sender,
            new=[],
            old=picture.files,
        )
