"""Pushes that are rejected late, after a lasting change, and the push that repairs it."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg

from rehearsal import commits, evidence
from rehearsal.commits import Files
from rehearsal.facts import Push
from rehearsal.host import Host
from rehearsal.pushes import Pushes
from rehearsal.walk_browser import Browser, expect
from rehearsal.walk_mail import Mailbox
from rehearsal.walk_purchase import Bought, buy
from rehearsal.walk_shop import wait_for

IDLE = "no worker today"
MAIL_SECONDS = 60
COLUMN = (
    "SELECT count(*) FROM information_schema.columns "
    "WHERE table_name = 'main_product' AND column_name = 'shelf'"
)
# No release that has served knows the migration, so manage.py cannot undo it.
UNDO = """
    ALTER TABLE main_product DROP COLUMN IF EXISTS shelf;
    DELETE FROM django_migrations WHERE app = 'main' AND name = '9001_shelf'
"""


def steps(host: Host, pushes: Pushes, mailbox: Mailbox) -> Iterator[tuple[str, Callable[[], str]]]:
    """These build on each other; afterwards the schema is as it was."""
    with _as_it_was(host):
        yield "rejected: unhealthy, and migrated", lambda: migrated(host)
        yield "rejected: a worker that does not start", lambda: no_worker(host, mailbox)
        yield "the next push mends it", lambda: mended(host, pushes)


@contextmanager
def _as_it_was(host: Host) -> Iterator[None]:
    try:
        yield
    finally:
        with psycopg.connect(host.database_url) as connection:
            connection.execute(UNDO)


def migrated(host: Host) -> str:
    """The gate has migrated; the previous release copes with the new schema, and sells."""
    before = evidence.gather(host)
    push = _rejected(host, "Migrated", commits.migrated_and_deaf(host), "web is not healthy")
    evidence.compare_release(before, evidence.gather(host))
    expect(_has_column(host), "the migration has left nothing: this shows nothing")
    order = _sell(host).order_id
    return f"“{push.reason}”; on the new schema {before.revision[:8]} sold order {order}"


def no_worker(host: Host, mailbox: Mailbox) -> str:
    """Its web already serves. The previous worker runs the tasks of the new web."""
    before = dict(host.running)
    files = commits.few_tests(host) | commits.worker_line(host, f"python -c exit('{IDLE}')")
    push = _rejected(host, "No worker", files, "worker ended with status 1; the new web serves")
    expect(IDLE in push.output, "it does not say why the worker has ended")
    expect(host.running["worker"] is before["worker"], "the worker is another one")
    expect(host.running["web"] is not before["web"], "the old web serves on")
    expect(not before["web"].is_running, "the old web is still there")
    evidence.gather(host)  # which release serves, and that both processes run
    bought = _sell(host)
    wait_for(lambda: mailbox.texts_to(bought.email), "the mail by the old worker", MAIL_SECONDS)
    return f"“{push.reason}”; it sold order {bought.order_id}, whose mail went out"


def mended(host: Host, pushes: Pushes) -> str:
    """Web and worker are of one commit again; a migration unknown to them does no harm."""
    expect(_has_column(host), "nothing is left of the migration: this shows nothing")
    pushes.accepted(host.commit("Mended", commits.few_tests(host)))
    apps = {started.app for started in host.running.values()}
    expect(len(apps) == 1, "web and worker are of two releases")
    return f"web and worker of one release, which sold order {_sell(host).order_id}"


def _rejected(host: Host, message: str, files: Files, reason: str) -> Push:
    push = host.push(host.commit(message, files))
    expect(not push.accepted, "it was accepted")
    expect(reason in push.reason, f"rejected for another reason: {push.reason!r}")
    return push


def _has_column(host: Host) -> bool:
    with psycopg.connect(host.database_url) as connection:
        return connection.execute(COLUMN).fetchone() == (1,)


def _sell(host: Host) -> Bought:
    """To a guest."""
    with Browser(host) as browser:
        return buy(browser, f"late.{secrets.token_hex(4)}@walk.example")
