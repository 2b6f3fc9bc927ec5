"""The kinds of staff and what each may do: a role is a named set of rights, and is said only here.

A right is written `noun.verb`. Where the noun is a table it is a permission of Django's, which the
role's group carries (a migration gives it) and which the admin asks for by itself. The others are
asked for by our own doors, through main.access. Owners are no role: superusers have every right.
"""

from dataclasses import dataclass
from enum import StrEnum

EVERYTHING = "view add change delete"


class Right(StrEnum):
    """What our own doors ask for."""

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
    """Who is active, staff, and in the group called `group` has these rights."""

    name: str
    group: str
    rights: frozenset[str]


def rights(**verbs: str) -> frozenset[str]:
    """`order="view settle"` is order.view and order.settle."""
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
    """The names of the groups whose members have it."""
    return [role.group for role in STAFF_ROLES if right in role.rights]
