"""bin/lighthouse: serves the demo shop as in production and has Lighthouse rate its pages."""

import argparse
import json
import os
import secrets
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import setting_up
from processes import end, free_port
from setting_up import LOGS, PYTHON, ROOT, SetupError, say

FOLDER = ROOT / "bench" / "lighthouse"
PAGES = ["home", "list", "book", "basket"]
LEAST = 95
ATTEMPTS = 3
SCORES = ["performance", "accessibility", "best-practices", "seo"]
CHROMIUM_NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
FLAGS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
# Prints the session of a guest with a book in the basket, and the address of that book.
VISITOR = """
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from main.actions.basket import add_to_basket
from main.models import BasketOwner, Product
from main.views.visitor import BASKET_KEY
session = SessionStore()
session.create()
session[BASKET_KEY] = session.session_key
session.save()
book = Product.objects.active().in_stock().with_cover().exclude(cover_fields=None).first()
owner = BasketOwner(guest_key=session.session_key)
add_to_basket(owner=owner, product_id=book.pk, quantity=2)
print("VISITOR", settings.SESSION_COOKIE_NAME, session.session_key, book.get_absolute_url())
"""


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    arguments = _read_arguments()
    chromium = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if not chromium:
        raise SetupError("Chromium is missing; install it first: apt-get install chromium")
    setting_up.set_up(production_bundles=True)
    setting_up.set_up_npm(FOLDER)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        cookie, book = _make_shop(folder)
        setting_up.make_static_files()
        with _Server(folder) as address:
            visitor = folder / "headers.json"
            visitor.write_text(json.dumps({"Cookie": cookie}))
            paths = {"home": "/", "list": "/products/all/", "book": book, "basket": "/basket/"}
            chosen = {page: paths[page] for page in arguments.pages or PAGES}
            return _judge(chosen, address, chromium, folder, arguments.runs)


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/lighthouse", description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("pages", nargs="*", metavar="page", help=", ".join(PAGES))
    arguments = parser.parse_args()
    if unknown := set(arguments.pages) - set(PAGES):
        parser.error(f"no such page: {', '.join(sorted(unknown))}")
    return arguments


def _make_shop(folder: Path) -> tuple[str, str]:
    """Make a separate database with the demo shop; after that, the settings are production's.

    Returns a visitor's cookie and a book's address.
    """
    os.environ |= {
        "ENV_FILE": "",
        "DEBUG": "true",
        "DATABASE_URL": f"sqlite:///{folder}/shop.sqlite3",
        "MEDIA_ROOT": str(folder / "media"),
        "SECRET_KEY": secrets.token_urlsafe(60),
        "TASKS_BACKEND": "immediate",
        "REDIS_URL": "",
    }
    say("loading the demo shop")
    _manage("migrate", "--verbosity", "0")
    _manage("load_demo")
    name, key, book = _manage("shell", "-c", VISITOR).split("VISITOR ")[1].split()
    os.environ |= {"DEBUG": "false", "SECURE": "false", "ALLOWED_HOSTS": "127.0.0.1"}
    return f"{name}={key}", book


def _manage(*words: str) -> str:
    command = [PYTHON, "manage.py", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SetupError(f"{done.stdout}{done.stderr}\nmanage.py {words[0]} failed")
    return done.stdout


class _Server:
    """Daphne on a free port while the block runs."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.log = folder / "server.log"

    def __enter__(self) -> str:
        command = [PYTHON, "-m", "daphne", "-b", "127.0.0.1", "-p", str(self.port)]
        with self.log.open("w") as output:
            self.process = subprocess.Popen(
                [*command, "booktime.asgi:application"], cwd=ROOT, stdout=output, stderr=output
            )
        address = f"http://127.0.0.1:{self.port}"
        for _ in range(150):
            try:
                urllib.request.urlopen(f"{address}/robots.txt").close()
                return address
            except urllib.error.HTTPError:
                break
            except OSError:
                time.sleep(0.2)
        self.__exit__()
        raise SetupError(f"{self.log.read_text()}\nthe server did not start")

    def __exit__(self, *_) -> None:
        end(self.process)


def _judge(paths: dict[str, str], address: str, chromium: str, folder: Path, runs: int) -> int:
    print(f"{'':8}" + "".join(f"{score:>16}" for score in SCORES))
    too_low = 0
    for page, path in paths.items():
        reports = [_measure(address + path, chromium, folder) for _ in range(runs)]
        (LOGS / f"lighthouse-{page}.json").write_text(json.dumps(reports[-1]))
        medians = [_median(reports, score) for score in SCORES]
        print(f"{page:8}" + "".join(f"{median:16.0f}" for median in medians), flush=True)
        for line in _lost(reports[-1]):
            print(f"          {line}")
        too_low += sum(median < LEAST for median in medians)
    say(f"every score is at least {LEAST}" if not too_low else f"{too_low} below {LEAST}")
    return 1 if too_low else 0


def _measure(url: str, chromium: str, folder: Path) -> dict:
    report = folder / "report.json"
    command = ["node", FOLDER / "node_modules" / "lighthouse" / "cli" / "index.js", url, "--quiet"]
    command += ["--output=json", f"--output-path={report}", "--no-enable-error-reporting"]
    command += [f"--chrome-flags={' '.join(FLAGS)}", f"--extra-headers={folder}/headers.json"]
    command += [f"--only-categories={','.join(SCORES)}"]
    environment = {**os.environ, "CHROME_PATH": chromium}
    # Occasionally Chromium records no trace (NO_NAVSTART): that run measured nothing.
    for _ in range(ATTEMPTS):
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return json.loads(report.read_text())
    raise SetupError(f"{done.stderr}\nLighthouse failed on {url}")


def _median(reports: list[dict], score: str) -> float:
    return statistics.median(report["categories"][score]["score"] * 100 for report in reports)


def _lost(report: dict) -> list[str]:
    """What cost points in the last run."""
    lines = []
    for score in SCORES:
        for part in report["categories"][score]["auditRefs"]:
            audit = report["audits"][part["id"]]
            if part["weight"] and audit["score"] is not None and audit["score"] < 0.9:
                lines.append(f"{score}: {audit['title']} {audit.get('displayValue', '')}")
    return lines


if __name__ == "__main__":
    try:
        sys.exit(main())
    except SetupError as error:
        sys.exit(f"lighthouse: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
