#!/usr/bin/env python3
"""Requests per second of the shop's main pages through Daphne, compared with a bare Django list.

    bench/throughput.py books.csv [--seconds 5] [--rounds 2] [--connections 8] [--threads N]

Imports the list into a temporary PostgreSQL, starts the shop as in production (one process per
server; DEBUG off, no debug tools) and a bare list of the same rows (bench/bare), each on our
handler and on Django's own, and loads them in turn with wrk. Prints a table of medians over the
rounds: requests per second, latencies, the server's CPU time per request (Linux), and ratios. On a
machine that others use, trust CPU and ratios.

Sets up packages and production bundles as bin/test does. Needs: apt-get install postgresql wrk
Takes about 3 minutes. The database does not wait for the disk (fsync off).
"""

import argparse
import contextlib
import http.client
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote_plus

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "bin" / "support"))
import setting_up  # noqa: E402 (found by the line above)
from processes import end, free_port  # noqa: E402

PYTHON = str(ROOT / ".venv" / "bin" / "python")
CSRF = "c" * 32
GUESTS = 200
# One in ten is misspelt and needs the slower search for similar words.
SEARCHES = [
    "harry potter", "the hobbit", "austen", "stephen king", "love", "murder on the orient express",
    "dune", "9780439023480", "history of", "shakespere hamlet",
]  # fmt: skip
SHOP, STOCK = "booktime.asgi:application", "bench.stock_asgi:application"
SERVERS = {
    "bare": (SHOP, "bench.bare.settings"),
    "shop": (SHOP, "booktime.settings"),
    "bare, stock handler": (STOCK, "bench.bare.settings"),
    "shop, stock handler": (STOCK, "booktime.settings"),
}
PAGES = ["bare list", "list", "book", "search", "add to basket", "style sheet"]
FACTS = """
import json
from django.conf import settings
from django.db import connection
from main.models import Product
connection.cursor().execute("VACUUM ANALYZE")
rows = Product.objects.filter(active=True, stock__gt=5).order_by("pk")[::19]
print(json.dumps({
    "count": Product.objects.count(),
    "books": [[b.pk, b.slug] for b in rows],
    "cookies": [settings.CSRF_COOKIE_NAME, settings.SESSION_COOKIE_NAME],
}))
"""


def main():
    options = read_options()
    if "BENCH_INSIDE" not in os.environ:
        environment = os.environ | {"BENCH_INSIDE": "1"}
        setting_up.set_up(production_bundles=True)
        words = [str(ROOT / "bin/with-services"), "--postgres", sys.executable, __file__]
        command = [*words, *sys.argv[1:]]
        sys.exit(subprocess.run(command, env=environment, check=False).returncode)
    environment = production_environment(options)
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as running:
        facts = prepare(options.csv, folder, environment)
        servers = {
            name: running.enter_context(serve(*server, environment, Path(folder)))
            for name, server in SERVERS.items()
        }
        plans = write_plans(Path(folder), facts, servers["shop"][0])
        found = measure(options, servers, plans)
    print_table(found, options, facts["count"])
    return 1 if any(result["errors"] for results in found.values() for result in results) else 0


def read_options():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("csv", type=Path, help="a list of books for import_data")
    parser.add_argument("--seconds", type=int, default=5, choices=range(1, 61), metavar="N")
    parser.add_argument("--rounds", type=int, default=2, choices=range(1, 11), metavar="N")
    parser.add_argument("--connections", type=int, default=8, choices=range(1, 257), metavar="N")
    parser.add_argument("--threads", type=int, default=8, help="ASGI_THREADS of the servers")
    options = parser.parse_args()
    if not shutil.which("wrk"):
        sys.exit("wrk is missing: apt-get install wrk")
    return options


def production_environment(options):
    return os.environ | {
        "ENV_FILE": "",
        "DEBUG": "false",
        "SECURE": "false",
        "SECRET_KEY": "only-for-the-benchmark-" + "0123456789abcdefghijklmnopqrstuvwxyz" * 2,
        "ALLOWED_HOSTS": "127.0.0.1",
        "REDIS_URL": "",
        "ASGI_THREADS": str(options.threads),
        "PYTHONPATH": str(ROOT),
    }


def prepare(csv, folder, environment):
    """Migrate, import, collect. Returns the number of books, and some of them."""
    manage(environment, "migrate", "--verbosity=0")
    manage(environment, "import_data", str(csv.resolve()), folder)
    manage(environment, "collectstatic", "--noinput", "--verbosity=0")
    output = manage(environment, "shell", "--verbosity=0", "-c", FACTS)
    return json.loads(output.splitlines()[-1])


def manage(environment, *words):
    command = [PYTHON, "manage.py", *words]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, check=False
    )
    if done.returncode:
        sys.exit(f"manage.py {words[0]} failed")
    return done.stdout


@contextlib.contextmanager
def serve(application, settings_module, environment, folder):
    """Start a Daphne process; returns its port and process id."""
    port = free_port()
    command = [PYTHON, "-m", "daphne", "-v0", "-b", "127.0.0.1", "-p", str(port), application]
    # Without Redis only one process may serve a database: the lock for that is a temporary file.
    own = Path(tempfile.mkdtemp(dir=folder))
    environment = environment | {"DJANGO_SETTINGS_MODULE": settings_module, "TMPDIR": str(own)}
    log = own / "server.log"
    with log.open("w") as output:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
    try:
        until = time.monotonic() + 30
        while not accepts(port):
            if server.poll() is not None or time.monotonic() > until:
                sys.exit(log.read_text() + f"{application} did not start")
            time.sleep(0.1)
        yield port, server.pid
    finally:
        end(server)


