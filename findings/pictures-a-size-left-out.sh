#!/bin/sh
# django-pictures 1.8.0 leaves out the rendition of a picture's own width for some shapes.
#
# It lists the widths up to the picture's own whose height fits, and computes that height with
# floats: 200 / Fraction(200, 29) is 29.000000000000004, more than 29. So a picture of 200 × 29
# points has no rendition at all, while one of 200 × 30 has one, and a page that names the width it
# expects names a file that is not there. The script fails if that changes.
#
# Seen with Django 5.2.19 and Pillow 13.0:
#   (200, 29): []
#   (200, 30): [200]
#   lost: 23 of 400 heights at a width of 200
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet django-pictures==1.8.0 Django==5.2.19 Pillow==13.0.0
"$folder/venv/bin/python" - <<'PYTHON'
from django.conf import settings

settings.configure(PICTURES={"PIXEL_DENSITIES": [1]})
from pictures.utils import source_set

def widths(size):
    return sorted(source_set(size, ratio=None, max_width=200, cols=1))

print("(200, 29):", widths((200, 29)))
print("(200, 30):", widths((200, 30)))
lost = sum(not widths((200, height)) for height in range(1, 401))
print(f"lost: {lost} of 400 heights at a width of 200")
assert (widths((200, 29)), widths((200, 30)), lost) == ([], [200], 23)
PYTHON
