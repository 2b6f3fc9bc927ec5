"""Whoever runs the shop is told which letters an invoice could not show."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock, skipUnless

from django.core.checks import run_checks
from django.test import SimpleTestCase, tag

from main.gateways.fonts import missing_fonts
from main.tests.support.invoice_case import HAS_FONTS


@tag("once")
class FontTests(SimpleTestCase):
    def told(self) -> list[tuple[str, str]]:
        return [(each.msg, each.hint) for each in run_checks() if each.id == "main.W001"]

    @skipUnless(HAS_FONTS, "apt-get install fonts-noto-core fonts-noto-cjk")
    def test_a_machine_with_the_fonts_is_told_nothing(self) -> None:
        self.assertEqual((missing_fonts(), self.told()), ({}, []))

    @skipUnless(HAS_FONTS, "without them there may be no fontconfig")
    def test_a_machine_without_fonts_is_told_of_each(self) -> None:
        with TemporaryDirectory() as folder:
            file = Path(folder) / "fonts.conf"
            file.write_text("<fontconfig><dir>/nowhere</dir></fontconfig>")
            with mock.patch.dict(os.environ, FONTCONFIG_FILE=str(file)):
                told = self.told()
        self.assertEqual(
            told,
            [
                ("PDF invoices lack Noto Sans, in which invoices are set.",
                 "Install Debian's package fonts-noto-core."),
                ("PDF invoices lack a font with Japanese letters, which would be empty boxes.",
                 "Install Debian's package fonts-noto-cjk."),
            ],
        )  # fmt: skip

    def test_without_fontconfig_nothing_is_claimed(self) -> None:
        with mock.patch.dict(os.environ, PATH="/nowhere"):
            self.assertEqual(missing_fonts(), {})
