"""The kinds of staff and what each may do: roles, named sets of rights, are defined only here.

A right is written `noun.verb`. If the noun is a table, it is a Django permission: a migration gives
it to the role's group, and the admin checks it by itself. Our own doors check the others through
main.access. Owners have no role: superusers have every right.
"""

from dataclasses import dataclass
from enum import StrEnum

EVERYTHING = "view add change delete"


class Right(StrEnum):
    """The rights that our own doors check."""

    OWNER_SITE = "site.owner"
    OFFICE_SITE = "site.office"
    DISPATCH_SITE = "site.dispatch"
    VIEW_DASHBOARD = "dashboard.view"
    VIEW_REPORTS = "report.view"
    ANSWER_CUSTOMERS = "conversation.answer"
    VIEW_ORDERS = "order.view"
    MOVE_LINES = "orderline.change"


@dataclass(frozen=True, slots=True)
class StaffRole:
    """Active staff in the group named `group` have these rights."""

    name: str
    group: str
    rights: frozenset[str]


def rights(**verbs: str) -> frozenset[str]:
    """`order="view settle"` means order.view and order.settle."""
    return frozenset(f"{noun}.{verb}" for noun, each in verbs.items() for verb in each.split())


OFFICE = StaffRole(
    name="office",
    group="Employees",
    rights=rights(
        site="office",
        dashboard="view",
        report="view",
        address="view change",
        cannedreply=EVERYTHING,
        conversation="view answer",
        invoice="view",
        invoiceline="view",
        invoicevat="view",
        order="view change settle",
        orderline="view change",
        product="view add change",
        productimage=EVERYTHING,
        producttag=EVERYTHING,
    ),
)
DISPATCH = StaffRole(
    name="dispatch",
    group="Dispatchers",
    rights=rights(
        site="dispatch",
        order="view",
        orderline="view change",
        product="view",
        productimage="view",
        producttag="view",
    ),
)
STAFF_ROLES = (OFFICE, DISPATCH)
EVERY_RIGHT = frozenset(Right).union(*(role.rights for role in STAFF_ROLES))


def groups_with(right: Right) -> list[str]:
    """The names of the groups whose members have this right."""
    return [role.group for role in STAFF_ROLES if right in role.rights]
