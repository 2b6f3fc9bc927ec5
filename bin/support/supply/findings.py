"""Known advisories about our packages, from the output of pip-audit and npm."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One advisory about one package. It goes by several ids: GHSA, CVE, PYSEC."""

    package: str
    version: str
    ids: frozenset[str]
    title: str
    remedy: str

    def __str__(self) -> str:
        names = ", ".join(sorted(self.ids))
        return f"{self.package} {self.version}: {names}: {self.title} ({self.remedy})"


def of_pip_audit(report: dict) -> list[Finding]:
    """`pip-audit --format json`: each package with the advisories for its version."""
    return [
        Finding(
            package=package["name"],
            version=package["version"],
            ids=frozenset({advisory["id"], *advisory.get("aliases", [])}),
            title=_first_line(advisory.get("description", "")),
            remedy=_versions(advisory.get("fix_versions", [])),
        )
        for package in report["dependencies"]
        for advisory in package.get("vulns", [])
    ]


def of_npm_audit(report: dict) -> list[Finding]:
    """`npm audit --json`: packages are listed for their own advisories and their dependencies'."""
    found = {
        (advisory.package, advisory.ids): advisory
        for package in report["vulnerabilities"].values()
        for advisory in _own_advisories(package)
    }
    return [*found.values()]


def _own_advisories(package: dict) -> Iterator[Finding]:
    fix = package.get("fixAvailable")
    for cause in package["via"]:
        # A mere name refers to another package of this list, which affects this one.
        if isinstance(cause, dict):
            yield Finding(
                package=cause.get("dependency") or cause["name"],
                version=cause["range"],
                ids=frozenset({cause["url"].rstrip("/").rpartition("/")[2]}),
                title=_first_line(cause["title"]),
                remedy="npm audit fix" if fix else "no version without it yet",
            )


def _versions(fixed: list[str]) -> str:
    return f"fixed in {', '.join(fixed)}" if fixed else "no version without it yet"


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0][:160] or "no description"
