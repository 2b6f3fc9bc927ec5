"""Where words may stand, read from the source: English is data, and so are its dates and signs.

Each rule gives (line, what it found) for a module's text.
"""

import ast
import re
from collections.abc import Iterator

# Rooms that know facts and speak to nobody: main/wording, errors and the doors do.
WORDLESS = {"models", "gateways", "queue", "broadcasts", "events", "reports"}
SIGNS = re.compile(r"[£€]|^\$$|\$\{")
# strftime's names of days and months, and its whole dates: English on most hosts.
NAMES = re.compile(r"%-?[aAbBcpxX]|%-d")
FORMATTERS = {"date_format", "time_format", "dateformat", "formats"}
SENTENCE = re.compile(r"[“\"]?[A-Z{][^\n]* [^\n]*[.?!…]")
# Staff and engineers read these: they are named in English like the code.
FOR_STAFF = {"help_text", "about", "documentation", "verbose_name", "description"}
# A refusal is a sentence (main.errors); a log speaks to engineers.
SPEAKS = re.compile(r"\w*(Error|Refused|Unavailable|Invalid|Ended|Frozen)$")
LOGS = {"debug", "info", "warning", "error", "exception", "critical", "log"}


def spelled_dates(source: str) -> Iterator[tuple[int, str]]:
    """Formats of dates that are not left to main/wording/dates.py."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom | ast.Import):
            names = [alias.name.rpartition(".")[2] for alias in node.names]
            yield from ((node.lineno, name) for name in names if name in FORMATTERS)
        elif isinstance(node, ast.Attribute) and node.attr == "strftime":
            yield node.lineno, node.attr
        elif isinstance(node, ast.FormattedValue) and node.format_spec:
            spec = _text(node.format_spec)
            if NAMES.search(spec):
                yield node.lineno, spec


def money_signs(source: str) -> Iterator[tuple[int, str]]:
    yield from ((line, text) for line, text in _strings(source) if SIGNS.search(text))


def sentences(source: str) -> Iterator[tuple[int, str]]:
    """Those that are handed on as values, and so would be shown as they are."""
    yield from ((line, text) for line, text in _strings(source) if SENTENCE.fullmatch(text))


def _strings(source: str) -> Iterator[tuple[int, str]]:
    """(line, text) of every string that is neither a docstring nor said to staff or engineers."""
    yield from _within(ast.parse(source))


def _within(node: ast.AST) -> Iterator[tuple[int, str]]:
    if isinstance(node, ast.JoinedStr) or _is_string(node):
        yield node.lineno, _text(node)  # type: ignore[attr-defined]
        return
    for child in ast.iter_child_nodes(node):
        if not _is_exempt(node, child):
            yield from _within(child)


def _is_exempt(node: ast.AST, child: ast.AST) -> bool:
    is_docstring = isinstance(child, ast.Expr) and _is_string(child.value)
    is_for_staff = isinstance(child, ast.keyword) and child.arg in FOR_STAFF
    return is_docstring or is_for_staff or isinstance(child, ast.Raise) or _speaks(child)


def _speaks(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
    return name in LOGS or bool(SPEAKS.fullmatch(name))


def _is_string(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _text(node: ast.AST) -> str:
    """With “{}” for what is filled in."""
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) for part in node.values)
    return str(node.value) if isinstance(node, ast.Constant) else "{}"
