"""Small pictures as cameras, publishers and programs write them, made when a test needs them."""

import struct
import zlib
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageCms

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
_D50 = b"XYZ \0\0\0\0" + struct.pack(">3i", 63190, 65536, 54061)


def picture(mode: str, colour: Any, *, size: tuple[int, int] = (210, 300)) -> Image.Image:
    return Image.new(mode, size, colour)


def written(image: Image.Image, kind: str, **options: Any) -> BytesIO:
    file = BytesIO()
    image.save(file, kind, **options)
    file.seek(0)
    return file


def upload(name: str, file: BytesIO) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, file.getvalue())


def png_that_claims(width: int, height: int) -> BytesIO:
    """Of a few bytes: a header, and no points."""
    header = struct.pack(">2I5B", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", b""))
    return BytesIO(b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks))


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + checksum


def grey_profile() -> bytes:
    """Grey that gets darker: its tone curve is a gamma of 3."""
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, 3 * 256)
    return _profile(b"GRAY", b"XYZ ", {b"kTRC": curve, b"wtpt": _D50})


def cmyk_profile() -> bytes:
    """A press with two tones of each ink; any paper without ink is white, any ink makes black."""
    corners = b"".join(bytes((0 if corner else 255, 128, 128)) for corner in range(16))
    identity = struct.pack(">9i", *(65536 if n % 4 == 0 else 0 for n in range(9)))
    table = b"mft1\0\0\0\0" + bytes((4, 3, 2, 0)) + identity
    table += bytes(range(256)) * 4 + corners + bytes(range(256)) * 3
    return _profile(b"CMYK", b"Lab ", {b"A2B0": table, b"wtpt": _D50})


def _profile(space: bytes, connection: bytes, tags: dict[bytes, bytes]) -> bytes:
    """An ICC profile of version 2 for an output device."""
    index, body, at = b"", b"", 128 + 4 + 12 * len(tags)
    for name, content in tags.items():
        padded = content + b"\0" * (-len(content) % 4)
        index += name + struct.pack(">2I", at + len(body), len(content))
        body += padded
    header = struct.pack(">I4sI4s4s4s", at + len(body), b"\0" * 4, 0x02100000, b"prtr", space,
                         connection)  # fmt: skip
    header += b"\0" * 12 + b"acsp" + b"\0" * 28 + _D50[8:]
    return header.ljust(128, b"\0") + struct.pack(">I", len(tags)) + index + body
