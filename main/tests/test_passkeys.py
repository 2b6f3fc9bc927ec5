"""Passkeys: added, used to sign in and to prove, named, removed; and whatever else is sent."""

import json

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import STATE_SESSION_KEY
from django.contrib.auth.hashers import make_password
from django.core import mail
from django.core.cache import cache
from django.test import override_settings, tag
from fido2.utils import websafe_encode

from main.models import User
from main.tests.support.account_case import AccountTestCase
from main.tests.support.factories import PASSWORD, EmployeeFactory, UserFactory
from main.tests.support.soft_passkey import SoftPasskey

OFFICE, ON = "/office-admin/", "?next=%2Foffice-admin%2F"
CODE = "/account/security/code/"
PASSKEYS = "/account/security/passkeys/"
NOT_TAKEN = "This passkey was not accepted. Please try again."
PARTS = ["clientDataJSON", "attestationObject", "authenticatorData", "signature"]


def odd_credential(part: str, **response: str) -> str:
    empty = {"id": "AA", "rawId": "AA", "type": "public-key", "clientExtensionResults": {}}
    return json.dumps(empty | {"response": dict.fromkeys(PARTS, part) | response})


ODD_CREDENTIALS = [
    "", "{}", "[]", "1", '"x"', "null", "true", "NaN", "1e999", "[" * 5000, "9" * 5000, "{" * 9,
    "\x00", "x" * 30_000, '{"id": "\\u0000"}', '{"id": 1}',
    '{"id": "a", "rawId": "a", "type": "public-key", "response": {}}',
    '{"id": "a", "rawId": "a", "type": "public-key", "response": []}',
    '{"id": [], "rawId": {}, "type": 3, "response": "x", "clientExtensionResults": 1}',
    odd_credential("AAAA", userHandle="AAAA"),
    odd_credential("\x00é", userHandle=websafe_encode(b"9" * 99)),
    odd_credential("", userHandle=websafe_encode(b"1")),
]  # fmt: skip


