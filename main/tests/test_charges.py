"""How charges add up, and what a part of one comes to: always to the cent."""

import random
from decimal import Decimal

from django.test import SimpleTestCase, tag

from main.models import Charge, ChargeKind, add_up
from main.models.charges import Amounts


def charge(price: str, rate: str = "20", quantity: int = 1, **fields) -> Charge:
    kind = fields.pop("kind", ChargeKind.BOOK)
    return Charge(
        kind=kind,
        code="x",
        name="A thing",
        unit_price=Decimal(price),
        tax_rate=Decimal(rate),
        quantity=quantity,
    )


@tag("once")
class AddUpTests(SimpleTestCase):
    def test_nothing_comes_to_nothing(self) -> None:
        sums = add_up([])
        self.assertEqual((sums.net, sums.vat, sums.gross), (Decimal("0.00"),) * 3)
        self.assertEqual((sums.vat_lines, sums.shares), ([], []))

    def test_vat_is_rounded_once_a_rate(self) -> None:
        """Three at £0.07 hold 0.035 of VAT together, and 0.01 each."""
        sums = add_up([charge("0.07"), charge("0.07"), charge("0.07")])
        self.assertEqual(
            (sums.net, sums.vat, sums.gross), tuple(map(Decimal, ("0.17", "0.04", "0.21")))
        )
        self.assertEqual([str(share.vat) for share in sums.shares], ["0.01", "0.01", "0.02"])

    def test_a_discount_takes_off_at_its_own_rate(self) -> None:
        sums = add_up(
            [
                charge("12.00", "20"),
                charge("10.00", "0"),
                charge("-2.40", "20", kind=ChargeKind.DISCOUNT),
            ]
        )
        self.assertEqual(
            [
                (str(line.rate), str(line.net), str(line.vat), str(line.gross))
                for line in sums.vat_lines
            ],
            [("0", "10.00", "0.00", "10.00"), ("20", "8.00", "1.60", "9.60")],
        )
        self.assertEqual(
            sums.shares[2], Amounts(Decimal("-2.00"), Decimal("-0.40"), Decimal("-2.40"))
        )

    def test_shares_add_up_whatever_is_charged(self) -> None:
        chance = random.Random(7)
        for _ in range(300):
            charges = [
                charge(
                    str(Decimal(chance.randint(-500, 5000)) / 100),
                    chance.choice(["0", "5", "5.5", "7", "20", "25"]),
                    chance.randint(1, 9),
                )
                for _ in range(chance.randint(1, 12))
            ]
            sums = add_up(charges)
            for name in ("net", "vat", "gross"):
                shared = sum(getattr(share, name) for share in sums.shares)
                self.assertEqual(shared, getattr(sums, name))
            self.assertEqual(sums.net + sums.vat, sums.gross)


@tag("once")
class PartTests(SimpleTestCase):
    def test_parts_taken_one_by_one_come_to_the_whole(self) -> None:
        whole = Amounts(net=Decimal("8.32"), vat=Decimal("1.67"), gross=Decimal("9.99"))
        parts = [
            whole.part(number, of=3).less(whole.part(number - 1, of=3)) for number in (1, 2, 3)
        ]
        self.assertEqual([str(part.gross) for part in parts], ["3.33"] * 3)
        self.assertEqual([str(part.vat) for part in parts], ["0.56", "0.55", "0.56"])
        self.assertEqual(sum(part.net for part in parts), whole.net)
        self.assertEqual(whole.part(3, of=3), whole)