def accepts(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def write_plans(folder, facts, port):
    """Write a file of requests for each page; see load.lua."""
    books, (csrf, session) = facts["books"], facts["cookies"]
    own = f"{csrf}={CSRF}"
    lists = [("GET", f"/products/all/?page={page}", "", own) for page in range(1, 21)]
    guests = [
        new_guest(port, books[number % len(books)][0], own, session) for number in range(GUESTS)
    ]
    # Guests take turns, and each takes one book after another.
    adding = [
        (
            "POST",
            "/add_to_basket/",
            f"product_id={books[row * 7 % len(books)][0]}&quantity=1",
            guest,
        )
        for row in range(10)
        for guest in guests
    ]
    plans = {
        "bare list": lists,
        "list": lists,
        "book": [("GET", f"/product/{slug}/", "", own) for _, slug in books],
        "search": [("GET", f"/search/?q={quote_plus(words)}", "", own) for words in SEARCHES],
        "add to basket": adding,
        "style sheet": [("GET", style_sheet(port), "", own)],
    }
    for name, requests in plans.items():
        text = "".join("\t".join(request) + "\n" for request in requests)
        (folder / f"{name}.tsv").write_text(text)
    return {name: folder / f"{name}.tsv" for name in plans}


def new_guest(port, product_id, own, session_name):
    """Make a visitor with a book in the basket; returns their cookies."""
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    headers = {"Cookie": own, "X-CSRFToken": CSRF}
    headers["Content-Type"] = "application/x-www-form-urlencoded"
    client.request("POST", "/add_to_basket/", f"product_id={product_id}&quantity=1", headers)
    answer = client.getresponse()
    cookies = [value.split(";")[0] for value in answer.headers.get_all("Set-Cookie", [])]
    session = [cookie for cookie in cookies if cookie.startswith(f"{session_name}=")]
    if answer.status != 302 or not session:
        sys.exit(f"adding a book to a basket failed: {answer.status}")
    return f"{own}; {session[0]}"


def style_sheet(port):
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    client.request("GET", "/")
    page = client.getresponse().read().decode()
    return next(
        part.split('"')[0] for part in page.split('href="') if part.split('"')[0].endswith(".css")
    )


def measure(options, servers, plans):
    """Results by (page, server). Servers take turns, so that other load affects all alike."""
    found = {}
    for _ in range(options.rounds):
        for page in PAGES:
            for name, (port, pid) in servers.items():
                if name.startswith("bare") == (page == "bare list"):
                    load(port, plans[page], options.connections, 1)
                    before = cpu_seconds(pid)
                    result = load(port, plans[page], options.connections, options.seconds)
                    used = cpu_seconds(pid) - before
                    result["cpu"] = round(used * 1000 / max(result["requests"], 1), 2)
                    found.setdefault((page, name), []).append(result)
                    print(f"  {page} ({name}): {result}", file=sys.stderr)
    return found


def cpu_seconds(pid):
    """The process's CPU time so far; 0 if there is no /proc."""
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():
        return 0
    fields = stat.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def load(port, plan, connections, seconds):
    words = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(ROOT / "bench/load.lua")]
    command = [*words, f"http://127.0.0.1:{port}", "--", str(plan), CSRF]
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE, check=True, timeout=300)
    return json.loads(done.stdout.splitlines()[-1])


def print_table(found, options, count):
    def middle(page, name, key):
        return statistics.median(result[key] for result in found[page, name])

    print(f"\n{count:,} books, {options.connections} at once, {options.threads} threads\n")
    print(
        "| page | requests/s | p50 ms | p95 ms | CPU ms | requests/s, CPU of the bare list |",
        end="",
    )
    print(" on Django's handler: requests/s | CPU ms | ours in requests/s, CPU |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    for page in PAGES:
        ours = "bare" if page == "bare list" else "shop"
        stock = f"{ours}, stock handler"
        rate, cpu = middle(page, ours, "rate"), middle(page, ours, "cpu")
        stock_rate, stock_cpu = middle(page, stock, "rate"), middle(page, stock, "cpu")
        bare_rate, bare_cpu = (
            middle("bare list", "bare", "rate"),
            middle("bare list", "bare", "cpu"),
        )
        cells = [page, f"{rate:.0f}", f"{middle(page, ours, 'p50'):.0f}"]
        cells += [f"{middle(page, ours, 'p95'):.0f}", f"{cpu:.1f}"]
        cells += [f"x {rate / bare_rate:.2f}, x {cpu / (bare_cpu or 1):.2f}"]
        cells += [f"{stock_rate:.0f}", f"{stock_cpu:.1f}"]
        cells += [f"x {rate / stock_rate:.2f}, x {cpu / (stock_cpu or 1):.2f}"]
        print("| " + " | ".join(cells) + " |")
    errors = sum(result["errors"] for results in found.values() for result in results)
    print(f"\nfailed requests: {errors}")


if __name__ == "__main__":
    sys.exit(main())
