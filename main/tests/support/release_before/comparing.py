"""Two recordings, word by word; changed_words.toml lists the words that were changed on purpose."""

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

LISTED = Path(__file__).with_name("changed_words.toml")
SHOWN = 3  # words beside a difference

Recording = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Changed:
    """`was` and `added` are regular expressions over words with single spaces between them.

    What matches `added` stands on our pages only. A rule holds for the kinds of pages `on`, or for
    all; the kind is what follows the colon in a page's name.
    """

    was: str = ""
    now: str = ""
    added: str = ""
    on: tuple[str, ...] = ()

    def is_about(self, kind: str) -> bool:
        return not self.on or kind in self.on


def listed(path: Path = LISTED) -> list[Changed]:
    rules = tomllib.loads(path.read_text())["changed"]
    return [Changed(**rule | {"on": tuple(rule.get("on", ()))}) for rule in rules]


def differences(before: Recording, after: Recording, rules: Iterable[Changed] = ()) -> list[str]:
    """A line for each place where they differ, and for each page that only one of them has."""
    rules = list(rules)
    found = [f"{name}: it is there in one of them only" for name in before.keys() ^ after.keys()]
    for name in before.keys() & after.keys():
        kind = name.rpartition(": ")[2]
        about = [rule for rule in rules if rule.is_about(kind)]
        was, now = _as_today(before[name], about), _as_before(after[name], about)
        found += [f"{name}: {each}" for each in _differing(was.split(), now.split())]
    return sorted(found)


def unused(before: Iterable[Recording], after: Iterable[Recording], rules: Iterable[Changed]):
    """Rules that nothing on any page matches any more."""
    texts = [text for recording in (*before, *after) for text in recording.values()]
    return [rule for rule in rules if not _is_found(rule, texts)]


def _is_found(rule: Changed, texts: Iterable[str]) -> bool:
    pattern = re.compile(rule.was or rule.added)
    return any(pattern.search(text) for text in texts)


def _as_today(words: str, rules: Iterable[Changed]) -> str:
    for rule in rules:
        if rule.was:
            words = re.sub(rule.was, rule.now, words)
    return words


def _as_before(words: str, rules: Iterable[Changed]) -> str:
    for rule in rules:
        if rule.added:
            words = re.sub(rule.added, " ", words)
    return words


def _differing(was: list[str], now: list[str]) -> list[str]:
    if was == now:
        return []
    steps = difflib.SequenceMatcher(None, was, now, autojunk=False).get_opcodes()
    return [
        f"“{_around(was, i, j)}” became “{_around(now, k, m)}”"
        for step, i, j, k, m in steps
        if step != "equal"
    ]


def _around(words: list[str], begin: int, end: int) -> str:
    return " ".join(words[max(begin - SHOWN, 0) : end + SHOWN])
