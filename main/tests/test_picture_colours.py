"""What is read of pictures: their real colours, and no more of them than a server can hold."""

from io import BytesIO
from unittest import mock

from django.test import SimpleTestCase, tag
from PIL import BmpImagePlugin, Image, TiffImagePlugin

from main.gateways.pictures import PictureRefused, check_picture, read_picture, write_rendition
from main.tests.support.pictures import (
    SRGB,
    cmyk_profile,
    grey_profile,
    picture,
    png_that_claims,
    written,
)


def colour_of(file: BytesIO) -> tuple[int, ...]:
    """In the middle of its rendition."""
    rendition = Image.open(BytesIO(write_rendition(read_picture(file), width=200)))
    return rendition.getpixel((rendition.width // 2, rendition.height // 2))


@tag("once")
class ColourTests(SimpleTestCase):
    def assert_nearly(self, file: BytesIO, expected: tuple[int, ...]) -> None:
        """WebP may round a colour."""
        found = colour_of(file)
        self.assertEqual(len(found), len(expected), found)
        for part, wanted in zip(found, expected, strict=True):
            self.assertAlmostEqual(part, wanted, delta=3, msg=f"{found} is not {expected}")

    def test_grey_with_its_own_profile_is_seen_through_it(self) -> None:
        file = written(picture("L", 128), "JPEG", icc_profile=grey_profile())
        self.assert_nearly(file, (100, 100, 100))

    def test_ink_with_its_own_profile_is_seen_through_it(self) -> None:
        for ink, shade in (((0, 0, 0, 0), 255), ((0, 0, 0, 255), 0)):
            file = written(picture("CMYK", ink), "JPEG", icc_profile=cmyk_profile())
            self.assert_nearly(file, (shade, shade, shade))

    def test_glass_stays_glass_whatever_the_profile(self) -> None:
        for mode, colour in (("RGBA", (200, 30, 30, 128)), ("LA", (128, 128))):
            for profile in (None, SRGB, grey_profile()):
                file = written(picture(mode, colour), "PNG", icc_profile=profile)
                self.assertAlmostEqual(colour_of(file)[3], 128, delta=2)

    def test_a_palette_with_a_profile_keeps_its_colours_and_its_glass(self) -> None:
        image = picture("RGB", (200, 30, 30)).quantize(4)
        self.assert_nearly(written(image, "PNG", icc_profile=SRGB), (200, 30, 30))
        clear = written(image, "PNG", icc_profile=SRGB, transparency=0)
        self.assertEqual(colour_of(clear)[3], 0)

    def test_a_profile_for_other_channels_or_a_broken_one_is_left_out(self) -> None:
        for profile in (grey_profile(), cmyk_profile(), b"no profile", SRGB[:200]):
            file = written(picture("RGB", (200, 30, 30)), "PNG", icc_profile=profile)
            self.assert_nearly(file, (200, 30, 30))
        self.assert_nearly(written(picture("L", 128), "JPEG", icc_profile=SRGB), (128,) * 3)

    def test_sixteen_bits_of_grey_are_scaled_and_not_clipped(self) -> None:
        for grey, expected in ((0, 0), (32_896, 128), (65_535, 255)):
            self.assert_nearly(written(picture("I;16", grey), "PNG"), (expected,) * 3)

    def test_sixteen_bits_of_grey_keep_the_grey_that_stands_for_glass(self) -> None:
        for grey in (0, 30_000, 65_535):  # 30,000 / 257 is 116.7
            image = written(picture("I;16", grey), "PNG", transparency=grey)
            self.assertEqual(colour_of(image)[3], 0, grey)

    def test_every_format_and_mode_gets_its_colour(self) -> None:
        red, grey = (200, 30, 30), (128, 128, 128)
        for mode, kind, colour, expected in (
            ("RGB", "JPEG", red, red),
            ("RGB", "PNG", red, red),
            ("RGB", "WEBP", red, red),
            ("RGB", "AVIF", red, red),
            ("RGB", "GIF", red, red),
            ("L", "PNG", 128, grey),
            ("1", "PNG", 1, (255, 255, 255)),
            ("CMYK", "JPEG", (0, 0, 0, 255), (0, 0, 0)),
        ):
            with self.subTest(f"{mode} in {kind}"):
                self.assert_nearly(written(picture(mode, colour), kind), expected)

    def test_a_picture_taken_on_its_side_stands_upright(self) -> None:
        exif = Image.Exif()
        exif[0x0112] = 6
        for size, upright in {(300, 210): (210, 300), (1500, 1050): (800, 1143)}.items():
            file = written(picture("RGB", "navy", size=size), "JPEG", exif=exif)
            self.assertEqual(read_picture(file).size, upright)

    def test_every_rendition_is_as_wide_as_its_name_says(self) -> None:
        image = read_picture(written(picture("RGB", "navy", size=(888, 1333)), "JPEG"))
        self.assertEqual(image.size, (800, 1201))
        sizes = [
            Image.open(BytesIO(write_rendition(image, width=width))).size
            for width in (200, 400, 800)
        ]
        self.assertEqual(sizes, [(200, 300), (400, 600), (800, 1201)])


@tag("once")
class CheckTests(SimpleTestCase):
    def assert_refused(self, file: BytesIO, reason: str) -> None:
        with self.assertRaises(PictureRefused) as refused:
            check_picture(file)
        self.assertEqual(str(refused.exception), reason)

    def test_each_format_gets_its_own_suffix(self) -> None:
        image = picture("RGB", "navy")
        for kind, suffix in {
            "JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp", "GIF": ".gif", "AVIF": ".avif",
        }.items():  # fmt: skip
            self.assertEqual(check_picture(written(image, kind)), suffix)

    def test_a_phones_jpeg_with_a_second_picture_inside_is_a_jpeg(self) -> None:
        images = {"save_all": True, "append_images": [picture("RGB", "red")]}
        self.assertEqual(check_picture(written(picture("RGB", "navy"), "MPO", **images)), ".jpg")

    def test_no_other_format_reaches_its_decoder(self) -> None:
        with (
            mock.patch.object(BmpImagePlugin.BmpImageFile, "_open", side_effect=AssertionError),
            mock.patch.object(TiffImagePlugin.TiffImageFile, "_open", side_effect=AssertionError),
        ):
            for kind in ("BMP", "TIFF", "ICO", "PPM", "PDF"):
                file = written(picture("RGB", "navy"), kind)
                self.assert_refused(
                    file, "is not a picture (JPEG, PNG, WEBP, GIF, AVIF) that can be read"
                )

    def test_the_header_tells_the_size_before_a_point_is_decoded(self) -> None:
        with mock.patch("PIL.ImageFile.ImageFile.load", side_effect=AssertionError):
            self.assert_refused(
                png_that_claims(6325, 6325),
                "has 6325 × 6325 points; the shop takes at most 40 megapixels",
            )
            self.assert_refused(png_that_claims(20_000, 20_000), "has more than 40 megapixels")

    def test_forty_megapixels_are_within_the_limit(self) -> None:
        """The negative control: this one is refused for its missing points, not for its size."""
        self.assert_refused(
            png_that_claims(6000, 6666),
            "is not a picture (JPEG, PNG, WEBP, GIF, AVIF) that can be read",
        )

    def test_a_shape_of_which_no_rendition_can_be_made_is_refused(self) -> None:
        for size, reason in {
            (900, 1): "is too wide for its height (900 × 1 points)",
            (201, 1): "is too wide for its height (201 × 1 points)",
            (200, 16_384): "is too high for its width (200 × 16384 points)",
        }.items():
            self.assert_refused(written(picture("L", 0, size=size), "PNG"), reason)

    def test_the_last_shapes_that_can_be_rendered_are_taken(self) -> None:
        for size in ((900, 5), (200, 1), (199, 1), (1, 20_000)):
            self.assertEqual(check_picture(written(picture("L", 0, size=size), "PNG")), ".png")
        for size in ((900, 5), (200, 16_383)):
            write_rendition(read_picture(written(picture("L", 0, size=size), "PNG")), width=200)

    def test_half_a_picture_is_refused(self) -> None:
        for kind in ("JPEG", "PNG", "WEBP", "AVIF"):
            whole = written(Image.effect_noise((210, 300), 90).convert("RGB"), kind).getvalue()
            self.assert_refused(
                BytesIO(whole[: len(whole) // 2]),
                "is not a picture (JPEG, PNG, WEBP, GIF, AVIF) that can be read",
            )
