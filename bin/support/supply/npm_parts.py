"""The npm packages that a deployment installs, read from package-lock.json.

npm's own `npm sbom --omit dev` omits whatever a development package also needs: of 192 packages it
named 97, without Preact.
"""

import base64
import json
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from supply.document import Bill, licenses

Packages = Mapping[str, dict]  # by their path in the lock; "" is the project
KINDS = ("dependencies", "optionalDependencies", "peerDependencies")


def read(root: Path) -> Bill:
    return bill_of(json.loads((root / "package-lock.json").read_text())["packages"])


def bill_of(packages: Packages) -> Bill:
    kept = {path: package for path, package in packages.items() if not package.get("dev")}
    bill = Bill("npm")
    for path, package in kept.items():
        needed = {_reference(found, kept[found]) for found in _needed(kept, path)}
        if path == "":
            bill.direct = needed
            continue
        reference = _reference(path, package)
        bill.parts[reference] = _part(path, package)
        bill.needs[reference] = bill.needs.get(reference, set()) | needed
    return bill


def _part(path: str, package: dict) -> dict:
    name = _name(path, package)
    reference = _reference(path, package)
    part = {"type": "library", "bom-ref": reference, "name": name, "version": package["version"]}
    part |= {"purl": reference, "scope": "optional" if package.get("optional") else "required"}
    if hashed := re.match(r"sha(\d+)-(.+)", package.get("integrity", "")):
        content = base64.b64decode(hashed[2]).hex()
        part["hashes"] = [{"alg": f"SHA-{hashed[1]}", "content": content}]
    if package.get("license"):
        part["licenses"] = licenses(package["license"])
    return part


def _needed(packages: Packages, path: str) -> set[str]:
    """The paths of a package's dependencies as Node resolves them: its own folder first."""
    names = {name for kind in KINDS for name in packages[path].get(kind, {})}
    return {found for name in names if (found := _found(packages, path, name)) is not None}


def _found(packages: Packages, path: str, name: str) -> str | None:
    while True:
        candidate = f"{path}/node_modules/{name}".lstrip("/")
        if candidate in packages:
            return candidate
        if not path:
            return None
        path = path.rpartition("node_modules/")[0].rstrip("/")


def _name(path: str, package: dict) -> str:
    return package.get("name") or path.rpartition("node_modules/")[2]


def _reference(path: str, package: dict) -> str:
    return f"pkg:npm/{quote(_name(path, package), safe='/')}@{package['version']}"
