"""What main.gateways.pdf asks of WeasyPrint. Imported by it alone, and late."""

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

from main.gateways.einvoice import CONFORMANCE_LEVEL, FILE_NAME, xml_text
from main.wording import documents

# WeasyPrint lets the whole process take half a picture for a picture. An upload must be whole.
ImageFile.LOAD_TRUNCATED_IMAGES = False
# Where the pages pretend to stand. Nobody is asked there.
BASE_URL = "https://booktime.invalid/"
# PDF/A-3 may carry files, and U: every letter can be searched and copied.
INVOICE_VARIANT = "pdf/a-3u"
# What says, inside the PDF, that it is a Factur-X invoice, and describes the words it says it in.
_FACTUR_X = (Path(__file__).parent / "factur_x.xmp").read_bytes()

# All printing is done by one thread: Pango's fonts are not for several at once, the interpreter
# lets only one compute anyway, and each further thread would keep 35 MB for itself.
_printer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="printer")


class NotOurs(Exception):
    """A page asked for something that is not a static file of ours."""


class OwnStaticFiles(URLFetcher):
    """Answers with our static files; everything else, any host and any other file, is refused."""

    _fail_on_errors = False

    def __init__(self) -> None:
        """Without the parent's: it opens the ways to the network that are not wanted here."""

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        prefix = BASE_URL + settings.STATIC_URL.lstrip("/")
        if not url.startswith(prefix):
            raise NotOurs(url)
        path = _static_file(url.removeprefix(prefix))
        kind = guess_type(path.name)[0] or "application/octet-stream"
        return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": kind})


def make_pdf(pages: Iterable[str]) -> bytes:
    # Page by page: whoever wants a single one meanwhile does not wait for the whole stack.
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
        pdf_tags=True,  # for readers who listen
        attachments=[attachment],
        finisher=_finish,
    )


@cache
def _fonts() -> FontConfiguration:
    """Kept, with the fonts that it found: to look for them takes as long as a small page."""
    return FontConfiguration()


def _lay_out(html: str, **options: str) -> Document:
    # Control characters have no glyph in any font; what is drawn for them spoils the search.
    page = HTML(string=xml_text(html), base_url=BASE_URL, url_fetcher=OwnStaticFiles())
    return page.render(font_config=_fonts(), **options)


def _with_factur_x(plain: Callable[..., bytes], *about: Any) -> bytes:
    """Into the one RDF block: readers look at the first only, and `xmp_metadata` adds a second."""
    ours = _FACTUR_X.replace(b"{level}", CONFORMANCE_LEVEL.encode())
    ours = ours.replace(b"{file}", FILE_NAME.encode())
    end = b"</rdf:RDF>"
    return plain(*about).replace(end, ours + end)


def _finish(document: Document, pdf: Any) -> None:
    """WeasyPrint lists an attachment twice among the associated files."""
    associated = pdf.catalog["AF"]
    associated[:] = dict.fromkeys(associated)


def _static_file(name: str) -> Path:
    """In the checkout, or where it was collected under its hashed name."""
    path = Path(finders.find(name) or staticfiles_storage.path(name))
    if not path.is_file():
        raise NotOurs(name)
    return path
