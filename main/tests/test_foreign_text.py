"""Titles and names in any script keep to their place: in mails, facts, pages and sentences."""

from django.conf import settings
from django.core import mail
from django.template import Context, Template
from django.test import SimpleTestCase, TestCase, tag

from main.actions.order_lines import move_order_lines
from main.emails.letters import send
from main.models import OrderLine, Product
from main.models.addresses import PostalAddress
from main.models.foreign_text import isolated
from main.tests.support.factories import DispatcherFactory
from main.tests.support.foreign_text_rules import bare_in_sentences, bare_in_template
from main.tests.support.invoice_case import ARABIC, paid_order
from main.wording.facts import message_text

HEBREW = "מסעות"
# The text of a picture is stored, and a title is its end.
STORED = {"import_books_pictures.py"}
BORDERED = f"\u2068{ARABIC}\u2069"


@tag("once")
class IsolatedTests(SimpleTestCase):
    def test_only_what_may_run_from_right_to_left_has_borders(self) -> None:
        for text in ("Emma", "Zoë", "村上春樹", "Война и мир", "Ὀδύσσεια", "गोदान", ""):
            self.assertEqual(isolated(text), text)
        for text in (ARABIC, HEBREW, f"Travels ({HEBREW})", "١٢٣", "Emma\u200f!"):
            self.assertEqual(isolated(text), f"\u2068{text}\u2069")

    def test_nothing_in_the_text_ends_its_borders(self) -> None:
        self.assertEqual(isolated(f"\u2069{HEBREW}\u202e A\u2067"), f"\u2068{HEBREW} A\u2069")

    def test_the_filter_writes_elements_on_pages_and_marks_in_plain_text(self) -> None:
        for template, rendered in {
            "{{ title|isolated }}": f"<bdi>{HEBREW} &lt;b&gt;</bdi>",
            "{% autoescape off %}{{ title|isolated }}{% endautoescape %}": (
                f"\u2068{HEBREW} <b>\u2069"
            ),
            "{{ 'Emma <b>'|isolated }}": "Emma &lt;b&gt;",
            "{{ title|isolated_text }}": f"\u2068{HEBREW} &lt;b&gt;\u2069",
        }.items():
            page = Template("{% load booktime %}" + template)
            self.assertEqual(page.render(Context({"title": f"{HEBREW} <b>"})), rendered)

    def test_each_part_of_an_address_in_a_row_keeps_to_itself(self) -> None:
        address = PostalAddress(
            name="דנה", address1="1 High Street", address2="", city="חיפה", zip_code="31",
            country="IL",
        )  # fmt: skip
        row = "\u2068דנה\u2069, 1 High Street, \u2068חיפה\u2069, 31, Israel"
        self.assertEqual(str(address), row)


@tag("once")
class ShownTests(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        cls.order = paid_order(
            (ARABIC, "7.50", "0", 2), ("Emma", "5.00", "0", 3), billing_name="مريم"
        )

    def test_a_mail_keeps_count_title_and_sum_in_their_order(self) -> None:
        mail.outbox.clear()
        send("order_placed", order_id=self.order.pk)
        (sent,) = mail.outbox
        self.assertIn("Hello \u2068مريم\u2069,\n", sent.body)
        self.assertIn(f"2 × {BORDERED}: £15.00\n3 × Emma: £15.00\n", sent.body)
        page = " ".join(sent.alternatives[0].content.split())
        self.assertIn("Hello \u2068مريم\u2069,", page)
        self.assertIn(f"2 × <bdi>{ARABIC}</bdi>: <strong>£15.00</strong>", page)

    def test_a_fact_keeps_its_counts_beside_their_titles(self) -> None:
        lines = [line.pk for line in self.order.lines.all()]
        move_order_lines(order_id=self.order.pk, line_ids=lines, status=OrderLine.Status.SENT)
        fact = self.order.conversation.messages.get(fact="sent")
        self.assertEqual(message_text(fact), f"Sent: 2 × {BORDERED}, 3 × Emma.")

    def test_the_packing_page_keeps_title_and_number_apart(self) -> None:
        self.client.force_login(DispatcherFactory())
        page = self.client.get("/dispatch-admin/main/order/packing/")
        isbn = Product.objects.get(name=ARABIC).isbn
        title = f'<b>2 ×</b> <bdi>{ARABIC}</bdi> <span class="isbn">{isbn}</span>'
        self.assertContains(page, title)


@tag("once")
class EverywhereTests(SimpleTestCase):
    """Others' text within a line of ours is isolated, in each template and each sentence."""

    def test_every_template_isolates_it(self) -> None:
        files = sorted((settings.BASE_DIR / "templates").rglob("*.*"))
        self.assertGreater(len(files), 100)
        found = [
            f"{file.relative_to(settings.BASE_DIR)}: {bare}"
            for file in files
            for bare in bare_in_template(file.read_text(), is_page=file.suffix == ".html")
        ]
        self.assertEqual(found, [])

    def test_every_sentence_isolates_it(self) -> None:
        rooms = ["actions", "admin", "api", "forms", "models", "views", "wording"]
        folders = [settings.BASE_DIR / "main" / room for room in rooms]
        files = {file for folder in folders for file in folder.rglob("*.py")}
        self.assertGreater(len(files), 100)
        found = [
            f"{file.name}: {bare}"
            for file in files
            for bare in bare_in_sentences(file.read_text())
            if file.name not in STORED
        ]
        self.assertEqual(found, [])

    def test_a_sentence_that_does_not_isolate_it_is_seen(self) -> None:
        self.assertEqual([*bare_in_sentences('f"“{line.name}” is gone"')], ["line.name"])
        self.assertEqual([*bare_in_sentences('f"“{isolated(line.name)}” is gone"')], [])

    def test_what_is_not_isolated_is_seen(self) -> None:
        for bare, page in {
            "<li>{{ n }} × {{ line.name }}: {{ sum }}</li>": True,
            "<p>By <b>{{ book.authors }}</b></p>": True,
            '<a aria-label="Remove {{ line.name }}">': True,
            "Hello {{ order.billing_name }},": False,
        }.items():
            self.assertEqual(len([*bare_in_template(bare, is_page=page)]), 1, bare)
        for right, page in {
            "<li>{{ n }} × {{ line.name|isolated }}</li>": True,
            '<a dir="auto">{{ line.name }}</a>': True,
            "<td>{% if a %}{{ line.name }}{% endif %}</td>": True,
            '<li><a href="/">{{ tag.name }}</a></li>': True,
            '<input value="{{ query }}">': True,
            "{{ address.address1 }}<br>": True,
            "one\n{{ address.city }}\ntwo": False,
        }.items():
            self.assertEqual([*bare_in_template(right, is_page=page)], [], right)
