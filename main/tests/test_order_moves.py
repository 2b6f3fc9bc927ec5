"""The whole table of moves: every pair of states of an order and of a line, allowed or refused."""

from itertools import product

from django.test import SimpleTestCase

from main.errors import MoveRefused, RefundRefused
from main.models import Order, OrderLine
from main.models.order_moves import (
    check_address_open,
    check_line_move,
    check_order_move,
    is_address_open,
    line_moves,
    status_by_lines,
)

NEW, PAID, DONE, CANCELLED = Order.Status
WAITING, PACKING, SENT, TAKEN_OFF = OrderLine.Status
ORDER_MOVES = {(NEW, PAID), (NEW, CANCELLED), (PAID, NEW), (PAID, CANCELLED)}
# By the state of their order: from which state its lines may go to which.
LINE_MOVES = {
    NEW: {(WAITING, TAKEN_OFF), (PACKING, TAKEN_OFF), (SENT, TAKEN_OFF)},
    PAID: {
        (WAITING, PACKING), (WAITING, SENT), (WAITING, TAKEN_OFF),
        (PACKING, WAITING), (PACKING, SENT), (PACKING, TAKEN_OFF),
        (SENT, PACKING), (SENT, TAKEN_OFF),
    },
    DONE: {
        (WAITING, PACKING), (WAITING, TAKEN_OFF),
        (PACKING, TAKEN_OFF),
        (SENT, PACKING), (SENT, TAKEN_OFF),
    },
    CANCELLED: set(),
}  # fmt: skip
NUMBER = "1234-5678-9012"


def an_order(status: int) -> Order:
    return Order(pk=123456789012, status=status)


def a_line(status: int) -> OrderLine:
    return OrderLine(name="Emma", status=status)


class OrderMoveTests(SimpleTestCase):
    def test_every_pair_of_states(self) -> None:
        for here, there in product(Order.Status, Order.Status):
            with self.subTest(here=here.label, there=there.label):
                refusal = self.refusal(here, there)
                if (here, there) in ORDER_MOVES:
                    self.assertEqual(refusal, "")
                elif here == there:
                    self.assertEqual(refusal, f"Order {NUMBER} is {here.label} already.")
                else:
                    sentence = f"Order {NUMBER} is {here.label}: it cannot become {there.label}."
                    self.assertEqual(refusal, sentence)

    def refusal(self, here: int, there: Order.Status) -> str:
        order = an_order(here)
        try:
            check_order_move(order, there)
        except MoveRefused as error:
            return str(error)
        finally:
            self.assertEqual(order.status, here)
        return ""


class AddressTests(SimpleTestCase):
    """Until when an address can be corrected."""

    OPEN = {("shipping", NEW), ("shipping", PAID), ("billing", NEW), ("billing", PAID),
            ("billing", DONE)}  # fmt: skip

    def test_each_address_in_an_order_of_each_state(self) -> None:
        for kind, state in product(("shipping", "billing"), Order.Status):
            with self.subTest(kind, state=state.label):
                is_open = (kind, state) in self.OPEN
                sentence = f"Order {NUMBER} is {state.label}: its {kind} address stays as it was."
                self.assertEqual(is_address_open(an_order(state), kind), is_open)
                self.assertEqual(self.refusal(kind, state), "" if is_open else sentence)

    def refusal(self, kind: str, state: int) -> str:
        try:
            check_address_open(an_order(state), kind)
        except MoveRefused as error:
            return str(error)
        return ""


class LineMoveTests(SimpleTestCase):
    def test_every_pair_of_states_in_an_order_of_each_state(self) -> None:
        for state, here, there in product(Order.Status, OrderLine.Status, OrderLine.Status):
            with self.subTest(order=state.label, here=here.label, there=there.label):
                refusal = self.refusal(state, here, there)
                self.assertEqual(refusal == "", (here, there) in LINE_MOVES[state], refusal)

    def test_the_sentence_names_what_is_in_the_way(self) -> None:
        for state, here, there, sentence in (
            (PAID, TAKEN_OFF, SENT, "“Emma” is cancelled: it cannot become sent."),
            (PAID, SENT, WAITING, "“Emma” is sent: it cannot become new."),
            (PAID, SENT, SENT, "“Emma” is sent: it cannot become sent."),
            (NEW, WAITING, SENT, f"Order {NUMBER} is new: “Emma” cannot become sent."),
            (CANCELLED, WAITING, PACKING,
             f"Order {NUMBER} is cancelled: “Emma” cannot become processing."),
        ):  # fmt: skip
            with self.subTest(sentence=sentence):
                self.assertEqual(self.refusal(state, here, there), sentence)

    def test_what_is_offered_is_what_is_allowed(self) -> None:
        for state, here in product(Order.Status, OrderLine.Status):
            with self.subTest(order=state.label, here=here.label):
                allowed = [
                    there for there in OrderLine.Status if (here, there) in LINE_MOVES[state]
                ]
                line, order = a_line(here), an_order(state)
                self.assertEqual(line_moves(line, order, may_refund=True), allowed)
                if here == SENT:
                    allowed = [there for there in allowed if there != TAKEN_OFF]
                self.assertEqual(line_moves(line, order, may_refund=False), allowed)

    def test_what_was_sent_is_taken_back_by_whoever_may_refund(self) -> None:
        sentence = "Only the office can take back what was sent."
        for state, here in product(Order.Status, OrderLine.Status):
            with self.subTest(order=state.label, here=here.label):
                refusal = self.refusal(state, here, TAKEN_OFF)
                if here == SENT and not refusal:
                    with self.assertRaisesMessage(RefundRefused, sentence):
                        check_line_move(a_line(here), an_order(state), TAKEN_OFF, may_refund=False)
                else:
                    anyway = self.refusal(state, here, TAKEN_OFF, may_refund=False)
                    self.assertEqual(anyway, refusal)

    def refusal(
        self, state: int, here: int, there: OrderLine.Status, *, may_refund: bool = True
    ) -> str:
        line = a_line(here)
        try:
            check_line_move(line, an_order(state), there, may_refund=may_refund)
        except MoveRefused as error:
            return str(error)
        finally:
            self.assertEqual(line.status, here)
        return ""


class StatusByLinesTests(SimpleTestCase):
    def test_an_order_follows_its_lines(self) -> None:
        for state, lines, expected in (
            (PAID, [WAITING, SENT], PAID),
            (PAID, [SENT, SENT], DONE),
            (PAID, [SENT, TAKEN_OFF], DONE),
            (PAID, [PACKING, TAKEN_OFF], PAID),
            (PAID, [TAKEN_OFF, TAKEN_OFF], CANCELLED),
            (DONE, [SENT, PACKING], PAID),
            (DONE, [SENT, SENT], DONE),
            (DONE, [TAKEN_OFF, TAKEN_OFF], CANCELLED),
            (NEW, [WAITING, TAKEN_OFF], NEW),
            (NEW, [TAKEN_OFF, TAKEN_OFF], CANCELLED),
            (CANCELLED, [TAKEN_OFF], CANCELLED),
            (NEW, [], NEW),
            (PAID, [], PAID),
        ):
            with self.subTest(order=state.label, lines=[line.label for line in lines]):
                found = status_by_lines(an_order(state), [a_line(line) for line in lines])
                self.assertEqual(found, expected)

    def test_nothing_is_done_unpaid(self) -> None:
        for lines in product(OrderLine.Status, repeat=2):
            found = status_by_lines(an_order(NEW), [a_line(line) for line in lines])
            self.assertNotIn(found, {PAID, DONE})
