"""What main.gateways.pdf does with WeasyPrint. Only that module imports it, and late."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import cache, partial
from mimetypes import guess_type
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from PIL import ImageFile
from weasyprint import HTML, Attachment, Document
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from main.gateways.einvoice import CONFORMANCE_LEVEL, FILE_NAME
from main.gateways.einvoice_parties import xml_text
from main.wording import documents

# WeasyPrint makes the whole process accept truncated pictures. An upload must be complete.
ImageFile.LOAD_TRUNCATED_IMAGES = False
# The address that pages pretend to have. Nothing is requested from it.
BASE_URL = "https://booktime.invalid/"
# PDF/A-3 may contain files; U means that all text can be searched and copied.
INVOICE_VARIANT = "pdf/a-3u"
# The metadata that declares the PDF a Factur-X invoice, with the schema of its terms.
_FACTUR_X = (Path(__file__).parent / "factur_x.xmp").read_bytes()

# One thread does all printing: Pango's fonts are not thread-safe, the interpreter lets only one
# thread compute anyway, and each further thread would take 35 MB.
_printer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="printer")


class NotOurs(Exception):
    """A page requested something other than our static files."""


class OwnStaticFiles(URLFetcher):
    """Serves our static files and refuses everything else: any host, any other file."""

    _fail_on_errors = False

    def __init__(self) -> None:
        """Does not call the parent's, which would enable access to the network."""

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        prefix = BASE_URL + settings.STATIC_URL.lstrip("/")
        if not url.startswith(prefix):
            raise NotOurs(url)
        path = _static_file(url.removeprefix(prefix))
        kind = guess_type(path.name)[0] or "application/octet-stream"
        return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": kind})


def make_pdf(pages: Iterable[str]) -> bytes:
    # Page by page, so that another request for one page need not wait for the whole stack.
    documents = [_printer.submit(_lay_out, html).result() for html in pages]
    sheets = [sheet for document in documents for sheet in document.pages]
    return _printer.submit(documents[0].copy(sheets).write_pdf).result()


def make_invoice_pdf(html: str, *, xml: bytes, issued_at: datetime) -> bytes:
    attachment = Attachment(
        string=xml,
        name=FILE_NAME,
        description=documents.ATTACHMENT,
        created=issued_at,
        modified=issued_at,
        relationship="Alternative",
    )
    return _printer.submit(_invoice_pdf, html, attachment).result()


def _invoice_pdf(html: str, attachment: Attachment) -> bytes:
    document = _lay_out(html, pdf_variant=INVOICE_VARIANT)
    plain = document.metadata.generate_rdf_metadata
    document.metadata.generate_rdf_metadata = partial(_with_factur_x, plain)
    return document.write_pdf(
        pdf_variant=INVOICE_VARIANT,
        pdf_tags=True,  # for screen readers
        attachments=[attachment],
        finisher=_finish,
    )


@cache
def _fonts() -> FontConfiguration:
    """Cached with the fonts that it found: finding them takes as long as a small page."""
    return FontConfiguration()


def _lay_out(html: str, **options: str) -> Document:
    # No font has glyphs for control characters; what is drawn for them spoils text search.
    page = HTML(string=xml_text(html), base_url=BASE_URL, url_fetcher=OwnStaticFiles())
    return page.render(font_config=_fonts(), **options)


def _with_factur_x(plain: Callable[..., bytes], *about: Any) -> bytes:
    """Add to the first RDF block: readers use only that, and `xmp_metadata` adds a second."""
    ours = _FACTUR_X.replace(b"{level}", CONFORMANCE_LEVEL.encode())
    ours = ours.replace(b"{file}", FILE_NAME.encode())
    end = b"</rdf:RDF>"
    return plain(*about).replace(end, ours + end)


def _finish(document: Document, pdf: Any) -> None:
    """WeasyPrint lists an attachment twice among the associated files."""
    associated = pdf.catalog["AF"]
    associated[:] = dict.fromkeys(associated)


def _static_file(name: str) -> Path:
    """The file in the checkout, or the collected one under its hashed name."""
    path = Path(finders.find(name) or staticfiles_storage.path(name))
    if not path.is_file():
        raise NotOurs(name)
    return path
