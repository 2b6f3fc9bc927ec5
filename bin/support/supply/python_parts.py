"""The Python packages that a deployment installs, from Pipfile.lock and their own metadata.

Names and versions are those of the lock's default group. Dependencies and licences are not in the
lock: they come from the installed packages.
"""

import json
import tomllib
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from supply.document import Bill, licenses

LONGEST_LICENSE = 100  # some packages put the whole text where its name belongs


def read(root: Path) -> Bill:
    locked = json.loads((root / "Pipfile.lock").read_text())["default"]
    asked = tomllib.loads((root / "Pipfile").read_text())["packages"]
    here = {name: lock for name, lock in locked.items() if _is_for_us(lock)}
    found = {name: _installed(name, lock["version"]) for name, lock in here.items()}
    references = {name: f"pkg:pypi/{name}@{found[name].version}" for name in found}
    bill = Bill("python", direct={references[canonicalize_name(name)] for name in asked})
    needs = _needs(found, {name: set(lock.get("extras", [])) for name, lock in here.items()})
    for name, reference in references.items():
        bill.parts[reference] = _part(name, reference, found[name])
        bill.needs[reference] = {references[other] for other in needs[name]}
    return bill


def _is_for_us(lock: dict) -> bool:
    return "markers" not in lock or Marker(lock["markers"]).evaluate()


def _installed(name: str, pin: str) -> Distribution:
    try:
        found = distribution(name)
    except PackageNotFoundError:
        raise ValueError(f"{name}{pin} is locked but not installed: start bin/run") from None
    if f"=={found.version}" != pin:
        raise ValueError(f"{name}{pin} is locked, {found.version} installed: start bin/run")
    return found


def _needs(found: dict[str, Distribution], extras: dict[str, set[str]]) -> dict[str, set[str]]:
    """Dependencies between the locked packages. A requested extra has its own dependencies."""
    needs: dict[str, set[str]] = {name: set() for name in found}
    waiting = [*found]
    while waiting:
        name = waiting.pop()
        for text in found[name].requires or []:
            wanted = Requirement(text)
            other = canonicalize_name(wanted.name)
            if other not in found or not _holds(wanted, extras[name]):
                continue
            needs[name].add(other)
            if new := wanted.extras - extras[other]:
                extras[other] |= new
                waiting.append(other)
    return needs


def _holds(wanted: Requirement, extras: set[str]) -> bool:
    marker = wanted.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in ["", *extras])


def _part(name: str, reference: str, found: Distribution) -> dict:
    part = {"type": "library", "bom-ref": reference, "name": name, "version": found.version}
    part |= {"purl": reference, "scope": "required"}
    if stated := _stated_license(found):
        part["licenses"] = [entry for words in stated for entry in licenses(words)]
    return part


def _stated_license(found: Distribution) -> list[str]:
    """The expression in current metadata, or else the classifiers, or else the old free text."""
    if expression := found.metadata.get("License-Expression"):
        return [expression]
    classifiers = found.metadata.get_all("Classifier") or []
    named = [words.split(" :: ")[-1] for words in classifiers if words.startswith("License :: ")]
    if named and named != ["OSI Approved"]:
        return sorted(named)
    words = (found.metadata.get("License") or "").strip()
    return [words] if words and words != "UNKNOWN" and len(words) <= LONGEST_LICENSE else []
