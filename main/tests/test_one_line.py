"""Each line of an address is one line, and nothing in it hides."""

from django.test import SimpleTestCase, tag

from main.forms.addresses import PostalAddressForm
from main.models.one_line import BROKEN_LINE
from main.models.postal_rules import check_postal_address
from main.tests.support.factories import LONDON


@tag("once")
class OneLineTests(SimpleTestCase):
    def test_line_breaks_escapes_and_marks_of_direction_are_refused(self) -> None:
        for mark in ("\n", "\r\n", "\x1b[2J", "\x85", "\u2028", "\u200e", "\u202e", "\u2066"):
            for field in ("name", "address1", "address2", "city"):
                with self.subTest(field, mark=ascii(mark)):
                    form = PostalAddressForm(LONDON | {field: f"Ada{mark}Reader"})
                    self.assertEqual(form.errors, {field: [BROKEN_LINE]})

    def test_so_are_they_in_a_postcode_even_where_there_is_none(self) -> None:
        for country in ("GB", "HK"):
            fields = LONDON | {"country": country, "zip_code": "WC1E\u202e 6BT"}
            self.assertEqual(check_postal_address(**fields), {"zip_code": BROKEN_LINE})

    def test_a_line_that_shows_nothing_is_none(self) -> None:
        """No parcel can be sent to “\u200b”."""
        for nothing in ("\u200b", "\u3164 \u115f", "\u2800\U000e0020"):
            for field in ("name", "address1", "address2", "city"):
                with self.subTest(field, nothing=ascii(nothing)):
                    form = PostalAddressForm(LONDON | {field: nothing})
                    self.assertEqual(form.errors, {field: [BROKEN_LINE]})
        self.assertEqual(PostalAddressForm(LONDON | {"address2": ""}).errors, {})

    def test_letters_that_join_are_no_marks(self) -> None:
        form = PostalAddressForm(LONDON | {"name": "می\u200cخواهم", "city": "क\u094d\u200dष"})
        self.assertEqual(form.errors, {})
