"""What a signed-in person is shown is kept by no cache; what everybody is shown may be."""

from django.test import TestCase, tag

from main.tests.support.factories import AddressFactory, UserFactory

# Shown to guests too, and with a name or an address in them to whoever has signed in.
FOR_EVERYBODY = ["/", "/contact-us/", "/basket/"]
PRIVATE = ["/account/email/", "/account/password/", "/account/security/", "/address/",
           "/address/create/", "/orders/"]  # fmt: skip


@tag("once")
class PrivatePageTests(TestCase):
    def test_nothing_shown_to_who_has_signed_in_is_kept(self) -> None:
        self.client.force_login(AddressFactory(user=UserFactory()).user)
        for path in FOR_EVERYBODY + PRIVATE:
            with self.subTest(path):
                answer = self.client.get(path)
                self.assertEqual(answer.status_code, 200)
                self.assertIn("no-store", answer["Cache-Control"])
                self.assertIn("private", answer["Cache-Control"])

    def test_pages_for_guests_say_nothing_of_it(self) -> None:
        for path in FOR_EVERYBODY:
            with self.subTest(path):
                self.assertNotIn("Cache-Control", self.client.get(path))
