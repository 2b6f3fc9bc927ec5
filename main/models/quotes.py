"""A quote: the charges that a checkout offers, to be shown, agreed to and compared."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from main.models.charges import Charge, ChargeKind, Sums, add_up, is_too_large

_KEY_LENGTH = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What a customer is asked to agree to: the books, the charges besides them (`extras`) and the
    other `terms` as JSON: addresses, e-mail, delivery.
    """

    books: tuple[Charge, ...]
    extras: tuple[Charge, ...]
    currency: str
    terms: Mapping[str, Any]

    @property
    def charges(self) -> tuple[Charge, ...]:
        return self.books + self.extras

    @property
    def sums(self) -> Sums:
        return add_up(self.charges)

    @property
    def is_too_large(self) -> bool:
        return is_too_large(self.charges)

    @property
    def key(self) -> str:
        """Two quotes have the same key if, and only if, their contents are the same."""
        text = json.dumps(self.as_json(), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:_KEY_LENGTH]

    def as_json(self) -> dict[str, Any]:
        return {
            "books": [_as_json(charge) for charge in self.books],
            "extras": [_as_json(charge) for charge in self.extras],
            "currency": self.currency,
            "terms": dict(self.terms),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Quote":
        return cls(
            books=tuple(_from_json(charge) for charge in stored["books"]),
            extras=tuple(_from_json(charge) for charge in stored["extras"]),
            currency=stored["currency"],
            terms=stored["terms"],
        )


def _as_json(charge: Charge) -> dict[str, Any]:
    """Decimals become text, since JSON has none."""
    return {
        "kind": charge.kind.value,
        "code": charge.code,
        "name": charge.name,
        "unit_price": str(charge.unit_price),
        "tax_rate": str(charge.tax_rate),
        "quantity": charge.quantity,
    }


def _from_json(stored: Mapping[str, Any]) -> Charge:
    decimals = {name: Decimal(stored[name]) for name in ("unit_price", "tax_rate")}
    return Charge(**{**stored, **decimals, "kind": ChargeKind(stored["kind"])})
