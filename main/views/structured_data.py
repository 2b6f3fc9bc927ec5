"""Descriptions of books for search engines, in schema.org's vocabulary."""

from collections.abc import Sequence

from django.conf import settings

from main.gateways.public_address import public_url
from main.models import Picture, Product

_STOCK = {True: "https://schema.org/InStock", False: "https://schema.org/OutOfStock"}


def book(product: Product, pictures: Sequence[Picture]) -> dict:
    """A Book (or a Product, if it has neither authors nor an ISBN) with its Offer."""
    url = public_url(product.get_absolute_url())
    isbn = product.published_isbn
    facts = {
        "@context": "https://schema.org",
        "@type": ["Product", "Book"] if product.authors or isbn else "Product",
        "@id": url,
        "url": url,
        "name": product.name,
        "description": product.description,
        "image": [public_url(picture.large) for picture in pictures],
        "author": [{"@type": "Person", "name": name} for name in product.author_names],
        "isbn": isbn,
        "gtin13": product.isbn,
        "inLanguage": product.language_tag,
        "copyrightYear": product.year,
        "offers": {
            "@type": "Offer",
            "url": url,
            "price": str(product.price),
            "priceCurrency": settings.CURRENCY,
            "availability": _STOCK[product.is_in_stock],
            "itemCondition": "https://schema.org/NewCondition",
        },
    }
    return {key: value for key, value in facts.items() if value not in (None, "", [])}
