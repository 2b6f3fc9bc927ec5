"""Records what people see of every order: the words of pages and papers, sums, the API's answers.

Runs with release 0.1.0's code and with ours, in a folder that holds it:

    pages.py MOMENT EVERY PAPERS STEP ...

A step is a management command, or N:FILE: record each Nth order to a JSON file, {name: words}. It
is recorded as of MOMENT; of each EVERYth order all pages, the staff's too, and of so many PAPERS
the PDF. Recording leaves nothing behind.
"""

import json
import os
import sys
from collections.abc import Iterator
from datetime import datetime
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from unittest import mock

import django
from django.conf import settings

sys.path.insert(0, os.getcwd())  # noqa: PTH109
os.environ["DJANGO_SETTINGS_MODULE"] = "booktime.settings"
# Hashed names of files would want them collected.
PLAIN = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
settings.STORAGES = settings.STORAGES | {"staticfiles": PLAIN}
django.setup()

from django.core.cache import cache  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402
from pypdf import PdfReader  # noqa: E402
from webpack_loader.loaders import WebpackLoader  # noqa: E402

from main.models import Invoice, Order, User  # noqa: E402
from main.models.order_access import make_access_token  # noqa: E402

# Bundles have other names in another release, and no words.
WebpackLoader.get_bundle = lambda self, name: []
SILENT = {"script", "style", "template", "noscript", "option"}
OFFICE = "/office-admin/"


def main(moment: datetime, every: int, papers: int, steps: list[str]) -> None:
    for step in steps:
        count, is_file, path = step.partition(":")
        if not is_file:
            call_command(step, verbosity=0)
            continue
        # Who opens a page has read it: that stays between us.
        with mock.patch.object(timezone, "now", lambda: moment), transaction.atomic():
            found = dict(recorded(int(count), every, papers))
            transaction.set_rollback(True)
        Path(path).write_text(json.dumps(found, ensure_ascii=False, indent=0))


def recorded(each: int, every: int, papers: int) -> Iterator[tuple[str, str]]:
    office = client_of(User.objects.get(email="proof@booktime.example"))
    users = {user.pk: client_of(user) for user in User.objects.filter(orders__isnull=False)}
    orders = list(Order.objects.order_by("created_at", "pk"))
    for place, order in enumerate(orders[::each]):
        # Whoever opens a page has read what is new there; the next order's pages must not show it.
        with transaction.atomic():
            customer = users.get(order.user_id) or guest(order)
            yield from customers_pages(customer, order)
            if place * each % every == 0:
                talk = words_at(customer, f"/orders/{order.pk}/conversation/")
                yield f"{order.number}: talk", talk
                yield from offices_pages(office, order)
            transaction.set_rollback(True)
    for key, client in users.items():
        yield f"customer {key}: orders", words_at(client, "/orders/")
        yield f"customer {key}: phone", answer_at(client, "/mobile-api/my-orders/")
    for name in ("turnover", "orders_per_day", "most_bought_products"):
        yield f"report: {name}", words_at(office, f"{OFFICE}{name}/")
    for invoice in Invoice.objects.order_by("pk")[:papers]:
        path = f"{OFFICE}invoice/{invoice.order_id}/?number={invoice.number}&format=pdf"
        yield f"{invoice.number}: PDF", pdf_words(office.get(path).content)


def customers_pages(customer: Client, order: Order) -> Iterator[tuple[str, str]]:
    yield f"{order.number}: sums", json.dumps(sums_of(order))
    yield f"{order.number}: order", words_at(customer, f"/orders/{order.pk}/")
    path = f"/mobile-api/orders/{order.pk}/messages/"
    yield f"{order.number}: messages", answer_at(customer, path)
    for invoice in order.invoices.order_by("pk"):
        path = f"/orders/{order.pk}/invoice/?number={invoice.number}"
        yield f"{invoice.number}: paper", words_at(customer, path)


def sums_of(order: Order) -> dict[str, str]:
    """Under one name, whatever each release calls them."""
    is_ours = hasattr(order, "balance")
    sums = {
        "total": order.total,
        "total_vat": order.total_vat,
        "charged": order.charged if is_ours else order.total_due,
        "cancelled": order.total_cancelled,
        "refunded": order.balance.refunded if is_ours else order.total_refunded,
    }
    return {name: f"{amount:.2f}" for name, amount in sums.items()}


def offices_pages(office: Client, order: Order) -> Iterator[tuple[str, str]]:
    path = f"{OFFICE}main/order/{order.pk}/"
    yield f"{order.number}: office", words_at(office, f"{path}change/")
    yield f"{order.number}: history", words_at(office, f"{path}history/")
    yield f"{order.number}: customer service", words_at(office, f"/customer-service/{order.pk}/")


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def guest(order: Order) -> Client:
    client = Client()
    client.get(f"/orders/open/{make_access_token(order.pk)}/")
    return client


def words_at(client: Client, path: str) -> str:
    answer = client.get(path)
    return words_of(answer.content.decode()) if answer.status_code == 200 else refused(answer)


def answer_at(client: Client, path: str) -> str:
    cache.clear()  # how often one may ask is not what is compared
    answer = client.get(path)
    if answer.status_code != 200:
        return refused(answer)
    return json.dumps(answer.json(), ensure_ascii=False, sort_keys=True)


def refused(answer) -> str:
    return f"(answered {answer.status_code})"


def pdf_words(content: bytes) -> str:
    pages = PdfReader(BytesIO(content)).pages
    return " ".join(" ".join(page.extract_text().split()) for page in pages)


def words_of(html: str) -> str:
    reader = Words()
    reader.feed(html)
    return " ".join(" ".join(reader.words).split())


class Words(HTMLParser):
    """What is seen, and what stands in fields."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in SILENT
        known = dict(attrs)
        if tag == "input" and known.get("type") not in {"hidden", "checkbox", "radio"}:
            self.words.append(known.get("value") or "")
        if tag == "option" and "selected" in known:
            self.words.append(f"[{known.get('value')}]")

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in SILENT

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.words.append(data)


if __name__ == "__main__":
    moment, every, papers, *steps = sys.argv[1:]
    main(datetime.fromisoformat(moment), int(every), int(papers), steps)
