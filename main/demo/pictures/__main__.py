"""`python -m main.demo.pictures FOLDER` draws all of the demo shop's pictures, to look at."""

import sys
from pathlib import Path

from main.demo.catalogue import read_catalogue
from main.demo.pictures import WIDTH, draw_rows, picture_name


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for row, files in draw_rows(read_catalogue(), widths=[]):
        for part, sizes in files.items():
            (folder / picture_name(row, part)).write_bytes(sizes[WIDTH])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m main.demo.pictures FOLDER")
    main(Path(sys.argv[1]))
