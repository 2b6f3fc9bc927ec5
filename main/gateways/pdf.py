"""Pages as PDF, by WeasyPrint; the shop runs on without it when its libraries are missing."""

import logging
import warnings
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from types import ModuleType

from main.errors import ShopError

# WeasyPrint tells of every page that it lays out, from its import on.
logging.getLogger("weasyprint.progress").setLevel(logging.WARNING)


class PdfUnavailable(ShopError):
    """No PDF can be made on this machine; `str(error)` says so to whoever asked for one."""


def make_pdf(pages: Iterable[str]) -> bytes:
    """Pages of HTML as one PDF, each a document with page numbers of its own.

    They see our own static files, and nothing else of any disk or network.
    """
    return _weasyprint().make_pdf(pages)


def make_invoice_pdf(html: str, *, xml: bytes, issued_at: datetime) -> bytes:
    """A PDF/A-3 that carries its own data (Factur-X): people read the page, software the XML."""
    return _weasyprint().make_invoice_pdf(html, xml=xml, issued_at=issued_at)


@cache
def _weasyprint() -> ModuleType:
    """Imported when it is first wanted: it takes most of a second, and Pango of the system."""
    try:
        with warnings.catch_warnings():
            # Without a single font Pango would end the whole process at the first letter.
            warnings.filterwarnings("error", message=".*FontConfig")
            from main.gateways import pdf_weasyprint
    except (ImportError, OSError, UserWarning) as error:
        raise PdfUnavailable(
            "PDF documents cannot be made at the moment. Print the page itself instead."
        ) from error
    return pdf_weasyprint
