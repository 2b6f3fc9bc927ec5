"""Finds in a module's source what writes a model that has rules: the checker of test_doors.

It reads no types, so it goes by what a name may hold: a row with rules, or surely something else.
A write to what may be either is found too.
"""

import ast
import builtins
import re
from collections.abc import Iterable, Iterator
from typing import Literal

RULED = frozenset({
    "Basket", "BasketLine", "Checkout", "Conversation", "Invoice", "InvoiceLine", "InvoiceSeries",
    "InvoiceVat", "Message", "OpenBalance", "Order", "OrderCharge", "OrderLine", "OrderOrigin",
    "Payment", "Product", "ReadCursor", "Refund",
})  # fmt: skip
# What leads from a row that has no rules to some that have: user.orders, tag.products.
WAYS = frozenset({"baskets", "conversation", "order", "orders", "product", "products"})
FIGURES = {"amount", "price", "quantity", "state", "status", "stock", "tax_rate", "total",
           "unit_price"}  # fmt: skip
_VERBS = {"save", "delete", "update", "create", "bulk_create", "bulk_update", "get_or_create",
          "update_or_create"}  # fmt: skip
_WRITES = _VERBS | {f"a{verb}" for verb in _VERBS}
_WITH_HISTORY = {"update_one", "update_many", "record_many"}  # of main.models.history
# What a request, a form or a storage carries: no row with rules.
_PLAIN = {"session", "auth", "data", "cache", "covers"}
# Of what is annotated so, one cannot tell which model it is about.
_OPAQUE = re.compile(r"Any|object|Model|QuerySet|.*Form|.*Serializer|.*Admin")
_SQL = re.compile(r"\b(INSERT INTO|UPDATE|DELETE FROM|TRUNCATE)\b")

Origin = Literal["plain", "unknown", "ruled"]
Names = dict[str, Origin]
Found = tuple[int, str]  # the line, and what is written there


def door_writes(source: str) -> list[Found]:
    """Each write of what is, or may be, a row of a model with rules."""
    tree = ast.parse(source)
    return sorted(set(_in_scope(tree.body, _imported(tree))))


def _imported(tree: ast.Module) -> Names:
    names: Names = dict.fromkeys(dir(builtins), "plain")
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            module = getattr(node, "module", None) or ""
            for alias in node.names:
                names[alias.asname or alias.name] = _of_import(module, alias.name)
    return names


def _of_import(module: str, name: str) -> Origin:
    """Classes of ours are told apart by name; what a function of ours returns may be anything."""
    if name in RULED or name in _WITH_HISTORY:
        return "ruled"
    is_ours = module.partition(".")[0] == "main"
    if not is_ours or name in _PLAIN:
        return "plain"
    return "plain" if name[0].isupper() and not _OPAQUE.fullmatch(name) else "unknown"


def _in_scope(body: list[ast.stmt], outer: Names) -> Iterator[Found]:
    names = dict(outer)
    for node in _own(body):
        names |= _learnt(node, names)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _in_scope(node.body, names | _parameters(node))
        elif text := _written(node, names):
            yield node.lineno, text  # type: ignore[attr-defined]


def _own(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """In the order of the source; of a function only that it is there."""
    for node in nodes:
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _own(ast.iter_child_nodes(node))


def _parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Names:
    given = function.args
    return {
        each.arg: _of_annotation(each.annotation)
        for each in [*given.posonlyargs, *given.args, *given.kwonlyargs]
    }


def _of_annotation(annotation: ast.expr | None) -> Origin:
    if annotation is None:
        return "unknown"
    words = set(re.findall(r"\w+", ast.unparse(annotation)))
    if words & RULED:
        return "ruled"
    return "unknown" if any(map(_OPAQUE.fullmatch, words)) else "plain"


def _learnt(node: ast.AST, names: Names) -> Names:
    """What this statement binds."""
    match node:
        case ast.Assign(targets=targets, value=value):
            pass
        case ast.NamedExpr(target=target, value=value) | ast.For(target=target, iter=value):
            targets = [target]
        case ast.comprehension(target=target, iter=value) | ast.AsyncFor(target=target, iter=value):
            targets = [target]
        case ast.withitem(optional_vars=ast.expr() as target, context_expr=value):
            targets = [target]
        case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation):
            return {name: _of_annotation(annotation)}
        case _:
            return {}
    parts = (part for target in targets for part in ast.walk(target))
    bound = [part.id for part in parts if isinstance(part, ast.Name) and _is_store(part)]
    return dict.fromkeys(bound, _origin(value, names))


def _is_store(node: ast.Name | ast.Attribute) -> bool:
    return isinstance(node.ctx, ast.Store)


def _origin(node: ast.AST, names: Names) -> Origin:
    match node:
        case ast.Name(id=name):
            return names.get(name, "unknown")
        case ast.Attribute(attr=name) if name in RULED | WAYS:
            return "ruled"
        case ast.Attribute(attr=name) if name in _PLAIN:
            return "plain"
        case ast.Attribute(value=value) | ast.Subscript(value=value) | ast.Await(value=value):
            return _origin(value, names)
        case ast.Call(func=ast.Name(id="super")):
            return "unknown"
        case ast.Call(func=function, args=arguments):
            given = _worst(arguments, names)
            return "ruled" if given == "ruled" else _origin(function, names)
        case ast.Constant(value=value):
            return "ruled" if value in RULED else "plain"
        case ast.Dict() | ast.Set() | ast.JoinedStr() | ast.Lambda():
            return "plain"
    return _worst(ast.iter_child_nodes(node), names)


def _worst(nodes: Iterable[ast.AST], names: Names) -> Origin:
    origins = {_origin(node, names) for node in nodes if not isinstance(node, ast.expr_context)}
    return next((each for each in ("ruled", "unknown") if each in origins), "plain")  # type: ignore[return-value]


def _written(node: ast.AST, names: Names) -> str:
    """What the node writes; empty if nothing."""
    match node:
        case ast.Call(func=ast.Attribute(attr=verb, value=row)) if verb in _WRITES:
            return _unless_plain(row, names, f"{ast.unparse(row)}.{verb}")
        case ast.Call(func=ast.Name(id=name)) if name in _WITH_HISTORY:
            return name
        case ast.Call(func=ast.Name(id="setattr"), args=[row, *_]):
            return _unless_plain(row, names, f"setattr({ast.unparse(row)}")
        case ast.Attribute(attr=name, value=row) if name in FIGURES and _is_store(node):
            is_own = isinstance(row, ast.Name) and row.id == "self"
            return "" if is_own else _unless_plain(row, names, f"{ast.unparse(row)}.{name}")
        case ast.Constant(value=str(text)) if _SQL.search(text):
            return text
    return ""


def _unless_plain(row: ast.expr, names: Names, text: str) -> str:
    return "" if _origin(row, names) == "plain" else text
