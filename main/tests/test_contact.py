"""Writing to customer service."""

from unittest import mock

from django.core import mail
from django.core.cache import cache
from django.test import TestCase, override_settings, tag

from main.tests.support.account_case import IMMEDIATE_TASKS
from main.tests.support.factories import UserFactory

MESSAGE = {
    "name": "Ada O'Reader",
    "email": "ada@booktime.example",
    "message": "Do you have <Emma> & more?\nYours, Ada",
}


@override_settings(TASKS=IMMEDIATE_TASKS, CUSTOMER_SERVICE_EMAIL="service@booktime.example")
@tag("door")
class ContactTests(TestCase):
    def setUp(self) -> None:
        cache.clear()

    def send(self, **changes):
        with self.captureOnCommitCallbacks(execute=True):
            return self.client.post("/contact-us/", MESSAGE | changes)

    def test_customer_service_gets_the_message_and_can_answer_it(self) -> None:
        self.assertRedirects(self.send(), "/contact-us/")
        (message,) = mail.outbox
        self.assertEqual(message.to, ["service@booktime.example"])
        self.assertEqual(message.reply_to, ["ada@booktime.example"])
        self.assertIn("Do you have <Emma> & more?", message.body)
        self.assertIn("Ada O'Reader", message.subject)

    def test_the_visitor_is_told_and_how_soon_we_answer(self) -> None:
        for promise in ("We answer within two working days.", "We usually reply within an hour."):
            with (
                mock.patch("main.views.pages.reply_promise", return_value=promise),
                self.captureOnCommitCallbacks(execute=True),
            ):
                page = self.client.post("/contact-us/", MESSAGE, follow=True)
            # In the message, and above the form.
            self.assertContains(page, f"Your message is on its way. {promise}")
            self.assertContains(page, promise, count=2)

    def test_a_second_line_in_the_name_is_no_header(self) -> None:
        for name in ("Ada\r\nBcc: all@booktime.example", "Ada\nX: y", "Ada\x00", "Ada\u202e"):
            response = self.send(name=name)
            self.assertIn("name", response.context["form"].errors)
        self.assertIn(
            "email", self.send(email="a@b.example\nBcc: c@d.example").context["form"].errors
        )
        self.assertEqual(mail.outbox, [])

    def test_what_is_missing_or_too_long_is_said_and_nothing_is_sent(self) -> None:
        for name, value in [
            ("name", ""),
            ("name", "a" * 101),
            ("email", "ada"),
            ("message", " "),
            ("message", "a" * 5001),
        ]:
            self.assertEqual(list(self.send(**{name: value}).context["form"].errors), [name])
        self.assertEqual(mail.outbox, [])

    def test_after_five_an_hour_the_text_is_kept_and_not_sent(self) -> None:
        for _ in range(5):
            self.send()
        response = self.send()
        self.assertContains(response, "several times within an hour", status_code=429)
        self.assertContains(response, "Do you have &lt;Emma&gt;", status_code=429)
        self.assertEqual(len(mail.outbox), 5)

    def test_mistakes_do_not_count(self) -> None:
        for _ in range(6):
            self.send(email="ada")
        self.assertRedirects(self.send(), "/contact-us/")

    def test_customers_need_not_type_who_they_are(self) -> None:
        self.client.force_login(UserFactory(email="ada@booktime.example"))
        self.assertContains(self.client.get("/contact-us/"), 'value="ada@booktime.example"')


@tag("door")
class AboutTests(TestCase):
    def test_the_page_is_there(self) -> None:
        self.assertContains(self.client.get("/about-us/"), "<dd>Within two working days</dd>")
