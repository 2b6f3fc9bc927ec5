"""An order's page for the office: paid, taken back, cancelled, sent, corrected."""

from decimal import Decimal

from django.urls import reverse

from main.actions.order_lines import move_order_lines
from main.models import Invoice, Order, OrderLine
from main.tests.support.admin_case import fields_of
from main.tests.support.office_order_case import (
    CANCELLED,
    DONE,
    LINE,
    NEW,
    PAID,
    OfficeOrderTestCase,
)


class OrderMoveTests(OfficeOrderTestCase):
    def test_a_payment_is_marked_and_taken_back(self) -> None:
        self.assertEqual(self.move(PAID, NEW), [f"Order {self.order.number} is now paid."])
        self.assertEqual(self.move(NEW, PAID), [f"Order {self.order.number} is now new."])
        self.assertEqual(self.states()[0], NEW)
        kinds = [invoice.kind for invoice in Invoice.objects.order_by("pk")]
        self.assertEqual(kinds, ["invoice", "credit_note"])
        page = self.client.get(self.page)
        for invoice in Invoice.objects.all():
            self.assertContains(page, f"?number={invoice.number}&amp;format=pdf")

    def test_an_order_is_cancelled_with_its_reason(self) -> None:
        self.pay()
        self.assertEqual(
            self.move(CANCELLED, PAID),
            ["Please give a reason: it appears on the credit note and in the history."],
        )
        self.assertEqual(self.states()[0], PAID)
        self.move(CANCELLED, PAID, reason="Ordered twice")
        self.assertEqual(self.states(), (CANCELLED, [LINE.CANCELLED, LINE.CANCELLED]))
        self.assertEqual(Invoice.objects.credit_notes().get().reason, "Ordered twice")
        self.book.refresh_from_db()
        self.assertEqual(self.book.stock, 9)

    def test_what_others_changed_meanwhile_is_looked_at_again(self) -> None:
        self.pay()
        said = self.move(CANCELLED, NEW, reason="Never paid")
        number = self.order.number
        self.assertEqual(said, [f"Order {number} is now paid. Please check it and decide again."])
        self.assertEqual(self.states()[0], PAID)

    def test_what_is_due_is_paid_only_as_it_was_shown(self) -> None:
        page = self.client.get(self.page)
        self.assertContains(page, "£25.47 has arrived:")
        seen = page.context["ledger"].version
        self.assertContains(page, f'name="seen" value="{seen}"')
        cancel = {"line_ids": [self.other.pk], "status": LINE.CANCELLED}
        move_order_lines(order_id=self.order.pk, **cancel)
        text = f"What is due for order {self.order.number} has changed. "
        said = self.move(PAID, NEW, seen=seen)
        self.assertEqual(said, [text + "Please check and try again."])
        self.assertEqual((self.states()[0], Invoice.objects.count()), (NEW, 0))
        seen = self.client.get(self.page).context["ledger"].version
        self.move(PAID, NEW, seen=seen)
        self.assertEqual((self.states()[0], Invoice.objects.get().gross), (PAID, Decimal("16.98")))

    def test_a_wrong_move_is_refused_with_its_sentence(self) -> None:
        self.pay()
        self.send_line(self.line)
        number = self.order.number
        for to, reason, sentence in (
            (NEW, "", f"Part of order {number} has been sent: refund it instead."),
            (
                CANCELLED,
                "Why not",
                f"Part of order {number} has been sent, so it cannot be cancelled.",
            ),
            (PAID, "", f"Order {number} is paid already."),
            (DONE, "", "An order is done when every line is sent or cancelled."),
        ):
            self.assertEqual(self.move(to, PAID, reason=reason), [sentence])
        self.assertEqual(self.states(), (PAID, [LINE.SENT, LINE.NEW]))
        self.assertNotContains(self.client.get(self.page), "Undo the payment")

    def test_what_is_no_move_changes_nothing(self) -> None:
        for fields in ({}, {"to": "x", "was": "10"}, {"to": "20"}, {"to": "99", "was": "10"}):
            response = self.client.post(f"{self.path}{self.order.pk}/status/", fields)
            self.assertEqual(response.status_code, 302)
        self.assertEqual(self.states()[0], NEW)
        for key in ("123456789012", "x", "9" * 30):
            response = self.client.post(f"{self.path}{key}/status/", {"to": "20", "was": "10"})
            self.assertEqual(response.status_code, 404)
        page = self.client.get(f"{self.path}{self.order.pk}/status/")
        self.assertRedirects(page, self.page, fetch_redirect_response=False)


