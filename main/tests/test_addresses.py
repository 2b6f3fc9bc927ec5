"""Postal addresses: one's own only, and right for their country."""

from django.core.exceptions import ValidationError
from django.test import TestCase, tag

from main.forms.addresses import PostalAddressForm
from main.models import Address, PostalAddress
from main.tests.support.factories import LONDON, AddressFactory, UserFactory


def address_in(country: str, *, city: str = "", zip_code: str = "") -> PostalAddressForm:
    return PostalAddressForm(LONDON | {"country": country, "city": city, "zip_code": zip_code})


@tag("door")
class CountryRuleTests(TestCase):
    def test_right_addresses(self) -> None:
        for country, city, zip_code in [
            ("GB", "London", "WC1E 6BT"),
            ("GB", "London", "wc1e6bt"),
            ("GB", "London", "GIR 0AA"),
            ("IE", "Dublin", "D02 X285"),
            ("IE", "Dublin", ""),
            ("DE", "Weimar", "99423"),
            ("US", "Concord", "01742"),
            ("US", "Concord", "01742-1234"),
            ("HK", "Kowloon", ""),
            ("JP", "Tokyo", "1540023"),
            ("SG", "", "546080"),
            ("XK", "Prishtinë", "10000"),
        ]:
            with self.subTest(country=country, zip_code=zip_code):
                self.assertEqual(address_in(country, city=city, zip_code=zip_code).errors, {})

    def test_wrong_addresses(self) -> None:
        for country, city, zip_code, field in [
            ("GB", "London", "", "zip_code"),
            ("GB", "", "WC1E 6BT", "city"),
            ("GB", "London", "99423", "zip_code"),
            ("GB", "London", "WC1E 6BTX", "zip_code"),
            ("IE", "Dublin", "D02", "zip_code"),
            ("DE", "Weimar", "9942", "zip_code"),
            ("DE", "Weimar", "", "zip_code"),
            ("US", "Concord", "0174", "zip_code"),
            ("JP", "Tokyo", "", "zip_code"),
            ("AE", "", "", "city"),
            ("CO", "", "", "city"),
            ("HK", "", "", "city"),
            ("ID", "", "", "city"),
            ("JP", "", "154-0023", "city"),
            ("KY", "", "", "city"),
            ("NR", "", "", "city"),
            ("AQ", "", "", "city"),
            ("XX", "Nowhere", "1", "country"),
            ("", "Nowhere", "1", "country"),
        ]:
            with self.subTest(country=country, zip_code=zip_code):
                self.assertEqual(
                    list(address_in(country, city=city, zip_code=zip_code).errors), [field]
                )

    def test_what_is_stored_is_what_the_post_writes(self) -> None:
        form = PostalAddressForm(
            LONDON
            | {"address1": "شارع النيل ١٢", "city": "Sao Paulo", "country": "BR"}
            | {"zip_code": "٤٠٣٠١‐١١٠"}
        )
        self.assertTrue(form.is_valid())
        postal = form.postal
        self.assertEqual(
            (postal.address1, postal.city, postal.zip_code),
            ("شارع النيل 12", "São Paulo", "40301-110"),
        )

    def test_what_was_typed_is_shown_again_when_it_is_wrong(self) -> None:
        form = address_in("DE", city="Weimar", zip_code="wc1e 6bt")
        self.assertIn('value="wc1e 6bt"', str(form["zip_code"]))

    def test_a_field_wrong_in_itself_is_told_one_thing(self) -> None:
        for zip_code in ("9" * 13, "9\x00"):
            self.assertEqual(
                len(address_in("GB", city="London", zip_code=zip_code).errors["zip_code"]), 1
            )

    def test_the_model_knows_the_rules_too(self) -> None:
        with self.assertRaises(ValidationError):
            AddressFactory.build(user=UserFactory(), zip_code="1").full_clean()


