"""Has the release before make a shop and record it, and then ours take it over and record it."""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from main.tests.support.release_before.comparing import Recording

sys.path.append(str(settings.BASE_DIR / "bin" / "support"))
import releases

RELEASE = "0.1.0"  # whose orders the migrations and the backfill take over
PROGRAMS = Path(__file__).parent
KEPT = settings.BASE_DIR / ".cache" / "release-before"
ENVIRONMENT = {
    "ENV_FILE": "",
    "REDIS_URL": "",
    "DEBUG": "false",
    "SECURE": "false",
    "STAFF_SECOND_FACTOR": "false",
    "ALLOWED_HOSTS": "testserver",
    "SECRET_KEY": "only-for-comparing-" * 4,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """So many orders; of each `every`th all pages are recorded, and of so many `papers` the PDF.

    Before the backfill only each `early`th is looked at.
    """

    orders: int
    every: int
    papers: int
    early: int


@dataclass(frozen=True, slots=True)
class Before:
    """What the release before made: at which moment it is looked at, and how it looks."""

    moment: str
    pages: Recording


@contextmanager
def release_before() -> Iterator[Path]:
    """A folder with its code. Raises releases.NoRelease if there is none, and that is a failure."""
    with tempfile.TemporaryDirectory(prefix="booktime-before-") as folder:
        _, commit = releases.chosen(settings.BASE_DIR, RELEASE)
        releases.unpack(settings.BASE_DIR, commit, Path(folder))
        (Path(folder) / "bundles").mkdir()
        yield Path(folder)


def make_before(shop: Shop, *, database: str) -> Before:
    """In an empty database."""
    with release_before() as tree:
        moment = _run(tree, database, "shop.py", str(shop.orders)).split()[-1]
        pages = _record(tree, database, moment, shop, "1:before.json")["before.json"]
    return Before(moment, pages)


def take_over(shop: Shop, before: Before, *, database: str) -> tuple[Recording, Recording]:
    """Migrate the database of the release before: how it looks then, and once it is backfilled."""
    early = f"{shop.early}:migrated.json"
    steps = ["migrate_together", early, "backfill", "1:backfilled.json"]
    found = _record(settings.BASE_DIR, database, before.moment, shop, *steps)
    return found["migrated.json"], found["backfilled.json"]


def kept_before(shop: Shop, *, database: Path) -> Before:
    """The same on SQLite, from .cache where it was made before by the same programs."""
    programs = b"".join((PROGRAMS / name).read_bytes() for name in ("shop.py", "pages.py"))
    _, commit = releases.chosen(settings.BASE_DIR, RELEASE)
    key = hashlib.sha256(programs + f"{commit} {shop}".encode()).hexdigest()[:16]
    kept, made = KEPT / f"{key}.sqlite3", KEPT / f"{key}.json"
    if not made.exists():
        KEPT.mkdir(parents=True, exist_ok=True)
        kept.unlink(missing_ok=True)
        before = make_before(shop, database=f"sqlite:///{kept}")
        part = made.with_suffix(".part")
        part.write_text(json.dumps({"moment": before.moment, "pages": before.pages}))
        part.rename(made)  # whole, or not there
    database.write_bytes(kept.read_bytes())
    return Before(**json.loads(made.read_text()))


def _record(
    tree: Path, database: str, moment: str, shop: Shop, *steps: str
) -> dict[str, Recording]:
    with tempfile.TemporaryDirectory(prefix="booktime-pages-") as folder:
        places = [step.replace(":", f":{folder}/") for step in steps]
        numbers = [moment, str(shop.every), str(shop.papers)]
        _run(tree, database, "pages.py", *numbers, *places)
        files = sorted(Path(folder).glob("*.json"))
        return {file.name: json.loads(file.read_text()) for file in files}


def _run(tree: Path, database: str, program: str, *words: str) -> str:
    """What it prints. Papers are printed anew: each release has a folder of its own for them."""
    with tempfile.TemporaryDirectory(prefix="booktime-media-") as media:
        done = subprocess.run(
            [sys.executable, "-W", "ignore", PROGRAMS / program, *words],
            cwd=tree,
            env=os.environ | ENVIRONMENT | {"DATABASE_URL": database, "MEDIA_ROOT": f"{media}/m"},
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise AssertionError(f"{program} failed in {tree}:\n{done.stderr[-4000:]}")
    return done.stdout
