"""Finds others' text that shares a line with ours and has no borders for its direction."""

import ast
import re
from collections.abc import Iterator

# What others wrote: attributes, in templates and in Python, and whose names are ours.
FOREIGN = r"(?:name|authors|author_name|billing_name|shipping_name|address[12]|city|query|reason)"
OURS = r"^(?:name|failure\.name|choice\.name|(?:\w+_)?form\.reason|panel\.city|page\.name)$"
# Whose attributes those are, in Python.
BASES = {"line", "charge", "product", "book", "row", "item", "service", "order", "payment"}
_BLOCKS = "address|p|h1|h2|h3|td|th|dd|dt|li|legend"
_INLINE = r"(?:<(?:a|b|strong|span)\b[^>]*>\s*)*"
_BEGINS = rf"(?:^|<br>|<(?:{_BLOCKS})\b[^>]*>)\s*{_INLINE}$"
_ENDS = rf"(?:\s*</(?:a|b|strong|span)>)*\s*(?:$|<br>|</(?:{_BLOCKS})>)"


def bare_in_template(text: str, *, is_page: bool) -> Iterator[str]:
    """The foreign variables that share a line, or an element, with other words."""
    text = re.sub(r"{%.*?%}|{#.*?#}", "", text)
    for variable in re.finditer(r"{{ *([\w.]+)((?:\|[^}]*?)?) *}}", text):
        path, filters = variable[1], variable[2]
        is_foreign = re.fullmatch(rf"(?:.*\.)?{FOREIGN}", path) and not re.match(OURS, path)
        if not is_foreign or "isolated" in filters or "direction" in filters:
            continue
        alone = _is_alone_in_page if is_page else _is_alone_in_line
        if not alone(text[: variable.start()], text[variable.end() :]):
            yield variable[0]


def _is_alone_in_page(before: str, after: str) -> bool:
    """In an element that isolates, between breaks, or the whole of an attribute."""
    if re.search(r"(?:<bdi>|<\w+[^>]* dir=[^>]*>)\s*$", before) and re.match(r"\s*</", after):
        return True
    if re.search(_BEGINS, before) and re.match(_ENDS, after):
        return True
    return before.endswith('="') and after.startswith('"')


def _is_alone_in_line(before: str, after: str) -> bool:
    return bool(re.search(r"(?:^|\n)$", before) and re.match(r"\n|$", after))


def bare_in_sentences(source: str) -> Iterator[str]:
    """The foreign attributes in the sentences of Python."""
    for sentence in ast.walk(ast.parse(source)):
        if not isinstance(sentence, ast.JoinedStr):
            continue
        for part in sentence.values:
            value = part.value if isinstance(part, ast.FormattedValue) else None
            if (
                isinstance(value, ast.Attribute)
                and re.fullmatch(FOREIGN, value.attr)
                and ast.unparse(value.value).rpartition(".")[2] in BASES
            ):
                yield ast.unparse(value)
