"""PostgreSQL: one that hangs, or whose host vanished, must not hold a web process for ever."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from psycopg import Connection, IsolationLevel, OperationalError, ProgrammingError, pq
from psycopg.conninfo import make_conninfo

# Seconds for a statement in a web process: first the server ends it, then we no longer wait for the
# answer, and nginx would give up on us after 60.
STATEMENT_LIMIT, ANSWER_LIMIT = 30, 35
# And for the word that a connection is alive, which is asked before each request's first query.
LIFE_LIMIT = 5
# What Django takes out of the options before libpq sees them.
_DJANGO_OPTIONS = {"assume_role", "isolation_level", "server_side_binding"}
_PSYCOPG_OPTIONS = {"prepare_threshold"}
# Of every connection, a command's too: what a host that vanished costs is known after 20 to 30 s.
BOUNDS: dict[str, Any] = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,  # ms
}
_NUMBERS = {"keepalives", "prepare_threshold"} | BOUNDS.keys()
# What libpq and Django would refuse only when they connect.
_CHOICES: dict[str, list[Any]] = {
    "sslmode": ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"],
    "isolation_level": [level.value for level in IsolationLevel],
}
_TRUTHS = {"true": True, "1": True, "false": False, "0": False}


class BoundedConnection(Connection):
    """Waits so long for an answer and no longer, whatever the server thinks.

    A process that was stopped, or a disk that hangs: the kernel there goes on to acknowledge what
    we send, so neither a time-out of the server nor one of TCP helps.
    """

    _limit = ANSWER_LIMIT

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        try:
            return super().wait(gen, interval, self._limit if timeout is None else timeout)
        except OperationalError:
            if self.pgconn.transaction_status != pq.TransactionStatus.ACTIVE:
                raise
            self.pgconn.finish()  # the answer may still come, and would be taken for another's
            raise OperationalError("the database does not answer") from None

    def execute(self, query: Any, *args: Any, **options: Any) -> Any:
        """Not asked by Django, which has cursors: but by the pool, with an empty query."""
        self._limit = ANSWER_LIMIT if query else LIFE_LIMIT
        try:
            return super().execute(query, *args, **options)
        finally:
            self._limit = ANSWER_LIMIT


def checked(config: dict[str, Any]) -> dict[str, Any]:
    """The options of DATABASE_URL, behind its question mark: nonsense is told at the start."""
    options = config.get("OPTIONS", {})
    if "pool" in options or "CONN_MAX_AGE" in config:
        # Others than ours would not be bounded.
        raise ImproperlyConfigured(
            "DATABASE_URL: the shop keeps its connections itself: leave pool and CONN_MAX_AGE out."
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
    """So the documentation tells whoever has a pgbouncer that gives one to many clients."""
    name = "DISABLE_SERVER_SIDE_CURSORS"
    given = str(config.get(name, False)).lower()
    if given not in _TRUTHS:
        raise ImproperlyConfigured(f"DATABASE_URL: {name} must be true or false.")
    return _TRUTHS[given]


def joined(ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    """What the URL says wins; of the server's own settings it need not name all."""
    both = [str(each["options"]) for each in (ours, theirs) if "options" in each]
    return ours | theirs | ({"options": " ".join(both)} if both else {})


def for_web(*, most: int, is_pooled_elsewhere: bool) -> dict[str, Any]:
    """Many connections, each bounded; what is set for a pooler's would be set for its others."""
    pool = {
        "min_size": 1,
        "max_size": most,
        "timeout": 5,
        "connection_class": BoundedConnection,
        # Then the next request tries anew. By itself the pool waits twice as long each time: after
        # 70 s of absence it came back 49 s late, with this at once.
        "reconnect_timeout": 5,
    }
    limits = {
        "statement_timeout": STATEMENT_LIMIT,
        "idle_in_transaction_session_timeout": 2 * STATEMENT_LIMIT,
    }
    options = " ".join(f"-c {name}={seconds}s" for name, seconds in limits.items())
    return BOUNDS | {"pool": pool} | ({} if is_pooled_elsewhere else {"options": options})
