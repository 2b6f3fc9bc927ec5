"""That each row of the permission table names the right which its door asks for.

Two rights of the same people would be taken for each other by the matrix in test_permissions, and
first be told apart by the next role.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from unittest import mock

from django.contrib.auth.models import Group
from django.test import tag

from main.admin.office_orders import OfficeOrderAdmin
from main.models.staff_roles import OFFICE, STAFF_ROLES, StaffRole
from main.tests.support.permissions import RIGHTS, Row, as_right, rows
from main.tests.support.permissions_case import PermissionTestCase, outcome_of


@contextmanager
def without(right: str, *, role: StaffRole) -> Iterator[None]:
    """The role, its group and the table, less that right. Who may change a row may look at it."""
    taken = {right, right.replace(".view", ".change")}
    less = replace(role, rights=role.rights - taken)
    roles = [less if each is role else each for each in STAFF_ROLES]
    group = Group.objects.get(name=role.group)
    lost = [each for each in group.permissions.all() if as_right(each.codename) in taken]
    group.permissions.remove(*lost)
    with (
        mock.patch("main.models.users.STAFF_ROLES", roles),
        mock.patch.dict(RIGHTS, {role.name: less.rights}),
    ):
        yield
    group.permissions.add(*lost)


@tag("once")
class RightTests(PermissionTestCase):
    def test_a_right_taken_away_shuts_the_doors_whose_rows_name_it(self) -> None:
        for role in STAFF_ROLES:
            for right in sorted(role.rights):
                with without(right, role=role):
                    self.assert_table_holds(role.name, right)

    def test_a_door_that_does_not_ask_is_seen(self) -> None:
        """The control: its row names the right, and whoever lacks it comes in all the same."""
        unasked = mock.patch.object(OfficeOrderAdmin, "has_settle_permission", return_value=True)
        row = Row("GET", "office-admin/main/order/<path:object_id>/status/", {})
        path = self.path_of(row.route)
        with without("order.settle", role=OFFICE):
            self.assertEqual(outcome_of(self.ask("office", row, path), path), "403")
            with unasked:
                self.assertEqual(outcome_of(self.ask("office", row, path), path), "on")

    def assert_table_holds(self, kind: str, right: str) -> None:
        for row in rows():
            if right in row.words:
                path = self.path_of(row.route)
                with self.subTest(right, kind=kind, method=row.method, path=path):
                    answer = self.ask(kind, row, path)
                    self.assertEqual(outcome_of(answer, path), row.outcomes[kind])
