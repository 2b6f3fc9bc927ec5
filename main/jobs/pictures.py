"""The job that makes and removes renditions of pictures."""

from typing import Any

from pictures.tasks import process_picture

from main.queue import job


@job
def render_pictures(**files: Any) -> None:
    """`files` are django-pictures' own arguments: what to make of a picture and what to remove."""
    process_picture(**files)
