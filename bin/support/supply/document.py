"""A bill of materials in CycloneDX format: the document around the parts, and its schema."""

import json
import uuid
from dataclasses import dataclass, field

SPEC = "1.6"
# Any constant name will do: the serial number is derived from it and the contents.
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "booktime:sbom")


@dataclass
class Bill:
    """Components by reference, their dependencies, and the project's own dependencies."""

    kind: str
    parts: dict[str, dict] = field(default_factory=dict)
    needs: dict[str, set[str]] = field(default_factory=dict)
    direct: set[str] = field(default_factory=set)


def as_json(bill: Bill, *, version: str, time: str | None) -> str:
    root = f"booktime-{bill.kind}@{version}"
    metadata = {
        "lifecycles": [{"phase": "pre-build"}],
        "component": {
            "type": "application", "bom-ref": root, "name": "booktime", "version": version
        },
    }  # fmt: skip
    if time:
        metadata["timestamp"] = time
    contents = {
        "metadata": metadata,
        "components": [bill.parts[reference] for reference in sorted(bill.parts)],
        "dependencies": [
            {"ref": reference, "dependsOn": sorted(needed)}
            for reference, needed in sorted({root: bill.direct, **bill.needs}.items())
        ],
    }
    serial = uuid.uuid5(NAMESPACE, json.dumps(contents, sort_keys=True))
    head = {"bomFormat": "CycloneDX", "specVersion": SPEC, "serialNumber": f"urn:uuid:{serial}"}
    return json.dumps({**head, "version": 1, **contents}, indent=2, ensure_ascii=False) + "\n"


def complaints(text: str) -> str:
    """The first violation of the standard's schema; empty if the document is valid."""
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    error = JsonStrictValidator(SchemaVersion.from_version(SPEC)).validate_str(text)
    return "" if error is None else str(error.data.message)


def licenses(stated: str) -> list[dict]:
    """A licence as an SPDX id, an expression of several, or the text that was found."""
    from cyclonedx import spdx

    words = stated.strip()
    if spdx.is_supported_id(words):
        return [{"license": {"id": words}}]
    if spdx.is_expression(words):
        return [{"expression": words}]
    return [{"license": {"name": words}}]