@override_settings(STAFF_SECOND_FACTOR=True, MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN=False)
@tag("once")
class PasskeyTestCase(AccountTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.user = EmployeeFactory(password=make_password(PASSWORD))

    def log_in_and_confirm(self) -> None:
        self.log_in(self.user)
        self.send("/account/confirm/", password=PASSWORD)

    def add(self, passkey: SoftPasskey, *, query: str = "", name: str = "Office"):
        options = self.client.get(PASSKEYS + query).context["js_data"]["creation_options"]
        sent = {"credential": passkey.answer_to_creation(options), "name": name}
        return self.send(PASSKEYS + query, **sent)

    def with_passkey(self, **how) -> SoftPasskey:
        """Somebody signed out who has added a passkey."""
        passkey = SoftPasskey(**how)
        self.log_in_and_confirm()
        self.assertEqual(self.add(passkey).status_code, 302)
        self.client.logout()
        return passkey

    def challenge(self) -> dict:
        answer = self.client.get(f"{PASSKEYS}sign-in/", headers={"accept": "application/json"})
        return answer.json()["request_options"]

    def sign_in_by(self, passkey: SoftPasskey, *, then: str = OFFICE):
        proof = passkey.answer_to_request(self.challenge())
        return self.send(f"{PASSKEYS}sign-in/", credential=proof, next=then)


class AddingTests(PasskeyTestCase):
    def test_staff_add_one_on_their_way(self) -> None:
        self.log_in_and_confirm()
        answer = self.add(SoftPasskey(), query=ON)
        self.assertRedirects(answer, f"/account/security/codes/{ON}")
        self.assertEqual(self.client.get(OFFICE).status_code, 200)
        self.assertContains(self.client.get("/account/security/"), "<strong>Office</strong>")
        self.assertEqual(mail.outbox[-1].subject, "A passkey was added")

    def test_the_device_is_asked_to_keep_it(self) -> None:
        self.log_in_and_confirm()
        options = self.client.get(PASSKEYS).context["js_data"]["creation_options"]["publicKey"]
        self.assertEqual(options["authenticatorSelection"]["residentKey"], "preferred")
        self.assertEqual(options["rp"], {"id": "testserver", "name": "BookTime"})
        self.assertEqual(options["user"]["name"], self.user.email)

    def test_only_what_is_needed_is_stored(self) -> None:
        self.log_in_and_confirm()
        passkey = SoftPasskey()
        options = self.client.get(PASSKEYS).context["js_data"]["creation_options"]
        sent = json.loads(passkey.answer_to_creation(options))
        sent["clientExtensionResults"]["more"] = sent["more"] = "\x00" * 9
        self.send(PASSKEYS, credential=json.dumps(sent))
        kept = Authenticator.objects.get(type="webauthn").data
        self.assertEqual(kept["name"], "Passkey")
        self.assertNotIn("more", json.dumps(kept))

    def test_an_answer_to_another_challenge_or_site_is_refused(self) -> None:
        self.log_in_and_confirm()
        options = self.client.get(PASSKEYS).context["js_data"]["creation_options"]
        for passkey, challenge in [
            (SoftPasskey(), "AAAA"),
            (SoftPasskey(origin="https://evil.example"), options["publicKey"]["challenge"]),
        ]:
            changed = {"publicKey": options["publicKey"] | {"challenge": challenge}}
            sent = passkey.answer_to_creation(changed)
            self.assertContains(self.send(PASSKEYS, credential=sent), NOT_TAKEN)
        self.assertFalse(Authenticator.objects.exists())

    def test_a_name_too_long_is_refused(self) -> None:
        self.log_in_and_confirm()
        self.assertContains(self.add(SoftPasskey(), name="x" * 61), "at most 60 characters")
        self.assertFalse(Authenticator.objects.exists())

    def test_ones_own_is_renamed_and_removed(self) -> None:
        self.log_in_and_confirm()
        self.add(SoftPasskey())
        own = f"{PASSKEYS}{Authenticator.objects.get(type='webauthn').pk}/"
        self.assertContains(self.client.get(own), 'value="Office"')
        self.assertRedirects(self.send(own, name="Home"), "/account/security/")
        self.assertContains(self.client.get(f"{own}remove/"), "“Home”")
        self.assertRedirects(self.send(f"{own}remove/"), "/account/security/")
        self.assertFalse(Authenticator.objects.exists())
        self.assertEqual(self.client.get(OFFICE)["Location"], f"/account/security/{ON}")

    def test_somebody_elses_is_not_there(self) -> None:
        self.with_passkey()
        other = Authenticator.objects.get(type="webauthn")
        self.user = UserFactory(password=make_password(PASSWORD))
        self.log_in_and_confirm()
        for page in ("", "remove/"):
            for ask in (self.client.get, self.client.post):
                answer = ask(f"{PASSKEYS}{other.pk}/{page}", {"name": "mine"})
                self.assertEqual(answer.status_code, 404)
        other.refresh_from_db()
        self.assertEqual(other.data["name"], "Office")


class UsingTests(PasskeyTestCase):
    def test_it_signs_in_alone_and_is_proof(self) -> None:
        passkey = self.with_passkey()
        self.assertRedirects(self.sign_in_by(passkey), OFFICE)
        self.assert_signed_in(self.user)
        self.assertLess(self.client.session.get_expiry_age(), 12 * 3600 + 5)

    def test_next_never_leads_out_of_the_shop(self) -> None:
        passkey = self.with_passkey()
        self.assertRedirects(self.sign_in_by(passkey, then="//evil.example"), "/")

    def test_a_key_that_asks_for_nothing_does_not_sign_in_alone(self) -> None:
        passkey = self.with_passkey(verifies=False)
        self.assertRedirects(self.sign_in_by(passkey), f"/login/{ON}")
        self.assert_nobody_signed_in()

    def test_after_the_password_such_a_key_is_enough(self) -> None:
        passkey = self.with_passkey(verifies=False)
        self.assertRedirects(self.log_in(self.user, query=ON), CODE)
        options = self.client.get(CODE).context["js_data"]["request_options"]
        answer = self.send(CODE, credential=passkey.answer_to_request(options))
        self.assertRedirects(answer, OFFICE)

    def test_it_confirms_who_is_there(self) -> None:
        passkey = self.with_passkey()
        self.client.force_login(self.user)
        page = self.client.get(OFFICE)["Location"]
        self.assertEqual(page, f"{PASSKEYS}confirm/{ON}")
        options = self.client.get(page).context["js_data"]["request_options"]
        answer = self.send(page, credential=passkey.answer_to_request(options))
        self.assertRedirects(answer, OFFICE)

    def test_a_proof_is_taken_once(self) -> None:
        passkey = self.with_passkey()
        proof = passkey.answer_to_request(self.challenge())
        self.assertEqual(self.send(f"{PASSKEYS}sign-in/", credential=proof)["Location"], "/")
        self.client.logout()
        self.challenge()
        answer = self.send(f"{PASSKEYS}sign-in/", credential=proof)
        self.assertRedirects(answer, "/login/")
        self.assert_nobody_signed_in()

    def test_a_strangers_key_with_a_known_name_is_refused(self) -> None:
        passkey, stranger = self.with_passkey(), SoftPasskey()
        stranger.id, stranger.user_handle = passkey.id, passkey.user_handle
        self.assertEqual(self.sign_in_by(stranger)["Location"], f"/login/{ON}")
        passkey.origin = "https://evil.example"
        self.assertEqual(self.sign_in_by(passkey)["Location"], f"/login/{ON}")
        self.assert_nobody_signed_in()

    def test_a_closed_account_stays_closed(self) -> None:
        passkey = self.with_passkey()
        User.objects.update(is_active=False)
        self.assertRedirects(self.sign_in_by(passkey), "/account/inactive/")
        self.assert_nobody_signed_in()

    def test_trying_again_and_again_is_stopped(self) -> None:
        statuses = [self.send(f"{PASSKEYS}sign-in/").status_code for _ in range(11)]
        self.assertEqual(statuses, [302] * 10 + [429])

    def test_a_browser_is_led_to_the_login_and_a_script_gets_its_challenge(self) -> None:
        answer = self.client.get(f"{PASSKEYS}sign-in/{ON}", headers={"accept": "text/html"})
        self.assertRedirects(answer, f"/login/{ON}")
        options = self.challenge()["publicKey"]
        self.assertEqual((options["rpId"], options["userVerification"]), ("testserver", "required"))
        known = self.client.session[STATE_SESSION_KEY]["challenge"]
        self.assertEqual(known, options["challenge"])


class OddCredentialTests(PasskeyTestCase):
    def assert_refused(self, path: str, leads_to: str | None, *, step: int = 1) -> None:
        before = list(Authenticator.objects.values())
        self.client.get(path, headers={"accept": "application/json"})  # the challenge
        for credential in ODD_CREDENTIALS[::step]:
            with self.subTest(path, credential=credential[:60]):
                cache.clear()
                answer = self.client.post(path, {"credential": credential, "name": "x"})
                self.assertEqual(answer.status_code, 302 if leads_to else 200)
                self.assertEqual(answer.get("Location"), leads_to)
        self.assertEqual(list(Authenticator.objects.values()), before)

    def test_they_sign_nobody_in(self) -> None:
        self.assert_refused(f"{PASSKEYS}sign-in/", "/login/")
        self.assert_nobody_signed_in()

    def test_they_are_no_second_factor(self) -> None:
        self.with_passkey()
        self.log_in(self.user)
        self.assert_refused(CODE, None, step=3)
        self.assert_nobody_signed_in()

    def test_they_are_not_added(self) -> None:
        self.log_in_and_confirm()
        self.assert_refused(PASSKEYS, None)

    def test_they_confirm_nothing_and_the_page_says_so(self) -> None:
        self.with_passkey()
        self.client.force_login(self.user)
        self.assert_refused(f"{PASSKEYS}confirm/", f"{PASSKEYS}confirm/", step=3)
        self.assertContains(self.client.get(f"{PASSKEYS}confirm/"), NOT_TAKEN)
        self.assertEqual(self.client.get(OFFICE).status_code, 302)
