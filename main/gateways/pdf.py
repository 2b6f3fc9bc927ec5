"""Pages as PDF, by WeasyPrint; the shop also runs without its libraries."""

import logging
import warnings
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from types import ModuleType

from main.errors import ShopError

# WeasyPrint logs every page that it lays out, from its import on.
logging.getLogger("weasyprint.progress").setLevel(logging.WARNING)


class PdfUnavailable(ShopError):
    """No PDF can be made on this machine; `str(error)` says so to the user."""


def make_pdf(pages: Iterable[str]) -> bytes:
    """Pages of HTML as one PDF; each is a document with its own page numbers.

    They can load our own static files, but nothing else from disk or network.
    """
    return _weasyprint().make_pdf(pages)


def make_invoice_pdf(html: str, *, xml: bytes, issued_at: datetime) -> bytes:
    """A PDF/A-3 that carries its own data (Factur-X): people read the page, software the XML."""
    return _weasyprint().make_invoice_pdf(html, xml=xml, issued_at=issued_at)


@cache
def _weasyprint() -> ModuleType:
    """Imported on first use: it takes most of a second, and needs the system's Pango."""
    try:
        with warnings.catch_warnings():
            # Without any fonts Pango would end the whole process at the first letter.
            warnings.filterwarnings("error", message=".*FontConfig")
            from main.gateways import pdf_weasyprint
    except (ImportError, OSError, UserWarning) as error:
        raise PdfUnavailable(
            "PDF documents cannot be made at the moment. Print the page itself instead."
        ) from error
    return pdf_weasyprint
