"""PostgreSQL: a server that hangs or vanishes must not block a web process for ever."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from psycopg import Connection, IsolationLevel, OperationalError, ProgrammingError, pq
from psycopg.conninfo import make_conninfo

# Seconds for a statement in a web process: the server ends it first, then we stop waiting for the
# answer; nginx would give up on us after 60.
STATEMENT_LIMIT, ANSWER_LIMIT = 30, 35
# Seconds for which a statement waits for a row that another transaction holds. Ours hold rows for
# milliseconds; whoever waits for longer is asked to try again.
LOCK_LIMIT = 5
# Seconds for the check that a connection is alive, before each request's first query.
LIFE_LIMIT = 5
# Options that Django removes before libpq sees them.
_DJANGO_OPTIONS = {"assume_role", "isolation_level", "server_side_binding"}
_PSYCOPG_OPTIONS = {"prepare_threshold"}
# For every connection, even a command's: a host that vanished is noticed after 20 to 30 s.
BOUNDS: dict[str, Any] = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,  # ms
}
_NUMBERS = {"keepalives", "prepare_threshold"} | BOUNDS.keys()
# Values that libpq and Django would check only on connecting.
_CHOICES: dict[str, list[Any]] = {
    "sslmode": ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"],
    "isolation_level": [level.value for level in IsolationLevel],
}
_TRUTHS = {"true": True, "1": True, "false": False, "0": False}


class BoundedConnection(Connection):
    """Limits the wait for an answer, whatever the server does.

    If the server process was stopped or its disk hangs, its kernel still acknowledges what we send,
    so neither the server's own time-out nor TCP's helps.
    """

    _limit = ANSWER_LIMIT

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        try:
            return super().wait(gen, interval, self._limit if timeout is None else timeout)
        except OperationalError:
            if self.pgconn.transaction_status != pq.TransactionStatus.ACTIVE:
                raise
            self.pgconn.finish()  # a late answer would be mistaken for the next query's
            raise OperationalError("the database does not answer") from None

    def execute(self, query: Any, *args: Any, **options: Any) -> Any:
        """Called not by Django, which uses cursors, but by the pool, with an empty query."""
        self._limit = ANSWER_LIMIT if query else LIFE_LIMIT
        try:
            return super().execute(query, *args, **options)
        finally:
            self._limit = ANSWER_LIMIT


def checked(config: dict[str, Any]) -> dict[str, Any]:
    """The options in the query of DATABASE_URL, checked when the process starts."""
    options = config.get("OPTIONS", {})
    if "pool" in options or "CONN_MAX_AGE" in config:
        # Connections other than ours would have no limits.
        raise ImproperlyConfigured(
            "DATABASE_URL: the shop manages its connections itself: omit pool and CONN_MAX_AGE."
        )
    _check_values(options)
    ours = _DJANGO_OPTIONS | _PSYCOPG_OPTIONS
    try:
        make_conninfo(**{name: value for name, value in options.items() if name not in ours})
    except ProgrammingError as error:
        raise ImproperlyConfigured(f"DATABASE_URL: {str(error).strip()}.") from None
    return options


def _check_values(options: dict[str, Any]) -> None:
    for name in _NUMBERS & options.keys():
        if not isinstance(options[name], int):
            raise ImproperlyConfigured(f"DATABASE_URL: {name} must be a whole number.")
    for name in _CHOICES.keys() & options.keys():
        if options[name] not in _CHOICES[name]:
            allowed = ", ".join(map(str, _CHOICES[name]))
            raise ImproperlyConfigured(f"DATABASE_URL: {name} must be one of {allowed}.")


def is_pooled_elsewhere(config: dict[str, Any]) -> bool:
    """Whether a pgbouncer shares connections; the documentation says to set this option then."""
    name = "DISABLE_SERVER_SIDE_CURSORS"
    given = str(config.get(name, False)).lower()
    if given not in _TRUTHS:
        raise ImproperlyConfigured(f"DATABASE_URL: {name} must be true or false.")
    return _TRUTHS[given]


def joined(ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    """The URL's options win; its server settings are added to ours."""
    both = [str(each["options"]) for each in (ours, theirs) if "options" in each]
    return ours | theirs | ({"options": " ".join(both)} if both else {})


def for_web(*, most: int, is_pooled_elsewhere: bool) -> dict[str, Any]:
    """A pool of bounded connections. Via a pooler, server settings would affect other clients."""
    pool = {
        "min_size": 1,
        "max_size": most,
        "timeout": 5,
        "connection_class": BoundedConnection,
        # Then the next request tries again. The pool alone doubles its wait each time: after an
        # outage of 70 s it was back 49 s late; with this, at once.
        "reconnect_timeout": 5,
    }
    limits = {
        "statement_timeout": STATEMENT_LIMIT,
        "lock_timeout": LOCK_LIMIT,
        "idle_in_transaction_session_timeout": 2 * STATEMENT_LIMIT,
    }
    options = " ".join(f"-c {name}={seconds}s" for name, seconds in limits.items())
    return BOUNDS | {"pool": pool} | ({} if is_pooled_elsewhere else {"options": options})
