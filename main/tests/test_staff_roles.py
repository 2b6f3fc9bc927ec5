"""Staff's roles: what each may do, whose rights they are, and that the groups carry the same."""

from django.contrib.auth.models import Group, Permission
from django.test import TestCase, tag

from main.models import User
from main.models.staff_roles import (
    DISPATCH,
    EVERY_RIGHT,
    OFFICE,
    STAFF_ROLES,
    Right,
    groups_with,
    rights,
)
from main.tests.support.factories import (
    DispatcherFactory,
    EmployeeFactory,
    OwnerFactory,
    StaffFactory,
    UserFactory,
)
from main.tests.support.permissions import as_right

OWNERS_ALONE = {Right.OWNER_SITE}


def permissions() -> set[str]:
    """All that Django knows of ours, written as rights: change_order is order.change."""
    named = Permission.objects.filter(content_type__app_label="main")
    return {as_right(codename) for codename in named.values_list("codename", flat=True)}


@tag("once")
class RoleTests(TestCase):
    def test_a_group_carries_what_its_role_says_and_nothing_else(self) -> None:
        for role in STAFF_ROLES:
            with self.subTest(role.name):
                group = Group.objects.get(name=role.group)
                carried = {as_right(each.codename) for each in group.permissions.all()}
                self.assertEqual(carried, role.rights & permissions())

    def test_a_right_of_a_role_is_one_that_something_asks_for(self) -> None:
        for role in STAFF_ROLES:
            self.assertEqual(role.rights - permissions() - set(Right), set(), role.name)

    def test_what_our_doors_ask_for_somebody_has(self) -> None:
        had = frozenset().union(*(role.rights for role in STAFF_ROLES))
        self.assertEqual(set(Right) - had, OWNERS_ALONE)

    def test_what_opens_which_door(self) -> None:
        doors = set(Right) - permissions()
        self.assertEqual(DISPATCH.rights & doors, {"site.dispatch"})
        self.assertEqual(
            OFFICE.rights & doors,
            {"site.office", "dashboard.view", "report.view", "conversation.answer"},
        )

    def test_names_and_groups_are_each_ones_own(self) -> None:
        self.assertEqual(len({role.name for role in STAFF_ROLES}), len(STAFF_ROLES))
        self.assertEqual(len({role.group for role in STAFF_ROLES}), len(STAFF_ROLES))

    def test_rights_are_written_noun_by_noun(self) -> None:
        self.assertEqual(rights(order="view settle"), {"order.view", "order.settle"})

    def test_who_answers_customers_is_in_these_groups(self) -> None:
        self.assertEqual(groups_with(Right.ANSWER_CUSTOMERS), ["Employees"])
        self.assertEqual(groups_with(Right.VIEW_ORDERS), ["Employees", "Dispatchers"])
        self.assertEqual(groups_with(Right.OWNER_SITE), [])


@tag("once")
class UserRightsTests(TestCase):
    def assert_rights(self, user: User, expected: frozenset[str]) -> None:
        """As a request finds them: the user is read anew, and so are the groups."""
        self.assertEqual(User.objects.get(pk=user.pk).rights, expected)

    def test_customers_and_staff_without_a_group_have_none(self) -> None:
        for user in (UserFactory(), StaffFactory()):
            self.assert_rights(user, frozenset())

    def test_the_rights_are_those_of_the_role(self) -> None:
        self.assert_rights(EmployeeFactory(), OFFICE.rights)
        self.assert_rights(DispatcherFactory(), DISPATCH.rights)

    def test_who_has_two_roles_has_the_rights_of_both(self) -> None:
        user = EmployeeFactory()
        user.groups.add(Group.objects.get(name=DISPATCH.group))
        self.assert_rights(user, OFFICE.rights | DISPATCH.rights)

    def test_an_owner_has_every_right(self) -> None:
        self.assert_rights(OwnerFactory(), EVERY_RIGHT)
        self.assert_rights(OwnerFactory(is_staff=False), EVERY_RIGHT)

    def test_rights_end_with_the_account_and_with_the_flag_of_staff(self) -> None:
        for factory, change in [
            (EmployeeFactory, {"is_active": False}),
            (EmployeeFactory, {"is_staff": False}),
            (OwnerFactory, {"is_active": False}),
        ]:
            with self.subTest(factory.__name__, change=change):
                user = factory()
                User.objects.filter(pk=user.pk).update(**change)
                self.assert_rights(user, frozenset())

    def test_a_right_is_had_or_not(self) -> None:
        user = DispatcherFactory()
        self.assertTrue(user.has_right(Right.MOVE_LINES))
        self.assertFalse(user.has_right(Right.ANSWER_CUSTOMERS))
