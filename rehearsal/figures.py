"""The size of the release's bundle, and the proof that a backup restores a lost shop."""

import gzip
from collections.abc import Callable, Iterator

import psycopg

from rehearsal import evidence
from rehearsal.host import Host
from rehearsal.services import client_of
from rehearsal.walk_browser import expect
from rehearsal.walk_shop import wait_for
from rehearsal.walk_upload import bucket_names

BOOKS_SWITCHER = 100 * 1024  # bytes, raw: the image switcher of the site that this one grew from
NOTHING_LEFT = "DROP SCHEMA public CASCADE; CREATE SCHEMA public"


def bundle(host: Host) -> str:
    """The image switcher as it is served."""
    if host.current is None:
        raise AssertionError("nothing serves")
    found = list((host.current.folder / "bundles").glob("imageswitcher-*.js"))
    expect(len(found) == 1, f"the release has {len(found)} image switchers")
    content = found[0].read_bytes()
    expect(len(content) < BOOKS_SWITCHER, f"the image switcher has {len(content)} bytes")
    return (
        f"image switcher {len(content) / 1024:.1f} KiB raw, "
        f"{len(gzip.compress(content, 9)) / 1024:.1f} KiB gzip, beside 100 KiB raw"
    )


def steps(host: Host) -> Iterator[tuple[str, Callable[[], str]]]:
    """Must come last: it ends the processes, as docs/deployment.md says."""
    yield "the image switcher's bundle", lambda: bundle(host)
    yield "backup, everything lost, restore", lambda: restore(host)


def restore(host: Host) -> str:
    """Restores the same rows in every table and the same files in the bucket, byte for byte."""
    _end_processes(host)
    folder = host.folder / "backups"
    folder.mkdir(exist_ok=True)
    folder.chmod(0o777)  # the release runs under another account
    backup = folder / "whole.tar"
    rows, files = evidence.rows_of(host.database_url), _files(host)
    expect(rows and files, "there is nothing to back up")
    host.manage("backup", str(backup))
    size = backup.stat().st_size
    _lose_everything(host)
    expect(not evidence.rows_of(host.database_url) and not _files(host), "something is left")
    said = host.manage("restore", str(backup))
    again = evidence.rows_of(host.database_url)
    changed = sorted({row[0] for row in {*rows} ^ {*again}})
    expect(not changed, f"rows have changed in {', '.join(changed)}")
    expect(_files(host) == files, "files have changed")
    return f"{size / 1e6:.1f} MB; {said.strip()}"


def _end_processes(host: Host) -> None:
    for started in host.running.values():
        started.end()
    idle = "SELECT count(*) = 1 FROM pg_stat_activity WHERE datname = current_database()"
    with psycopg.connect(host.database_url, autocommit=True) as connection:
        wait_for(lambda: (connection.execute(idle).fetchone() or [False])[0], "the end of the shop")


def _files(host: Host) -> dict[str, str]:
    """The name and digest of each file."""
    client = client_of(host.s3)
    return {
        name: client.head_object(Bucket=host.s3.name, Key=name)["ETag"]
        for name in bucket_names(host)
    }


def _lose_everything(host: Host) -> None:
    with psycopg.connect(host.database_url, autocommit=True) as connection:
        connection.execute(NOTHING_LEFT)
    client = client_of(host.s3)
    for name in bucket_names(host):
        client.delete_object(Bucket=host.s3.name, Key=name)
