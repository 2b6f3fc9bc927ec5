"""Dumps and restores PostgreSQL with its own pg_dump, pg_restore and psql."""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import IO, Any, cast

from django.db import connection, transaction
from psycopg import pq

from main.gateways.backup_archive import PIECE, BackupRefused, Ended

COPY = "database.dump"
_TOOLS = ("pg_dump", "pg_restore", "psql")
# Everything of the shop's own, but not extensions, which an administrator may have created.
_BEGIN = """\
\\set QUIET on
BEGIN;
SET LOCAL lock_timeout = '30s';
DO $booktime$
DECLARE statement text;
BEGIN
    FOREACH statement IN ARRAY (
        SELECT coalesce(array_agg(
            format('DROP %s IF EXISTS %I.%I CASCADE',
                CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW'
                WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, current_schema(), relname)
            ORDER BY relkind = 'S'), '{}')
        FROM pg_class c
        WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S')
        AND NOT EXISTS (SELECT FROM pg_depend
            WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e')
    ) LOOP EXECUTE statement; END LOOP;
    FOREACH statement IN ARRAY (
        SELECT coalesce(array_agg(
            format('DROP ROUTINE IF EXISTS %s CASCADE', p.oid::regprocedure)), '{}')
        FROM pg_proc p
        WHERE pronamespace = current_schema()::regnamespace
        AND NOT EXISTS (SELECT FROM pg_depend
            WHERE classid = 'pg_proc'::regclass AND objid = p.oid AND deptype = 'e')
    ) LOOP EXECUTE statement; END LOOP;
END $booktime$;
"""
_ROWS = "SELECT count(*) FROM {}"
_COUNT = """\
    IF (SELECT count(*) FROM "{name}") <> {number} THEN
        RAISE EXCEPTION '{name} does not have the {number} rows that were backed up';
    END IF;
"""


def check_tools() -> None:
    """Raises BackupRefused unless PostgreSQL's programs exist and are not older than the server."""
    connection.ensure_connection()
    server = cast(Any, connection).pg_version // 10000
    for tool in _TOOLS:
        if not shutil.which(tool):
            raise BackupRefused(
                f"{tool} is missing: install PostgreSQL's client, version {server} or later "
                "(Debian: postgresql-client)."
            )
        told = subprocess.run([tool, "--version"], capture_output=True, text=True, check=False)
        version = re.search(r"\) (\d+)", told.stdout)
        if version is None or int(version[1]) < server:
            raise BackupRefused(
                f"{tool} is {told.stdout.strip() or 'not working'}, older than the server "
                f"({server}): install PostgreSQL's client, version {server} or later."
            )


def write_copy(path: Path) -> tuple[dict[str, int], list[list[str]], list[str]]:
    """Returns the number of rows per table, the migrations, and the pictures that are named.

    All of one moment: counting here and dumping there see the same snapshot.
    """
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()
        _dump(path, snapshot=snapshot)
        tables = sorted(connection.introspection.table_names(cursor))
        rows = {}
        for name in tables:
            cursor.execute(_ROWS.format(connection.ops.quote_name(name)))
            (rows[name],) = cursor.fetchone()
        cursor.execute("SELECT app, name FROM django_migrations ORDER BY id")
        migrations = [list(row) for row in cursor.fetchall()]
        cursor.execute("SELECT image FROM main_productimage")
        return rows, migrations, [name for (name,) in cursor.fetchall()]


def check_copy(path: Path) -> None:
    """Raises BackupRefused if this pg_restore cannot read it, as when a newer pg_dump wrote it."""
    command = ["pg_restore", "--list", str(path)]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    if done.returncode:
        raise BackupRefused(f"pg_restore cannot read the backup: {_line(done.stderr)}")


def restore_copy(path: Path, *, rows: dict[str, int]) -> None:
    """In one transaction, committed only if every table has its rows."""
    with tempfile.TemporaryFile() as errors:
        psql = subprocess.Popen(
            ["psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--file=-"],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=errors, env=_environment(),
        )  # fmt: skip
        try:
            complaint = _feed(cast(IO[bytes], psql.stdin), path, rows=rows)
        except Ended:
            psql.kill()
            raise
        finally:
            # Without a COMMIT nothing has happened, however we got here.
            _close(cast(IO[bytes], psql.stdin))
            status = psql.wait()
        errors.seek(0)
        complaint = complaint or (_line(errors.read()) if status else "")
    if complaint:
        raise BackupRefused(f"The database could not be restored and is unchanged: {complaint}")


def _feed(psql: IO[bytes], path: Path, *, rows: dict[str, int]) -> str:
    """Give psql the whole transaction; returns pg_restore's complaint, if any."""
    keep_out = ["--no-owner", "--no-privileges", "--no-comments"]
    with tempfile.TemporaryFile() as errors:
        script = subprocess.Popen(
            ["pg_restore", "--file=-", *keep_out, str(path)], stdout=subprocess.PIPE, stderr=errors
        )
        sql = cast(IO[bytes], script.stdout)
        try:
            psql.write(_BEGIN.encode())
            shutil.copyfileobj(sql, psql, PIECE)
            if script.wait() == 0:
                psql.write(_end(rows).encode())
        except BrokenPipeError:
            return ""  # psql says why
        finally:
            sql.close()
            script.wait()
        errors.seek(0)
        return _line(errors.read()) if script.returncode else ""


def _end(rows: dict[str, int]) -> str:
    counts = "".join(_COUNT.format(name=name, number=int(rows[name])) for name in rows)
    check = f"DO $booktime$ BEGIN\n{counts}END $booktime$;\n"
    return f"SET search_path TO DEFAULT;\n{check}COMMIT;\n"


def _close(psql: IO[bytes]) -> None:
    try:
        psql.close()
    except BrokenPipeError:
        pass  # it has already ended


def _dump(path: Path, *, snapshot: str) -> None:
    command = ["pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={path}"]
    done = subprocess.run(command, stderr=subprocess.PIPE, env=_environment(), check=False)
    if done.returncode:
        raise BackupRefused(f"pg_dump failed: {_line(done.stderr)}")


def _environment() -> dict[str, str]:
    """Django's connection as PostgreSQL's programs read it: no password in the arguments."""
    connection.ensure_connection()
    info = connection.connection.info
    names = {
        option.keyword.decode(): option.envvar.decode()
        for option in pq.Conninfo.get_defaults()
        if option.envvar
    }
    ours = info.get_parameters() | {"password": info.password, "host": info.host}
    ours |= {"port": str(info.port)}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return kept | {names[name]: value for name, value in ours.items() if name in names and value}


def _line(complaint: bytes) -> str:
    """The line with the error, out of a program's long output."""
    lines = [line.strip() for line in complaint.decode(errors="replace").splitlines()]
    errors = [line for line in lines if "error" in line.lower()] or lines
    return errors[0] if errors else "it does not say why."
