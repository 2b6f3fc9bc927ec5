"""Printed documents, kept as they were first given out."""

import logging
from collections.abc import Callable

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from main.gateways.files import FilesUnavailable

logger = logging.getLogger(__name__)


def first_print(name: str, make: Callable[[], bytes]) -> bytes:
    """The document kept under this name, or else the result of `make`, which is then kept.

    A storage that is away must not stop anybody from getting their document.
    """
    try:
        return _kept(name) or _keep(name, make())
    except (FilesUnavailable, OSError) as error:
        logger.error("The printed document %s was not kept: %s", name, error)
        return make()


def _kept(name: str) -> bytes:
    """None if there is no document, or only half of one because its writer was cut off."""
    try:
        with default_storage.open(name) as file:
            pdf = file.read()
    except FileNotFoundError:
        return b""
    if pdf.startswith(b"%PDF-") and pdf.rstrip().endswith(b"%%EOF"):
        return pdf
    default_storage.delete(name)
    return b""


def _keep(name: str, pdf: bytes) -> bytes:
    stored = default_storage.save(name, ContentFile(pdf))
    if stored != name:
        # Another request printed it meanwhile: that one was first.
        default_storage.delete(stored)
        return _kept(name) or pdf
    return pdf