class LineMoveTests(OfficeOrderTestCase):
    def test_lines_go_where_they_were_chosen_to(self) -> None:
        self.pay()
        response = self.move_lines({self.line: LINE.SENT, self.other: LINE.PROCESSING})
        self.assertRedirects(response, self.page, fetch_redirect_response=False)
        number = self.order.number
        self.assertEqual(
            self.told(response),
            [f"1 line of order {number}: now processing.", f"1 line of order {number}: now sent."],
        )
        self.assertEqual(self.states(), (PAID, [LINE.SENT, LINE.PROCESSING]))

    def test_a_refund_wants_a_reason_and_what_was_chosen_stays(self) -> None:
        self.pay()
        self.send_line(self.line)
        choice, was = {self.line: LINE.CANCELLED}, {self.line: LINE.SENT}
        response = self.move_lines(choice, was=was)
        self.assertContains(
            response, "Please give a reason: it appears on the credit note and in the history."
        )
        self.assertContains(response, '<option value="40" selected>came back: refund</option>')
        self.assertEqual(self.states(), (PAID, [LINE.SENT, LINE.NEW]))
        self.move_lines(choice, was=was, reason="Torn cover")
        self.assertEqual(self.states(), (PAID, [LINE.CANCELLED, LINE.NEW]))
        note = Invoice.objects.credit_notes().get()
        self.assertEqual((note.reason, note.gross), ("Torn cover", self.line.total))

    def test_a_line_that_others_moved_meanwhile_is_left_alone(self) -> None:
        self.pay()
        self.send_line(self.line)
        response = self.move_lines({self.line: LINE.PROCESSING, self.other: LINE.SENT})
        self.assertEqual(
            self.told(response),
            [
                f"1 line of order {self.order.number}: now sent.",
                "“Emma” is now sent, so it was left unchanged.",
            ],
        )
        self.assertEqual(self.states(), (DONE, [LINE.SENT, LINE.SENT]))

    def test_a_wrong_move_is_refused_with_its_sentence(self) -> None:
        response = self.move_lines({self.line: LINE.SENT})
        sentence = f"Order {self.order.number} is new: “Emma” cannot become sent."
        self.assertEqual(self.told(response), [sentence])
        self.assertEqual(self.states(), (NEW, [LINE.NEW, LINE.NEW]))

    def test_only_allowed_moves_are_offered(self) -> None:
        page = self.client.get(self.page)
        self.assertContains(page, '<option value="40">cancel</option>', count=2)
        self.assertNotContains(page, '<option value="30"')
        self.pay()
        self.assertContains(self.client.get(self.page), '<option value="30">sent</option>', 2)


class SingleCopyTests(OfficeOrderTestCase):
    """“Emma” is there twice."""

    def copies(self) -> list[tuple[int, int]]:
        lines = self.order.lines.filter(product=self.book).order_by("pk")
        return list(lines.values_list("quantity", "status"))

    def test_one_of_two_is_sent(self) -> None:
        self.pay()
        fields = self.open(self.page)
        self.assertEqual(fields[f"copies-{self.line.pk}"], ["2"])
        self.assertNotIn(f"copies-{self.other.pk}", fields)
        response = self.move_copies(self.line, LINE.SENT, 1)
        self.assertEqual(self.told(response), [f"1 line of order {self.order.number}: now sent."])
        self.assertEqual(self.copies(), [(1, LINE.NEW), (1, LINE.SENT)])
        self.assertEqual(self.states()[0], PAID)

    def test_sent_twice_the_form_takes_one_copy(self) -> None:
        self.pay()
        self.move_copies(self.line, LINE.SENT, 1)
        self.client.cookies.pop("messages", None)
        again = self.move_copies(self.line, LINE.SENT, 1, of=2)
        self.assertEqual(self.told(again), ["“Emma” now has 1 copy, so it was left unchanged."])
        self.assertEqual(self.copies(), [(1, LINE.NEW), (1, LINE.SENT)])

    def test_one_that_was_sent_is_refunded(self) -> None:
        self.pay()
        self.send_line(self.line)
        was = {self.line: LINE.SENT}
        self.move_copies(self.line, LINE.CANCELLED, 1, was=was, reason="Torn cover")
        self.assertEqual(self.copies(), [(1, LINE.SENT), (1, LINE.CANCELLED)])
        note = Invoice.objects.credit_notes().get()
        self.assertEqual(note.gross * 2, self.line.total)
        self.book.refresh_from_db()
        self.assertEqual(self.book.stock, 8)

    def test_no_number_means_all(self) -> None:
        self.pay()
        self.move_copies(self.line, LINE.SENT, "")
        self.assertEqual(self.copies(), [(2, LINE.SENT)])

    def test_what_is_no_number_of_copies_is_refused_and_stays_on_the_page(self) -> None:
        self.pay()
        for copies, error in (
            ("3", "There are 2 copies."),
            ("0", "Enter 1 or more."),
            ("-1", "Enter 1 or more."),
            ("x", "Enter a number."),
        ):
            response = self.move_copies(self.line, LINE.SENT, copies)
            self.assertContains(response, error)
            kept = fields_of(response.content.decode())
            self.assertEqual(kept[f"copies-{self.line.pk}"], [copies])
            self.assertEqual(kept[f"line-{self.line.pk}"], ["30"])
            self.assertEqual(self.copies(), [(2, LINE.NEW)])


class AgreedTests(OfficeOrderTestCase):
    def test_what_was_agreed_is_changed_by_nobody(self) -> None:
        before = Order.objects.values().get()
        lines = list(OrderLine.objects.values())
        forged = {"user": "", "total": "0.01", "status": "20",
                  "lines-0-unit_price": "0.01", "currency": "EUR"}  # fmt: skip
        self.send_well(self.page, self.open(self.page), **forged)
        self.assertEqual((Order.objects.values().get(), [*OrderLine.objects.values()]),
                         (before, lines))  # fmt: skip

    def test_no_order_is_added_or_deleted(self) -> None:
        self.assertEqual(self.client.get(f"{self.path}add/").status_code, 403)
        path = reverse("central-office-admin:main_order_delete", args=[self.order.pk])
        self.assertEqual(self.client.post(path, {"post": "yes"}).status_code, 403)
        self.run_action("delete_selected", self.order)
        self.assertTrue(Order.objects.exists())
