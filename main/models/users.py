"""Users: people who sign in with their e-mail address."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.functional import cached_property

from main.models.email_addresses import EmailAddressField
from main.models.folded_text import Folded, NameField
from main.models.history import History
from main.models.staff_roles import DISPATCH, EVERY_RIGHT, OFFICE, STAFF_ROLES, Right, StaffRole


class UserManager(BaseUserManager["User"]):
    """Finds and creates users by e-mail address."""

    use_in_migrations = True

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email=email or "")

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        if not email:
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=email, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(Folded, AbstractUser):
    """A customer or a member of staff, who signs in with the e-mail address."""

    username = None  # type: ignore[assignment]
    email = EmailAddressField("e-mail address", unique=True)
    folded = NameField(sources=["first_name", "last_name"])

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]
    # Without secrets, and without a record for every sign-in.
    history = History(
        excluded_fields=["password", "last_login", "folded"],
        m2m_fields=["groups", "user_permissions"],
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_unique_whatever_case",
                violation_error_message="A user with this e-mail address exists.",
            )
        ]

    @property
    def is_employee(self) -> bool:
        return self._works_as(OFFICE)

    @property
    def is_dispatcher(self) -> bool:
        return self._works_as(DISPATCH)

    @property
    def rights(self) -> frozenset[str]:
        """The rights of all their roles; an owner has every right, a closed account none."""
        if self.is_active and self.is_superuser:
            return EVERY_RIGHT
        return frozenset().union(*(role.rights for role in STAFF_ROLES if self._works_as(role)))

    def has_right(self, right: Right) -> bool:
        return right in self.rights

    def _works_as(self, role: StaffRole) -> bool:
        if not (self.is_active and (self.is_staff or self.is_superuser)):
            return False
        return self.is_superuser or role.group in self._group_names

    @cached_property
    def _group_names(self) -> set[str]:
        return set(self.groups.values_list("name", flat=True))
