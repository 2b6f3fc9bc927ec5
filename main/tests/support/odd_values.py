"""Input nobody means, and the rows by which test_bad_input sends it: see odd_input."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

HUGE = "9" * 400
ODD_VALUES = (
    "", " ", "-1", "0", "1.5", "1e400", "NaN", "null", "[]", HUGE, "9" * 5000,
    str(2**63), str(-(2**63)), str(2**31), "漢字", "\u202e", "🦀" * 50, "\ud800",
    "a" * 20_000, "<script>alert(1)</script>", "' OR 1=1 --", "%00", "\x00", "\x1b[31m",
    "a\r\nB: c", "../../etc/passwd", "//evil.example", "https://evil.example",
    "javascript:alert(1)",
)  # fmt: skip
ANY = ODD_VALUES
# For pages that take long to show, where another page has the same fields with every value.
FEW_VALUES = ["", " ", "-1", HUGE, "漢字", "\u202e", "\ud800", "a" * 20_000, "\x00", "a\r\nB: c"]
# What hurts one database or the other most; each is asked what is its own.
ON_POSTGRESQL = ["-1", HUGE, "\ud800", "a" * 20_000, "\x00"]
ON_SQLITE = ["", " ", HUGE, str(2**63), "漢字", "\u202e", "\ud800", "a\r\nB: c"]
METHODS = ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE"]
BODIES = [
    ("application/json", b'{"product_id": 1'),
    ("application/json", b"[1, 2]"),
    ("application/x-www-form-urlencoded", b"\xff\xfe=%ff&=&&&=%"),
    ("application/x-www-form-urlencoded", b"a=1&" * 2000),
    ("multipart/form-data", b"no boundary"),
    ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: nonsense\r\n\r\n"),
    ("text/plain; charset=nonsense", b"hello"),
    ("", b""),
]


@dataclass(frozen=True, kw_only=True)
class FormRow:
    """A form, sent by `visitor` with one field odd and the others as in `valid`.

    `fields`: names; two in one string ("a b") get the same odd value. `valid` is taken as it is,
    and then the tables `changes` differ. `taken`: odd values that are right for a field.
    """

    route: str
    visitor: str
    path: str
    valid: Mapping[str, str] = field(default_factory=dict)
    fields: Collection[str] = ()
    changes: frozenset[str] = frozenset()
    taken: Mapping[str, Collection[str]] = field(default_factory=dict)
    values: Collection[str] = ODD_VALUES

    @property
    def is_bare(self) -> bool:
        """Whether the POST alone says all: its body does not matter."""
        return not self.valid


@dataclass(frozen=True, kw_only=True)
class PathRow:
    """An address with `{}` where the odd value goes."""

    route: str
    visitor: str
    path: str
    method: str = "GET"
