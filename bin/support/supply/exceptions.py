"""Advisories accepted for now: reads and checks them, and compares them with the findings."""

import tomllib
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from supply.findings import Finding

KEYS = {"id", "package", "reason", "until"}
LONGEST = timedelta(days=184)


class BadExceptions(Exception):
    """The file is invalid; `str(error)` says why."""


@dataclass(frozen=True)
class Allowed:
    id: str
    package: str
    reason: str
    until: date

    def covers(self, finding: Finding) -> bool:
        return self.package == finding.package and self.id in finding.ids


@dataclass
class Verdict:
    problems: list[str]
    accepted: list[str]
    idle: list[str]  # exceptions that are no longer needed


def read(text: str, *, today: date) -> list[Allowed]:
    try:
        contents = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadExceptions(str(error)) from None
    entries = contents.pop("exception", [])
    if contents or not all(isinstance(entry, dict) for entry in entries):
        raise BadExceptions("it holds [[exception]] tables and nothing else")
    return [_allowed(number, entry, today) for number, entry in enumerate(entries, start=1)]


def _allowed(number: int, entry: dict, today: date) -> Allowed:
    if entry.keys() != KEYS:
        raise BadExceptions(f"exception {number} needs exactly {', '.join(sorted(KEYS))}")
    until = entry.pop("until")
    if not isinstance(until, date) or isinstance(until, datetime):
        raise BadExceptions(f"exception {number}: until is a day, as 2027-03-31")
    if not all(isinstance(words, str) and words.strip() for words in entry.values()):
        raise BadExceptions(f"exception {number}: id, package and reason are words")
    if until > today + LONGEST:
        raise BadExceptions(f"exception {number}: {until} is more than half a year away")
    return Allowed(**entry, until=until)


def judge(findings: list[Finding], allowed: list[Allowed], *, today: date) -> Verdict:
    verdict = Verdict([], [], [])
    for finding in findings:
        match = next((one for one in allowed if one.covers(finding)), None)
        if match is None:
            verdict.problems.append(str(finding))
        elif match.until < today:
            verdict.problems.append(f"{finding}; its exception ended on {match.until}")
        else:
            verdict.accepted.append(f"{finding}; until {match.until}: {match.reason}")
    for one in allowed:
        if not any(one.covers(finding) for finding in findings):
            verdict.idle.append(f"{one.package}: {one.id} is no longer found")
            if one.until < today:
                verdict.problems.append(f"{one.package}: the exception {one.id} ended {one.until}")
    return verdict
