#!/usr/bin/env python3
"""Time of an invoice's PDF as the shop serves it, compared with WeasyPrint's own for the same page.

    python bench/invoice_pdf.py [--lines 4] [--rounds 15] [--stack 50]

In process, on a new SQLite database in a temporary folder. The shop's time is a whole request:
rights, database, template, the electronic invoice, PDF/A-3. WeasyPrint's is HTML(...).write_pdf()
of the same HTML and style sheet, with its defaults. In turn, after a warm-up; on a shared machine
the median of the rounds' ratios counts. Then a stack of invoices in one PDF.
"""

import argparse
import logging
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIMIT = 3.0  # times WeasyPrint's own


def main() -> None:
    arguments = read_arguments()
    with tempfile.TemporaryDirectory() as folder:
        set_up(folder)
        order = paid_order(arguments.lines)
        worst = compare(order, Path(folder), rounds=arguments.rounds)
        print_stack(arguments.stack, lines=arguments.lines)
    sys.exit(int(worst > LIMIT))


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lines", type=int, default=4, help="lines of an invoice")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--stack", type=int, default=50, help="invoices of the stack")
    return parser.parse_args()


def set_up(folder: str) -> None:
    sys.path.insert(0, str(ROOT))
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "booktime.settings",
        "DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3",
        "DEBUG": "true",
        "EMAIL_URL": "dummymail://",
        "ENV_FILE": "",
    }
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    settings.DEBUG = False  # no list of queries, as in production
    logging.disable(logging.WARNING)
    call_command("migrate", verbosity=0)


def paid_order(lines: int):
    from main.actions.payments import mark_order_paid
    from main.tests.support.factories import OrderFactory, OrderLineFactory

    order = OrderFactory()
    for n in range(lines):
        OrderLineFactory(order=order, quantity=1 + n % 3, tax_rate=Decimal(n % 2 * 20))
    mark_order_paid(order_id=order.pk)
    return order


def compare(order, folder: Path, *, rounds: int) -> float:
    shop, plain = shop_request(order), plain_weasyprint(order, folder)
    shop(), plain()
    pairs = [(timed(shop), timed(plain)) for _ in range(rounds)]
    ratio = statistics.median(ours / own for ours, own in pairs)
    ours_ms, own_ms = (statistics.median(times) * 1000 for times in zip(*pairs, strict=True))
    print(f"the shop's answer    {ours_ms:7.1f} ms")
    print(f"WeasyPrint's own     {own_ms:7.1f} ms")
    print(f"ratio                {ratio:7.2f} (at most {LIMIT})")
    return ratio


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def shop_request(order) -> Callable[[], None]:
    from django.test import Client

    client = Client(headers={"host": "localhost"})
    client.force_login(order.user)

    def ask() -> None:
        answer = client.get(f"/orders/{order.pk}/invoice/?format=pdf")
        if not answer.content.startswith(b"%PDF-"):
            sys.exit(f"The shop answered {answer.status_code} and no PDF.")

    return ask


def plain_weasyprint(order, folder: Path) -> Callable[[], bytes]:
    from django.template.loader import render_to_string
    from weasyprint import HTML

    invoice = order.invoices.for_rendering().get()
    html = render_to_string("invoices/document.html", {"invoice": invoice})
    page = folder / "page.html"
    page.write_text(html.replace('href="/static/', f'href="file://{ROOT}/main/static/'))
    return lambda: HTML(filename=page).write_pdf()


def print_stack(count: int, *, lines: int) -> None:
    from main.documents import invoices_pdf
    from main.models import Invoice

    for _ in range(count - 1):
        paid_order(lines)
    start = time.perf_counter()
    pdf = invoices_pdf(Invoice.objects.for_rendering().order_by("pk"))
    seconds = time.perf_counter() - start
    print(f"a stack of {count:4}      {seconds:7.2f} s, {len(pdf) / 1e6:.1f} MB in one PDF")


if __name__ == "__main__":
    main()
