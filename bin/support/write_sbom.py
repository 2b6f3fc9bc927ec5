"""Writes the bills of materials of this checkout, in the environment that bin/sbom set up."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from supply import npm_parts, python_parts
from supply.document import Bill, as_json, complaints

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / ".cache" / "sbom"
    try:
        bills = {"python": python_parts.read(ROOT), "npm": npm_parts.read(ROOT)}
        folder.mkdir(parents=True, exist_ok=True)
        wrong = [_write(folder / f"{name}.cdx.json", bill) for name, bill in bills.items()]
    except (OSError, ValueError) as error:
        sys.exit(f"sbom: {error}")
    return 1 if any(wrong) else 0


def _write(path: Path, bill: Bill) -> bool:
    text = as_json(bill, version=_version(), time=_time())
    path.write_text(text)
    if wrong := complaints(text):
        print(f"sbom: {path} does not follow the schema: {wrong}", file=sys.stderr)
        return True
    unknown = sum("licenses" not in part for part in bill.parts.values())
    print(f"sbom: {path}: {len(bill.parts)} packages, {unknown} without a stated licence")
    return False


def _version() -> str:
    """The commit from git, or as the deployment recorded it."""
    if (ROOT / "REVISION").is_file():
        return (ROOT / "REVISION").read_text().strip()
    return _git("describe", "--tags", "--always", "--dirty") or "unknown"


def _time() -> str | None:
    """The commit's date, so that the document does not depend on when it is written."""
    seconds = _git("log", "-1", "--format=%ct")
    return datetime.fromtimestamp(int(seconds), UTC).isoformat() if seconds else None


def _git(*words: str) -> str:
    try:
        done = subprocess.run(["git", "-C", ROOT, *words], capture_output=True, check=False)
    except OSError:
        return ""
    return done.stdout.decode().strip()


if __name__ == "__main__":
    sys.exit(main())