@tag("door")
class PostalAddressFormTests(TestCase):
    def test_it_gives_plain_values(self) -> None:
        form = PostalAddressForm({f"billing-{k}": v for k, v in LONDON.items()}, prefix="billing")
        self.assertTrue(form.is_valid())
        self.assertEqual(form.postal, PostalAddress(**LONDON))

    def test_browsers_can_tell_the_two_addresses_apart(self) -> None:
        for prefix, expected in [
            ("billing", "billing postal-code"),
            ("shipping", "shipping postal-code"),
            (None, "postal-code"),
        ]:
            form = PostalAddressForm(prefix=prefix)
            self.assertIn(f'autocomplete="{expected}"', str(form["zip_code"]))

    def test_browsers_do_not_insist_on_an_address_that_may_be_left_out(self) -> None:
        self.assertIn(" required", str(PostalAddressForm(prefix="billing")["name"]))
        self.assertNotIn(" required", str(PostalAddressForm(prefix="shipping")["name"]))

    def test_home_countries_come_first(self) -> None:
        codes = [code for code, _ in PostalAddressForm().fields["country"].choices][:3]
        self.assertEqual(codes, ["", "GB", "IE"])
        self.assertEqual(PostalAddressForm()["country"].value(), "GB")


@tag("door")
class OwnAddressPagesTests(TestCase):
    def setUp(self) -> None:
        self.user = UserFactory()
        self.own = AddressFactory(user=self.user, name="Own Name")
        self.other = AddressFactory(name="Other Name")
        self.client.force_login(self.user)

    def test_the_list_has_ones_own(self) -> None:
        response = self.client.get("/address/")
        self.assertContains(response, "Own Name")
        self.assertNotContains(response, "Other Name")

    def test_an_address_is_added_to_ones_own(self) -> None:
        fields = LONDON | {"user": self.other.user.pk}
        self.assertRedirects(self.client.post("/address/create/", fields), "/address/")
        added = Address.objects.latest("pk")
        self.assertEqual((added.user, added.postal), (self.user, PostalAddress(**LONDON)))

    def test_a_wrong_address_is_shown_again_and_not_added(self) -> None:
        response = self.client.post("/address/create/", LONDON | {"zip_code": "1", "city": "Leeds"})
        self.assertContains(response, "not a postcode")
        self.assertContains(response, 'value="Leeds"')
        self.assertEqual(Address.objects.count(), 2)

    def test_ones_own_is_changed(self) -> None:
        path = self.own.get_absolute_url()
        self.assertContains(self.client.get(path), "Own Name")
        self.assertRedirects(self.client.post(path, LONDON), "/address/")
        self.own.refresh_from_db()
        self.assertEqual(self.own.name, LONDON["name"])

    def test_looking_at_the_question_deletes_nothing(self) -> None:
        self.assertContains(self.client.get(f"/address/{self.own.pk}/delete/"), "Own Name")
        self.assertEqual(Address.objects.count(), 2)

    def test_ones_own_is_deleted(self) -> None:
        self.assertRedirects(self.client.post(f"/address/{self.own.pk}/delete/"), "/address/")
        self.assertEqual(list(Address.objects.all()), [self.other])

    def test_others_are_not_there(self) -> None:
        for path in (f"/address/{self.other.pk}/", f"/address/{self.other.pk}/delete/"):
            for answer in (self.client.get(path), self.client.post(path, LONDON)):
                self.assertEqual(answer.status_code, 404)
        self.other.refresh_from_db()
        self.assertEqual(self.other.name, "Other Name")

    def test_every_page_wants_signing_in(self) -> None:
        self.client.logout()
        for path in ("", "create/", f"{self.own.pk}/", f"{self.own.pk}/delete/"):
            for answer in (
                self.client.get(f"/address/{path}"),
                self.client.post(f"/address/{path}"),
            ):
                if answer.status_code != 405:
                    self.assertRedirects(answer, f"/login/?next=/address/{path}")
        self.assertEqual(Address.objects.count(), 2)

    def test_checkout_can_send_people_here_and_back(self) -> None:
        page = self.client.get("/address/create/?next=/basket/")
        self.assertContains(page, '<input type="hidden" name="next" value="/basket/">', html=True)
        response = self.client.post("/address/create/", LONDON | {"next": "/basket/"})
        self.assertRedirects(response, "/basket/")

    def test_next_never_leads_out_of_the_shop(self) -> None:
        from main.tests.test_accounts import ELSEWHERE

        for url in ELSEWHERE:
            with self.subTest(url=url):
                response = self.client.post("/address/create/", LONDON | {"next": url})
                self.assertRedirects(response, "/address/")
