"""Fails if the compressed production bundles are larger than a page may load."""

import gzip
import sys
from pathlib import Path

BUNDLES = Path(__file__).resolve().parents[2] / "bundles"
# kB, gzipped, of all the shop's bundles together: no page can load more than all of them.
LIMITS = {"js": 30.0, "css": 40.0}
# Bundles of staff pages only, each on its own: the reports' consists mostly of Chart.js.
STAFF_LIMITS = {"charts": 52.0, "customerService": 12.0}


def main() -> int:
    too_heavy = 0
    for kind, limit in LIMITS.items():
        weights = {file: _weight(file) for file in sorted(BUNDLES.glob(f"*.{kind}"))}
        shop = 0.0
        for file, weight in weights.items():
            own_limit = STAFF_LIMITS.get(file.name.partition("-")[0])
            print(f"{weight:6.1f} kB  {file.name}", f"(at most {own_limit} kB)" * bool(own_limit))
            too_heavy += own_limit is not None and weight > own_limit
            shop += weight if own_limit is None else 0.0
        print(f"{shop:6.1f} kB of {kind} in the shop, at most {limit} kB")
        too_heavy += shop > limit or not weights
    return 1 if too_heavy else 0


def _weight(file: Path) -> float:
    return len(gzip.compress(file.read_bytes(), 9)) / 1000


if __name__ == "__main__":
    sys.exit(main())
