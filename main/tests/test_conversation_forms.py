"""The form of a conversation alone: sent twice by going back, sent after the session's end."""

from datetime import timedelta
from unittest import mock
from uuid import uuid4

from django.http import HttpResponse
from django.test import tag
from django.utils import timezone
from django.utils.timezone import localtime

from main.access import SIGNED_IN_AT
from main.models import Message, User
from main.models.order_access import make_access_token
from main.tests.support.conversation_case import ConversationTestCase
from main.tests.support.factories import PASSWORD, OrderFactory

NOT_SENT = "Not sent yet: you were signed out."


@tag("door")
class FormTestCase(ConversationTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.path = f"/orders/{self.order.pk}/conversation/"
        self.staff_path = f"/customer-service/{self.order.pk}/"

    def send(self, text: str = "Hello", *, path: str = "", **fields) -> HttpResponse:
        fields = {"action": "send", "text": text, "cid": str(uuid4())} | fields
        return self.client.post(path or self.path, fields)

    def texts(self) -> list[str]:
        return [text for *_, text in self.timeline()[1:]]

    def assert_shown(self, path: str, text: str) -> str:
        """The page has the text in its field, and says that it was not sent; returns its key."""
        page = self.client.get(path)
        self.assertContains(page, NOT_SENT)
        self.assertContains(page, f">\n{text}</textarea>")
        return page.context["panel"].form["cid"].value()

    def assert_not_shown(self, path: str) -> None:
        page = self.client.get(path)
        self.assertEqual(page.status_code, 200)
        self.assertNotContains(page, NOT_SENT)
        self.assertContains(page, ">\n</textarea>")


class TwiceTests(FormTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.client.force_login(self.ada)

    def assert_asked_back(self, response: HttpResponse, text: str = "Hello") -> None:
        at = localtime(Message.objects.of(self.order.pk).order_by("-seq").first().at)
        words = f"You already sent this at {at:%H:%M}. Send it again?"
        self.assertContains(response, words, status_code=409)
        self.assertContains(response, f">\n{text}</textarea>", status_code=409)
        self.assertContains(
            response, '<input type="hidden" name="again" value="1">', status_code=409
        )
        self.assertContains(response, ">Send again</button>", status_code=409)

    def test_sent_back_and_sent_again_it_is_asked_and_then_sent_once_more(self) -> None:
        for who, path in [(self.ada, self.path), (self.olive, self.staff_path)]:
            with self.subTest(path):
                before = self.texts()
                self.client.force_login(who)
                self.assertEqual(self.send(path=path).status_code, 303)
                cid = str(uuid4())
                self.assert_asked_back(self.send(" Hello ", cid=cid, path=path), " Hello ")
                self.assertEqual(self.texts(), [*before, "Hello"])
                # Sent once more, twice: once.
                for _ in range(2):
                    answer = self.send(cid=cid, again="1", path=path)
                    self.assertEqual(answer.status_code, 303)
                self.assertEqual(self.texts(), [*before, "Hello", "Hello"])

    def test_what_is_filled_in_is_compared_as_it_was_typed(self) -> None:
        self.client.force_login(self.olive)
        self.send("Dear {customer_name}", path=self.staff_path)
        self.assertEqual(self.send("Dear {customer_name}", path=self.staff_path).status_code, 409)
        self.assertEqual(self.texts(), ["Dear Ada Reader"])

    def test_the_page_that_it_was_sent_from_sends_it_once_and_asks_nothing(self) -> None:
        cid = str(uuid4())
        statuses = [self.send(cid=key).status_code for key in (cid, cid)]
        self.assertEqual((statuses, self.texts()), ([303, 303], ["Hello"]))

    def test_the_first_page_again_after_it_was_sent_once_more_asks_nothing(self) -> None:
        cid = str(uuid4())
        self.send(cid=cid)
        self.send(again="1")
        self.assertEqual(self.send(cid=cid).status_code, 303)
        self.assertEqual(self.texts(), ["Hello", "Hello"])

    def test_another_text_or_something_between_is_nobodys_question(self) -> None:
        for text in ("Hello", "Anybody?", "Hello"):
            self.assertEqual(self.send(text).status_code, 303)
        self.assertEqual(self.texts(), ["Hello", "Anybody?", "Hello"])

    def test_what_others_said_is_nobodys_question(self) -> None:
        self.say("Hello", by=self.otto)
        self.assertEqual(self.send().status_code, 303)
        self.client.force_login(self.olive)
        self.assertEqual(self.send(path=self.staff_path).status_code, 303)
        self.assertEqual(self.texts(), ["Hello"] * 3)

    def test_after_ten_minutes_it_is_meant(self) -> None:
        for minutes, status in [(9, 409), (11, 303)]:
            Message.objects.all().delete()
            self.say("Hello")
            ago = timezone.now() - timedelta(minutes=minutes)
            Message.objects.filter(text="Hello").update(at=ago)
            self.assertEqual(self.send().status_code, status)


class SignedOutTests(FormTestCase):
    def sign_in(self, user: User, where: str) -> None:
        fields = {"login": user.email, "password": PASSWORD, "next": where}
        with mock.patch("main.access.limit_session"):
            self.assertRedirects(
                self.client.post("/login/", fields), where, fetch_redirect_response=False
            )

    def test_what_was_sent_after_the_end_is_there_after_signing_in(self) -> None:
        for who, path in [(self.ada, self.path), (self.olive, self.staff_path)]:
            with self.subTest(path):
                self.client.logout()
                cid = str(uuid4())
                response = self.send("Where <is> it?", cid=cid, path=path)
                self.assertRedirects(response, f"/login/?next={path}")
                self.sign_in(who, path)
                # However often it is looked at.
                for _ in range(2):
                    self.assertEqual(self.assert_shown(path, "Where &lt;is&gt; it?"), cid)
                before = self.texts()
                self.assertEqual(self.send("Where <is> it?", cid=cid, path=path).status_code, 303)
                self.assertEqual(self.texts(), [*before, "Where <is> it?"])
                self.assert_not_shown(path)

    def test_staff_who_only_have_to_prove_themselves_again_find_it_too(self) -> None:
        self.client.force_login(self.olive)
        session = self.client.session
        session[SIGNED_IN_AT] = 0
        session.save()
        self.assertEqual(self.send("Today.", path=self.staff_path).status_code, 302)
        self.client.force_login(self.olive)
        self.assert_shown(self.staff_path, "Today.")

    def test_a_guest_finds_it_by_the_link_of_the_mail(self) -> None:
        guests = OrderFactory(guest=True)
        path = f"/orders/{guests.pk}/"
        self.assertEqual(self.send("Hello?", path=f"{path}conversation/").status_code, 302)
        self.client.get(f"/orders/open/{make_access_token(guests.pk)}/")
        self.assert_shown(path, "Hello?")

    def test_who_has_said_something_since_needs_it_no_more(self) -> None:
        self.send("Hello?")
        self.client.force_login(self.ada)
        self.say("I am here again: hello?")
        self.assert_not_shown(self.path)

    def test_what_was_sent_before_the_end_is_not_called_unsent(self) -> None:
        cid = uuid4()
        self.say("Hello?", cid=cid)
        self.send("Hello?", cid=str(cid))
        self.client.force_login(self.ada)
        self.assert_not_shown(self.path)

    def test_it_belongs_to_its_order_and_is_shown_to_nobody_else(self) -> None:
        self.send("Hello?")
        other = OrderFactory(user=self.ada)
        self.client.force_login(self.ada)
        self.assert_not_shown(f"/orders/{other.pk}/conversation/")
        self.client.force_login(other.user)
        self.assert_shown(self.path, "Hello?")
        self.client.force_login(OrderFactory().user)
        self.assertEqual(self.client.get(self.path).status_code, 404)

    def test_no_more_than_one_and_no_endless_one_is_kept(self) -> None:
        self.send("First")
        self.send("x" * 20_000, cid="nonsense")
        self.client.force_login(self.ada)
        self.assertNotEqual(self.assert_shown(self.path, "x" * 16_000), "nonsense")

    def test_nothing_is_kept_of_nothing_nor_for_who_has_no_right(self) -> None:
        self.send(" \n")
        self.client.get(self.path, {"text": "Hello?"})
        self.assertFalse(self.client.session.items())
        self.client.force_login(OrderFactory().user)
        self.assertEqual(self.send().status_code, 404)
        self.assertNotIn("unsent", self.client.session)


class DoorTests(FormTestCase):
    def test_the_orders_page_leads_to_signing_in_whether_there_is_an_order_or_not(self) -> None:
        for number in (self.order.pk, OrderFactory(guest=True).pk, 7, 10**30):
            path = f"/orders/{number}/"
            self.assertRedirects(self.client.get(path), f"/login/?next={path}")

    def test_signed_in_strangers_find_nothing(self) -> None:
        self.client.force_login(OrderFactory().user)
        self.assertEqual(self.client.get(f"/orders/{self.order.pk}/").status_code, 404)

    def test_a_nul_in_the_form_is_left_out(self) -> None:
        self.client.force_login(self.ada)
        self.assertContains(self.send("\x00"), "Please write a message first.", status_code=400)
        self.assertEqual(self.send("He\x00llo").status_code, 303)
        self.assertEqual(self.texts(), ["Hello"])

    def test_the_page_says_whose_time_it_is(self) -> None:
        self.client.force_login(self.ada)
        with self.settings(TIME_ZONE="America/New_York"):
            self.assertContains(self.client.get(self.path), "All times are New York time.")
