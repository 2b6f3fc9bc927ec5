"""The second half of bin/run, in the project's environment: the database, then the server.

With the argument "prepare" only the database, as far as possible: bin/run does that while the
bundles are built, and errors are reported on the second call.
"""

import hashlib
import logging
import os
import socket
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
DEMO_SOURCES = ["main/demo", "main/fixtures", "main/management/commands/load_demo.py"]
DEMO_ACCOUNTS = ["owner", "office", "dispatch", "customer", "reader"]
DEMO_PASSWORD = "booktime-demo"  # noqa: S105 - printed for everyone to use


def main(*, prepare_only: bool) -> None:
    sys.path.insert(0, str(ROOT))
    os.environ["DJANGO_SETTINGS_MODULE"] = "booktime.settings"
    import django
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured

    try:
        django.setup()
    except ImproperlyConfigured as error:
        sys.exit(f"run: {error}")
    if not prepare_only:
        _check_port(settings.PORT)
    _connect()
    _migrate()
    if settings.DEBUG:
        _load_demo()
    if prepare_only:
        return
    _announce(settings.PORT, demo=settings.DEBUG)
    python = [sys.executable]
    # In development the server restarts by itself when a file changes.
    if settings.DEBUG:
        os.execv(python[0], [*python, "manage.py", "runserver", f"{HOST}:{settings.PORT}"])
    flags = ["-p", str(settings.PORT), "--bind", HOST, "--no-server-name"]
    # No frame of a conversation is larger in either direction, so larger ones are not even read.
    flags += ["--websocket-max-message-size", "65536", "--websocket-max-frame-size", "65536"]
    os.execv(python[0], [*python, "-m", "daphne", *flags, "booktime.asgi:application"])


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError:
            sys.exit(f"run: port {port} needs more rights than you have; set PORT to another")
        except OverflowError:
            sys.exit(f"run: PORT must be from 1 to 65535, not {port}")
        except OSError:
            sys.exit(f"run: port {port} is taken; end what serves there, or set PORT to another")


def _connect() -> None:
    from django.db import OperationalError, connection

    # Without the pool, which would try for half a minute before reporting the reason.
    connection.settings_dict["OPTIONS"].pop("pool", None)
    try:
        connection.ensure_connection()
    except OperationalError as error:
        reason = str(error).strip().splitlines()[0]
        sys.exit(f"run: the database of DATABASE_URL cannot be reached: {reason}")


def _migrate() -> None:
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        print("run: bringing the database up to date", flush=True)
        call_command("migrate", verbosity=0, interactive=False)


def _load_demo() -> None:
    """Load the demo shop into a database that has none, or an older one."""
    from django.conf import settings
    from django.contrib.auth import get_user_model
    from django.core.management import call_command

    place = f"{os.environ.get('DATABASE_URL')} {settings.MEDIA_ROOT}"
    stamp = ROOT / ".cache" / f"demo-{hashlib.sha256(place.encode()).hexdigest()[:12]}"
    wanted = _hash_of_demo()
    is_there = get_user_model().objects.filter(email="owner@booktime.example").exists()
    if is_there and settings.MEDIA_ROOT.exists() and _text(stamp) == wanted:
        return
    print("run: loading the demo shop", flush=True)
    # A line for each of two hundred pictures would hide the other output.
    logging.getLogger("django_tasks").setLevel(logging.WARNING)
    call_command("load_demo")
    stamp.write_text(wanted)


def _hash_of_demo() -> str:
    digest = hashlib.sha256()
    for path in [ROOT / name for name in DEMO_SOURCES]:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and file.suffix != ".pyc":
                digest.update(file.read_bytes())
    return digest.hexdigest()


def _text(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def _announce(port: int, *, demo: bool) -> None:
    print(f"\nBookTime serves on http://{HOST}:{port}/  (end it with Ctrl-C)")
    if demo:
        print(f"Sign in with the password {DEMO_PASSWORD} as:")
        for name in DEMO_ACCOUNTS:
            print(f"  {name}@booktime.example")
        print(f"The owner's admin is at http://{HOST}:{port}/admin/")
    else:
        print("Mails and pictures are for the worker: .venv/bin/python manage.py run_worker")
    print(flush=True)


if __name__ == "__main__":
    prepare_only = sys.argv[1:] == ["prepare"]
    try:
        main(prepare_only=prepare_only)
    except SystemExit:
        if not prepare_only:
            raise
    except KeyboardInterrupt:
        sys.exit(130)
