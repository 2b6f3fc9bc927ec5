"""What all e-mails have in common: templates, language, and none without news."""

from datetime import UTC, datetime

from django.core import mail
from django.template.loader import get_template
from django.test import TestCase, tag
from django.utils import translation
from django.utils.translation import get_language

from booktime.formats.de import formats as de_formats
from booktime.formats.en_GB import formats as en_formats
from main import emails
from main.emails.letters import render
from main.emails.orders import about
from main.models import Message
from main.tests.support.factories import OrderFactory


@tag("once")
class LetterTests(TestCase):
    def test_each_has_the_templates_of_its_event(self) -> None:
        self.assertEqual(len(emails.MAILS), 14)
        for event in emails.MAILS:
            parts = ["subject.txt", "body.txt", "body.html"]
            if event == "contact_requested":
                parts.remove("body.html")  # a visitor's words, plain
            for part in parts:
                with self.subTest(event=event, part=part):
                    get_template(f"emails/{event}/{part}")

    def test_the_words_are_in_the_language_of_whoever_reads_them(self) -> None:
        reply = Message(author_name="Olive", at=datetime(2026, 3, 4, 9, 5, tzinfo=UTC), text="Hi")
        letter = about(OrderFactory(), replies=[reply])
        for language, month in [("en-gb", "4 March, 09:05"), ("de", "4. März, 09:05")]:
            message = render("replies_unread", letter, language=language)
            self.assertIn(f"Olive, {month}", message.body)
            self.assertIn(f"Olive, {month}", message.alternatives[0].content)
        self.assertEqual(get_language(), "en-gb")

    def test_every_language_has_a_format_of_each_name(self) -> None:
        """Django prints the letters of a name that it does not find."""
        english = {name for name in vars(en_formats) if name.endswith("_FORMAT")}
        german = {name for name in vars(de_formats) if name.endswith("_FORMAT")}
        self.assertGreater(len(english), 15)
        self.assertEqual(german, english)

    def test_without_a_language_they_are_in_the_shops(self) -> None:
        with translation.override("de"):
            emails.send("order_placed", order_id=OrderFactory().pk)
        self.assertIn("Thank you for your order", mail.outbox[0].body)

    def test_when_there_is_nothing_to_say_nothing_is_sent(self) -> None:
        order = OrderFactory()
        emails.send("replies_unread", order_id=order.pk, after=0, upto=9)
        self.assertEqual(mail.outbox, [])
