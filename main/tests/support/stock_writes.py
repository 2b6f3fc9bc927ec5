"""Finds in a module's source what writes the stock of a book: the second checker of test_doors."""

import ast

_SAVING = {
    "Product", "save", "create", "acreate", "update", "aupdate", "update_or_create", "bulk_create",
    "bulk_update", "update_one", "update_many", "setattr",
}  # fmt: skip


def stock_writes(source: str) -> list[int]:
    """The lines that do."""
    nodes = ast.walk(ast.parse(source))
    return sorted({getattr(node, "lineno", 0) for node in nodes if _writes(node)})


def _writes(node: ast.AST) -> bool:
    match node:
        case ast.Attribute(attr="stock", ctx=ast.Store() | ast.Del()):
            return True
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in _SAVING:
            return any(map(_names_stock, [*node.args, *node.keywords]))
    return False


def _names_stock(argument: ast.expr | ast.keyword) -> bool:
    """stock=3, fields=["stock"], defaults={"stock": 3}, but not what is only looked for."""
    if isinstance(argument, ast.keyword) and argument.arg == "stock":
        return True
    inside = ast.walk(argument)
    return any(isinstance(each, ast.Constant) and each.value == "stock" for each in inside)
