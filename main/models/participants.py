"""Who takes part in a conversation: the order's customer, or a member of staff."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    from main.models.orders import Order

SHOP = "BookTime"
_STAFF_NAME = "Customer service"


class Role(models.TextChoices):
    CUSTOMER = "customer", "customer"
    STAFF = "staff", "staff"
    SYSTEM = "system", "the shop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """One side of a conversation about an order.

    The customer is signed in or a guest with the signed link; a guest's `user_id` is None.
    """

    role: Role
    user_id: int | None
    name: str

    @property
    def who(self) -> str:
        """The name towards the other side: `customer`, or `staff-` and the member's key."""
        return who(self.role, self.user_id)

    @property
    def is_staff(self) -> bool:
        return self.role == Role.STAFF

    @property
    def reader_id(self) -> int | None:
        """The user of their read cursor; the customer's cursor has none."""
        return self.user_id if self.is_staff else None


def who(role: str, user_id: int | None) -> str:
    return f"staff-{user_id}" if role == Role.STAFF else str(role)


def customer_of(order: "Order", user: Any) -> Participant:
    return Participant(role=Role.CUSTOMER, user_id=user.pk, name=order.billing_name)


def staff(user: Any) -> Participant:
    """As the customer sees them: by name, never by e-mail address."""
    name = user.get_full_name() or _STAFF_NAME
    return Participant(role=Role.STAFF, user_id=user.pk, name=name)
