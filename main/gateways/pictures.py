"""Reads pictures that people upload: a few formats, of bounded size, in the colours of screens."""

import math
import threading
from collections.abc import Callable
from io import BytesIO
from typing import IO

from PIL import Image, ImageCms, ImageOps, features

from main.errors import ShopError
from main.models.product_images import LARGEST, SMALLEST

# Opening a picture runs its decoder, so only common formats are allowed. The suffix is that of the
# stored file, whatever the upload was called.
FORMATS = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp", "GIF": ".gif"}
if features.check("avif"):
    FORMATS["AVIF"] = ".avif"
# A phone's JPEG with a second picture inside is an MPO to Pillow, and a JPEG to everyone else.
_SUFFIXES = FORMATS | {"MPO": FORMATS["JPEG"]}
MOST_PIXELS = 40_000_000
_MEGAPIXEL = 1_000_000
_WEBP_HIGHEST = 16_383
_ORIENTATION, _ON_ITS_SIDE = 0x0112, {5, 6, 7, 8}
_SIXTEEN_TO_EIGHT_BITS = 1 / 257
_MODES = {"GRAY": "L", "RGB": "RGB", "CMYK": "CMYK"}
_SRGB = ImageCms.createProfile("sRGB")
# Decoding the largest picture that is taken needs 660 MB: never two at once in a process.
_ONE_AT_A_TIME = threading.Lock()


class PictureRefused(ShopError):
    """A file that the shop cannot show; `str(error)` says why, to come after the file's name."""


def check_picture(file: IO[bytes]) -> str:
    """The suffix for a picture that all renditions can be made of. Raises PictureRefused."""
    with _opened(file) as image:
        _decoded(image)
        return _SUFFIXES[image.format or ""]


def read_picture(file: IO[bytes]) -> Image.Image:
    """The picture upright, as RGB or RGBA in sRGB, no wider than the widest rendition.

    Raises PictureRefused.
    """
    with _opened(file) as image:
        return _decoded(image)


def write_rendition(picture: Image.Image, *, width: int) -> bytes:
    """WebP. The height follows from the width."""
    height = round(picture.height * width / picture.width)
    with BytesIO() as buffer:
        smaller = picture.resize((width, height), Image.Resampling.LANCZOS)
        smaller.save(buffer, format="WEBP")
        return buffer.getvalue()


def was_rendered_well_before(file: IO[bytes]) -> bool:
    """Whether release 0.2.0 got this picture's colours right, told by its header alone."""
    with _opened(file) as image:
        is_plain = "icc_profile" not in image.info or image.mode in {"RGB", "RGBA"}
        return is_plain and not image.mode.startswith("I")


def _opened(file: IO[bytes]) -> Image.Image:
    """Reads the header only."""
    try:
        image = Image.open(file, formats=list(FORMATS))
    except Image.DecompressionBombError:
        raise PictureRefused(f"has more than {MOST_PIXELS // _MEGAPIXEL} megapixels") from None
    except Exception:  # decoders may raise anything
        raise PictureRefused(_NO_PICTURE) from None
    if image.width * image.height > MOST_PIXELS:
        raise PictureRefused(
            f"has {image.width} × {image.height} points; "
            f"the shop takes at most {MOST_PIXELS // _MEGAPIXEL} megapixels"
        )
    return image


_NO_PICTURE = f"is not a picture ({', '.join(FORMATS)}) that can be read"


def _decoded(image: Image.Image) -> Image.Image:
    """Shrinks first: the other steps then need little memory, however large the picture is."""
    try:
        with _ONE_AT_A_TIME:
            shrunk = _shrunk(image)
        return _in_screen_colours(ImageOps.exif_transpose(shrunk))
    except PictureRefused:
        raise
    except Exception:
        raise PictureRefused(_NO_PICTURE) from None


def _shrunk(image: Image.Image) -> Image.Image:
    shown = _shown_size(image)
    _check_shape(*shown)
    scale = min(1, LARGEST / shown[0])
    size = math.ceil(image.width * scale), math.ceil(image.height * scale)
    image.draft(None, (2 * size[0], 2 * size[1]))  # a JPEG is then decoded at a part of its size
    # To the last byte, since half a picture begins correctly.
    image.load()
    image = _with_plain_channels(image)
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3) if scale < 1 else image


def _shown_size(image: Image.Image) -> tuple[int, int]:
    if image.getexif().get(_ORIENTATION) in _ON_ITS_SIDE:
        return image.height, image.width
    return image.size


def _check_shape(width: int, height: int) -> None:
    """A picture below the smallest rendition is shown as it is, whatever its shape."""
    if width >= SMALLEST and height * SMALLEST < width:
        raise PictureRefused(f"is too wide for its height ({width} × {height} points)")
    if width >= SMALLEST and height * min(width, LARGEST) > _WEBP_HIGHEST * width:
        raise PictureRefused(f"is too high for its width ({width} × {height} points)")


def _with_plain_channels(image: Image.Image) -> Image.Image:
    """In mode L, LA, RGB, RGBA or CMYK: no palette, no single colour that stands for glass."""
    if image.mode.startswith("I"):
        image = _in_eight_bits(image)
    if image.mode in {"L", "1"}:
        return image.convert("LA" if image.has_transparency_data else "L")
    if image.mode in {"LA", "RGBA", "CMYK"}:
        return image
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _in_eight_bits(image: Image.Image) -> Image.Image:
    """Convert 16 bits of grey. Pillow would clip what is above 255 to white."""
    scaled = image.point(lambda grey: grey * _SIXTEEN_TO_EIGHT_BITS + 0.5).convert("L")
    if "transparency" in scaled.info:
        glass = scaled.info["transparency"] * _SIXTEEN_TO_EIGHT_BITS
        scaled.info["transparency"] = int(glass + 0.5)  # rounded as the points are
    return scaled


def _in_screen_colours(image: Image.Image) -> Image.Image:
    """By the picture's own profile. LittleCMS leaves out alpha, so it is kept aside."""
    alpha = image.getchannel("A") if image.mode in {"LA", "RGBA"} else None
    colours = _by_profile(image.convert({"LA": "L", "RGBA": "RGB"}.get(image.mode, image.mode)))
    if alpha is not None:
        colours.putalpha(alpha)
    colours.info.clear()  # the renditions need neither profile nor notes
    return colours


def _by_profile(colours: Image.Image) -> Image.Image:
    try:
        convert = _conversion(colours)
        return convert(colours) if convert else colours.convert("RGB")
    except (OSError, ImageCms.PyCMSError):
        return colours.convert("RGB")  # a broken profile


def _conversion(colours: Image.Image) -> Callable[[Image.Image], Image.Image] | None:
    """None if there is no profile, or one for other channels."""
    if not colours.info.get("icc_profile"):
        return None
    profile = ImageCms.ImageCmsProfile(BytesIO(colours.info["icc_profile"]))
    mode = _MODES.get(profile.profile.xcolor_space.strip())
    if mode != colours.mode and (mode, colours.mode) != ("RGB", "L"):
        return None
    return lambda image: ImageCms.profileToProfile(
        image.convert(mode), profile, _SRGB, outputMode="RGB"
    )  # type: ignore[return-value]
