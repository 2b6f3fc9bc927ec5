"""Fails when the production bundles weigh more, compressed, than a page may load."""

import gzip
import sys
from pathlib import Path

BUNDLES = Path(__file__).resolve().parents[2] / "bundles"
# kB, gzip, of all bundles together: no page can load more than all of them.
LIMITS = {"js": 30.0, "css": 40.0}


def main() -> int:
    too_heavy = 0
    for kind, limit in LIMITS.items():
        files = sorted(BUNDLES.glob(f"*.{kind}"))
        weights = {file.name: len(gzip.compress(file.read_bytes(), 9)) / 1000 for file in files}
        for name, weight in weights.items():
            print(f"{weight:6.1f} kB  {name}")
        total = sum(weights.values())
        print(f"{total:6.1f} kB of {kind}, at most {limit} kB")
        too_heavy += total > limit or not files
    return 1 if too_heavy else 0


if __name__ == "__main__":
    sys.exit(main())
